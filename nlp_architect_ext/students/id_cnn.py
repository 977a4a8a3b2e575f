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
    from nlp_architect_ext.layers.onnx_graph import OnnxGraph


class IdCnn(nn.Module):
    """NLP Architect's IDCNN: embeddings, a character CNN, convolutions whose reach grows.

    All blocks are the same convolutions, applied again. A word is read from its characters, which
    tell more than the original's word shapes. Source: Strubell, Verga, Belanger, McCallum (2017),
    "Fast and Accurate Entity Recognition with Iterated Dilated Convolutions". Two things of the
    paper are left out, because a student gives one set of emissions and no loss: the loss after
    every block, and the drop penalty (weight 1e-4 on the difference of logits with and without
    dropout).

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
        if not isinstance(blocks, int) or blocks < 1 or any(dilation < 1 for dilation in dilations):
            raise ValueError(
                f"{blocks} blocks of dilations {list(dilations)}; expected 1 or more of each"
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
        # (batch, 1, words): a convolution must see zeros beyond the last word
        mask = batch.mask.unsqueeze(1)
        words = self.word_embedding.read(batch)
        features = self.input_dropout(
            torch.cat([words, self.character_cnn(batch.characters)], dim=2)
        )
        # (batch, filters, words)
        features = self.first(features.transpose(1, 2) * mask).relu() * mask
        for _ in range(self.blocks):
            for convolution in self.block:
                features = convolution(features).relu() * mask
            features = self.block_dropout(features)
        emissions: Tensor = self.output(self.output_dropout(features.transpose(1, 2)))
        return emissions

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """See `students.base.Exportable`."""
        words = graph.add(
            "Gather", graph.add("Shape", features), graph.weight(torch.tensor(1)), axis=0
        )
        places = graph.add(
            "Range", graph.weight(torch.tensor(0)), words, graph.weight(torch.tensor(1))
        )
        column, last_axis = graph.weight(torch.tensor([1])), graph.weight(torch.tensor([2]))
        ends = graph.add("Cast", graph.add("Unsqueeze", lengths, column), to=INT64)
        is_word = graph.add("Cast", graph.add("Less", places, ends), to=FLOAT)  # (batch, words)
        mask = graph.add("Unsqueeze", is_word, last_axis)
        places = graph.add("Unsqueeze", places, column)  # (words, 1)
        value = graph.add("Mul", features, mask)
        block = [_Product(layer, graph) for layer in self.block if isinstance(layer, nn.Conv1d)]
        for convolution in (_Product(self.first, graph), *block * self.blocks):
            value = graph.add("Mul", graph.add("Relu", convolution.write(value, places)), mask)
        return graph.linear(self.output, value)


INT64, FLOAT = 7, 1  # ONNX's numbers of these types


class _Product:
    """A convolution over three words as one product of their features side by side.

    Twice as fast in ONNX Runtime.

    Args:
        layer: the convolution.
        graph: what it's written to, as often as it's applied; its weights once.
    """

    def __init__(self, layer: nn.Conv1d, graph: OnnxGraph) -> None:
        (self.reach,), self.graph = layer.dilation, graph
        self.weights = graph.weight(layer.weight.permute(2, 1, 0).flatten(0, 1))
        self.bias = graph.weight(layer.get_parameter("bias"))

    def write(self, features: str, places: str) -> str:
        """What it gives for features (batch, words, width), padded with zeros.

        Places (words, 1) are 0, 1, ...
        """
        graph, reach = self.graph, self.reach
        padded = graph.add("Pad", features, graph.weight(torch.tensor([0, reach, 0, 0, reach, 0])))
        three = graph.add("Add", places, graph.weight(torch.tensor([0, reach, 2 * reach])))
        side_by_side = graph.add("Gather", padded, three, axis=1)  # (batch, words, 3, width)
        joined = graph.add("Reshape", side_by_side, graph.weight(torch.tensor([0, 0, -1])))
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
