"""Operations over the words of a sentence that keep their width: what chains are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp_architect_ext.layers.bilstm import BiLstm
from nlp_architect_ext.layers.network_file import NetworkFile
from nlp_architect_ext.layers.onnx_words import OnnxWords
from nlp_architect_ext.layers.operation import Parts, Places, neighbours, write_dense

HEAD_WIDTH = 16  # numbers of an attention head


class Recurrent(nn.Module):
    """Two LSTMs, each half as wide."""

    parts: Parts = {  # noqa: RUF012 (read only)
        f"lstm.{direction}.{name}_l0": (4,)  # gates
        for direction in ("rightward", "leftward")
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }

    def __init__(self, width: int) -> None:
        super().__init__()
        self.lstm = BiLstm(width, width // 2)

    def forward(self, features: Tensor, places: Places) -> Tensor:
        """See `Operation`."""
        found: Tensor = self.lstm(features, places.mirror)
        return found

    def write_onnx(self, words: OnnxWords, features: str) -> str:
        """See `Operation`."""
        words_first = words.graph.add("Transpose", features, perm=[1, 0, 2])
        found = self.lstm.write_onnx(words.graph, words_first, words.lengths)
        return words.graph.add("Transpose", found, perm=[1, 0, 2])

    def write_network(self, network: NetworkFile, name: str) -> None:
        """See `Operation`."""
        self.lstm.write_network(network, f"{name}.lstm")


class Convolution(nn.Module):
    """Neighbouring words side by side times one matrix, then ReLU.

    Args:
        width: numbers a word.
        taps: neighbours, the word itself among them; odd.
    """

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.taps = taps
        self.parts: Parts = {"product.weight": (1, taps)}
        self.product = nn.Linear(taps * width, width)

    def forward(self, features: Tensor, places: Places) -> Tensor:
        """See `Operation`."""
        # shape: (batch, words, taps · width)
        side_by_side = neighbours(features, places, self.taps).flatten(2)
        return functional.relu(self.product(side_by_side))

    def write_onnx(self, words: OnnxWords, features: str) -> str:
        """See `Operation`."""
        graph = words.graph
        neighbours = words.neighbours(features, self.taps)
        # shape: (batch, words, taps · width)
        joined = graph.add("Reshape", neighbours, graph.weight(torch.tensor([0, 0, -1])))
        return graph.add("Relu", words.dense(self.product, joined))

    def write_network(self, network: NetworkFile, name: str) -> None:
        """See `Operation`."""
        write_dense(network, f"{name}.product", self.product)


class Separable(nn.Module):
    """Each number's mean over neighbouring words, with weights of its own; then a matrix and ReLU.

    Args:
        width: numbers a word.
        taps: neighbours, the word itself among them; odd.
    """

    parts: Parts = {}  # noqa: RUF012 (read only)

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.taps = taps
        # shape: (width, taps)
        self.depthwise = nn.Parameter(torch.empty(width, taps).uniform_(-1, 1) / taps**0.5)
        self.product = nn.Linear(width, width)

    def forward(self, features: Tensor, places: Places) -> Tensor:
        """See `Operation`."""
        around = neighbours(features, places, self.taps)
        # shape: (batch, words, width)
        mixed = (around * self.depthwise.t()).sum(dim=2)
        return functional.relu(self.product(mixed))

    def write_onnx(self, words: OnnxWords, features: str) -> str:
        """See `Operation`."""
        graph = words.graph
        neighbours = words.neighbours(features, self.taps)
        weighted = graph.add("Mul", neighbours, graph.weight(self.depthwise.t()))
        second = graph.weight(torch.tensor([2]))
        mixed = graph.add("ReduceSum", weighted, second, keepdims=0)
        return graph.add("Relu", words.dense(self.product, mixed))

    def write_network(self, network: NetworkFile, name: str) -> None:
        """See `Operation`."""
        network.small(f"{name}.depthwise", self.depthwise)
        write_dense(network, f"{name}.product", self.product)


class Attention(nn.Module):
    """Attention of every word to all words of its sentence, in heads of 16 numbers.

    Source: Vaswani et al. (2017), "Attention Is All You Need", section 3.2.
    """

    parts: Parts = {}  # noqa: RUF012 (read only)

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = width // HEAD_WIDTH
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)

    def forward(self, features: Tensor, places: Places) -> Tensor:
        """See `Operation`."""
        # shape: (batch, heads, words, 16)
        query, key, value = (
            layer(features).unflatten(2, (self.heads, HEAD_WIDTH)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        # shape: (batch, heads, words, words)
        scores = query @ key.transpose(2, 3) / HEAD_WIDTH**0.5
        is_padding = ~places.mask[:, None, None, :]
        weights = scores.masked_fill(is_padding, torch.finfo(scores.dtype).min).softmax(dim=3)
        # shape: (batch, words, width)
        context = (weights @ value).transpose(1, 2).flatten(2)
        found: Tensor = self.output(context)
        return found

    def write_onnx(self, words: OnnxWords, features: str) -> str:
        """See `Operation`."""
        graph = words.graph
        by_head = graph.weight(torch.tensor([0, 0, self.heads, HEAD_WIDTH]))

        def heads(layer: nn.Linear, order: list[int]) -> str:
            apart = graph.add("Reshape", words.dense(layer, features), by_head)
            return graph.add("Transpose", apart, perm=order)

        query, key = heads(self.query, [0, 2, 1, 3]), heads(self.key, [0, 2, 3, 1])
        value = heads(self.value, [0, 2, 1, 3])
        scores = graph.add("MatMul", query, key)
        scores = graph.add("Div", scores, graph.weight(torch.tensor(HEAD_WIDTH**0.5)))
        weights = graph.add("Softmax", graph.add("Add", scores, words.far_below()), axis=3)
        context = graph.add("MatMul", weights, value)
        context = graph.add("Transpose", context, perm=[0, 2, 1, 3])
        joined = graph.add("Reshape", context, graph.weight(torch.tensor([0, 0, -1])))
        return words.dense(self.output, joined)

    def write_network(self, network: NetworkFile, name: str) -> None:
        """See `Operation`."""
        for layer in ("query", "key", "value", "output"):
            write_dense(network, f"{name}.{layer}", getattr(self, layer))


class FeedForward(nn.Module):
    """Two matrices with ReLU between them, twice as wide there."""

    parts: Parts = {}  # noqa: RUF012 (read only)

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Linear(width, 2 * width)
        self.second = nn.Linear(2 * width, width)

    def forward(self, features: Tensor, places: Places) -> Tensor:
        """See `Operation`."""
        found: Tensor = self.second(functional.relu(self.first(features)))
        return found

    def write_onnx(self, words: OnnxWords, features: str) -> str:
        """See `Operation`."""
        hidden = words.graph.add("Relu", words.dense(self.first, features))
        return words.dense(self.second, hidden)

    def write_network(self, network: NetworkFile, name: str) -> None:
        """See `Operation`."""
        write_dense(network, f"{name}.first", self.first)
        write_dense(network, f"{name}.second", self.second)


OPERATIONS: Mapping[str, Callable[[int], nn.Module]] = {
    "lstm": Recurrent,
    "conv3": lambda width: Convolution(width, 3),
    "conv5": lambda width: Convolution(width, 5),
    "separable3": lambda width: Separable(width, 3),
    "separable5": lambda width: Separable(width, 5),
    "separable7": lambda width: Separable(width, 7),
    "attention": Attention,
    "feed-forward": FeedForward,
}
