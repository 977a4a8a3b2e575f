"""The student `id-cnn`: words and characters, iterated dilated convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.character_cnn import CharacterCnn
from nlp_architect_ext.layers.dropout import Dropout
from nlp_architect_ext.layers.word_embedding import WordEmbedding

if TYPE_CHECKING:
    from nlp_architect_ext.layers.network_file import NetworkFile
    from nlp_architect_ext.layers.onnx_graph import OnnxGraph


# Settings from strangers mustn't cost more than the weights can be worth.
MOST_BLOCKS, FARTHEST = 100, 1000


class IdCnn(nn.Module):
    """NLP Architect's IDCNN: embeddings, a character CNN, convolutions whose reach grows.

    All blocks are the same convolutions, applied again. A word is read from its characters, which
    tell more than the original's word shapes. Two things of the paper are left out, because a
    student gives one set of emissions and no loss: the loss after every block, and the drop penalty
    (weight 1e-4 on the difference of logits with and without dropout).

    Source: Strubell, Verga, Belanger, McCallum (2017), "Fast and Accurate Entity Recognition with
    Iterated Dilated Convolutions".

    Args:
        word_count: word ids, padding and the unknown word among them.
        character_count: character ids, padding among them.
        label_count: labels.
        word_width: numbers a word embedding; that of pretrained vectors, if they are used.
        character_width: numbers a character embedding.
        character_filters: features of a word from its characters.
        filters: features a word after each convolution over three words.
        dilations: distance between the words that each convolution of a block reads.
        blocks: how often the block is applied.
        input_dropout: share of the input's numbers zeroed in training.
        block_dropout: the same after each block.
        output_dropout: the same before the labels' scores.
        word_dropout: share of words replaced by the unknown word in training.
        freeze_words: whether word vectors stay as they are; for pretrained ones.
    """

    def __init__(  # noqa: PLR0913  # each is a number of the student's JSON config
        self,
        word_count: int,
        character_count: int,
        label_count: int,
        *,
        word_width: int = 100,
        character_width: int = 16,
        character_filters: int = 32,
        filters: int = 128,
        dilations: Sequence[int] = (1, 2, 1),
        blocks: int = 1,
        input_dropout: float = 0.35,
        block_dropout: float = 0.0,
        output_dropout: float = 0.15,
        word_dropout: float = 0.05,
        freeze_words: bool = False,
    ) -> None:
        super().__init__()
        is_near = all(1 <= dilation <= FARTHEST for dilation in dilations)
        if not isinstance(blocks, int) or not 1 <= blocks <= MOST_BLOCKS or not is_near:
            raise ValueError(
                f"{blocks} blocks of dilations {list(dilations)}; expected 1 to {MOST_BLOCKS} "
                f"blocks, and dilations from 1 to {FARTHEST}"
            )
        self.word_embedding = WordEmbedding(
            word_count, word_width, dropout=word_dropout, frozen=freeze_words
        )
        self.character_cnn = CharacterCnn(character_count, character_width, character_filters)
        self.first = _convolution(word_width + character_filters, filters, dilation=1)
        self.block = nn.ModuleList(_identity(filters, dilation) for dilation in dilations)
        self.blocks = blocks
        self.input_dropout = Dropout(input_dropout)
        self.block_dropout = Dropout(block_dropout)
        self.output_dropout = Dropout(output_dropout)
        self.output = nn.Linear(filters, label_count)

    def forward(self, batch: Batch) -> Tensor:
        """Emissions (batch, words, labels)."""
        # A convolution must see zeros beyond the last word.
        # shape: (batch, 1, words)
        mask = batch.mask.unsqueeze(1)
        words = self.word_embedding.read(batch)
        characters = self.character_cnn(batch.characters)
        # shape: (batch, words, word width + character filters)
        inputs = self.input_dropout(torch.cat([words, characters], dim=2))
        # shape: (batch, filters, words)
        features = self.first(inputs.transpose(1, 2) * mask).relu() * mask
        for _ in range(self.blocks):
            for convolution in self.block:
                features = convolution(features).relu() * mask
            features = self.block_dropout(features)
        # shape: (batch, words, labels)
        emissions: Tensor = self.output(self.output_dropout(features.transpose(1, 2)))
        return emissions

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """See `students.base.Exportable`."""
        zero, one = graph.weight(torch.tensor(0)), graph.weight(torch.tensor(1))
        second_axis, last_axis = graph.weight(torch.tensor([1])), graph.weight(torch.tensor([2]))
        words = graph.add("Gather", graph.add("Shape", features), one, axis=0)
        # shape: (words,)
        positions = graph.add("Range", zero, words, one)
        # shape: (batch, 1)
        ends = graph.add("Cast", graph.add("Unsqueeze", lengths, second_axis), to=INT64)
        # shape: (batch, words)
        is_word = graph.add("Cast", graph.add("Less", positions, ends), to=FLOAT)
        # shape: (batch, words, 1)
        mask = graph.add("Unsqueeze", is_word, last_axis)
        # shape: (words, 1)
        positions = graph.add("Unsqueeze", positions, second_axis)
        first = _Product(self.first, graph)
        block = [_Product(layer, graph) for layer in self.block if isinstance(layer, nn.Conv1d)]
        value = graph.add("Mul", features, mask)
        for convolution in (first, *block * self.blocks):
            # shape: (batch, words, filters)
            value = graph.add("Relu", convolution.write(value, positions))
            value = graph.add("Mul", value, mask)
        return graph.linear(self.output, value)

    def write_network(self, network: NetworkFile) -> None:
        """See `students.base.NativelyExportable`."""
        network.setting("network", "id-cnn")
        network.setting("blocks", self.blocks)
        convolutions = [layer for layer in self.block if isinstance(layer, nn.Conv1d)]
        network.setting("dilations", [layer.dilation[0] for layer in convolutions])
        network.large("first", self.first.weight)
        network.small("first.bias", self.first.get_parameter("bias"))
        for number, layer in enumerate(convolutions):
            network.large(f"block.{number}", layer.weight)
            network.small(f"block.{number}.bias", layer.get_parameter("bias"))
        network.small("output", self.output.weight)
        network.small("output.bias", self.output.bias)


# ONNX's numbers of these types.
INT64 = 7
FLOAT = 1


class _Product:
    """A convolution over three words as one product of their features side by side.

    Twice as fast in ONNX Runtime.

    Args:
        layer: the convolution.
        graph: what it's written to, as often as it's applied; its weights once.
    """

    def __init__(self, layer: nn.Conv1d, graph: OnnxGraph) -> None:
        self.graph = graph
        self.dilation = layer.dilation[0]
        # shape: (filters, width, 3) to (3 · width, filters)
        self.weights = graph.weight(layer.weight.permute(2, 1, 0).flatten(0, 1))
        self.bias = graph.weight(layer.get_parameter("bias"))

    def write(self, features: str, positions: str) -> str:
        """Add the operators for features (batch, words, width); positions are (words, 1)."""
        graph, dilation = self.graph, self.dilation
        margins = graph.weight(torch.tensor([0, dilation, 0, 0, dilation, 0]))
        steps = graph.weight(torch.tensor([0, dilation, 2 * dilation]))
        # shape: (batch, words + 2 · dilation, width)
        padded = graph.add("Pad", features, margins)
        # shape: (words, 3)
        read = graph.add("Add", positions, steps)
        # shape: (batch, words, 3, width)
        side_by_side = graph.add("Gather", padded, read, axis=1)
        # shape: (batch, words, 3 · width)
        joined = graph.add("Reshape", side_by_side, graph.weight(torch.tensor([0, 0, -1])))
        # shape: (batch, words, filters)
        return graph.add("Add", graph.product(joined, self.weights), self.bias)


def _convolution(width: int, filters: int, dilation: int) -> nn.Conv1d:
    """A convolution over three words that gives as many words as it gets."""
    return nn.Conv1d(width, filters, kernel_size=3, dilation=dilation, padding=dilation)


def _identity(filters: int, dilation: int) -> nn.Conv1d:
    """A convolution that changes nothing before it is trained, so that depth costs nothing.

    Source: Yu & Koltun (2016), "Multi-Scale Context Aggregation by Dilated Convolutions".
    """
    convolution = _convolution(filters, filters, dilation)
    nn.init.dirac_(convolution.weight)
    nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]
    return convolution
