"""What operations over words need of an ONNX graph: who is a word, and who are its neighbours."""

from __future__ import annotations

import torch
from torch import nn

from nlp_architect_ext.layers.onnx_graph import OnnxGraph

# ONNX's numbers of these types.
INT64 = 7
FLOAT = 1

FAR_BELOW = -1e30  # no score comes near it, and none added to it overflows


class OnnxWords:
    """The words of a batch in an ONNX graph.

    Args:
        graph: takes operators and weights.
        features: the name of any features of the words (batch, words, width).
        lengths: the name of the sentences' lengths (batch,), int32.
    """

    def __init__(self, graph: OnnxGraph, features: str, lengths: str) -> None:
        self.graph = graph
        self.lengths = lengths
        zero, one = graph.weight(torch.tensor(0)), graph.weight(torch.tensor(1))
        second_axis, last_axis = graph.weight(torch.tensor([1])), graph.weight(torch.tensor([2]))
        words = graph.add("Gather", graph.add("Shape", features), one, axis=0)
        # shape: (words,)
        positions = graph.add("Range", zero, words, one)
        # shape: (batch, 1)
        ends = graph.add("Cast", graph.add("Unsqueeze", lengths, second_axis), to=INT64)
        # shape: (batch, words)
        is_word = graph.add("Cast", graph.add("Less", positions, ends), to=FLOAT)
        self._second_axis = second_axis
        self._is_word = is_word
        # shape: (words, 1) and (batch, words, 1)
        self._positions = graph.add("Unsqueeze", positions, second_axis)
        self._mask = graph.add("Unsqueeze", is_word, last_axis)

    def neighbours(self, features: str, taps: int) -> str:
        """Of each word the features of its neighbours, left to right (batch, words, taps, width).

        Beyond the sentence they are 0.
        """
        graph, reach = self.graph, taps // 2
        margins = graph.weight(torch.tensor([0, reach, 0, 0, reach, 0]))
        # shape: (batch, words + taps - 1, width)
        padded = graph.add("Pad", graph.add("Mul", features, self._mask), margins)
        # shape: (words, taps)
        read = graph.add("Add", self._positions, graph.weight(torch.arange(taps)))
        return graph.add("Gather", padded, read, axis=1)

    def dense(self, layer: nn.Linear, features: str) -> str:
        """A dense layer over the last axis, large enough to be rounded."""
        product = self.graph.product(features, self.graph.weight(layer.weight.t()))
        return self.graph.add("Add", product, self.graph.weight(layer.bias))

    def far_below(self) -> str:
        """What is added to scores: 0 for words, far below 0 for padding (batch, 1, 1, words)."""
        graph = self.graph
        padding = graph.add("Sub", graph.weight(torch.tensor(1.0)), self._is_word)
        scores = graph.add("Mul", padding, graph.weight(torch.tensor(FAR_BELOW)))
        return graph.add("Unsqueeze", scores, graph.weight(torch.tensor([1, 2])))

    def normalized(self, layer: nn.LayerNorm, features: str) -> str:
        """Features (batch, words, width) after a LayerNorm."""
        scale, shift = (self.graph.weight(tensor) for tensor in (layer.weight, layer.bias))
        return self.graph.add("LayerNormalization", features, scale, shift, epsilon=layer.eps)
