"""The student `id-cnn`: words and characters, iterated dilated convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches import Batch
from nlp_architect_ext.students.character_cnn import CharacterCnn
from nlp_architect_ext.students.dropout import Dropout
from nlp_architect_ext.students.words import WordEmbedding

if TYPE_CHECKING:
    from nlp_architect_ext.onnx_graph import OnnxGraph


class IdCnn(nn.Module):
    """Word embeddings and a character CNN, then convolutions whose reach grows; NLP Architect's IDCNN.

    All blocks are the same convolutions, applied again. A word is read from its characters, which tell more than the
    original's word shapes. Source: Strubell, Verga, Belanger, McCallum (2017), "Fast and Accurate Entity Recognition
    with Iterated Dilated Convolutions". Two things of the paper are left out, because a student gives one set of
    emissions and no loss: the loss after every block, and the drop penalty (weight 1e-4 on the difference of logits
    with and without dropout).

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
            raise ValueError(f"{blocks} blocks of dilations {list(dilations)}; expected 1 or more of each")
        self.word_embedding = WordEmbedding(word_count, word_width, dropout=word_dropout, frozen=freeze_words)
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
        mask = batch.mask.unsqueeze(1)  # (batch, 1, words): a convolution must see zeros beyond the last word
        words = self.word_embedding.read(batch)
        features = self.input_dropout(torch.cat([words, self.character_cnn(batch.characters)], dim=2))
        features = self.first(features.transpose(1, 2) * mask).relu() * mask  # (batch, filters, words)
        for _ in range(self.blocks):
            for convolution in self.block:
                features = convolution(features).relu() * mask
            features = self.block_dropout(features)
        emissions: Tensor = self.output(self.output_dropout(features.transpose(1, 2)))
        return emissions

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """See `students.base.Exportable`."""
        shape = graph.add("Shape", features)
        words = graph.add("Gather", shape, graph.weight(torch.tensor(1)), axis=0)
        zero, one = graph.weight(torch.tensor(0)), graph.weight(torch.tensor(1))
        positions = graph.add("Cast", graph.add("Range", zero, words, one), to=INT32)
        last_axis = graph.weight(torch.tensor([1]))
        is_word = graph.add("Less", positions, graph.add("Unsqueeze", lengths, last_axis))  # (batch, words)
        mask = graph.add("Unsqueeze", graph.add("Cast", is_word, to=FLOAT), last_axis)  # (batch, 1, words)
        value = graph.add("Mul", graph.add("Transpose", features, perm=[0, 2, 1]), mask)
        block = [layer for layer in self.block if isinstance(layer, nn.Conv1d)]
        names = ("weight", "bias")
        weights = {layer: [graph.weight(layer.get_parameter(name)) for name in names] for layer in (self.first, *block)}
        for convolution in (self.first, *block * self.blocks):
            (dilation,) = convolution.dilation
            value = graph.add("Conv", value, *weights[convolution], dilations=[dilation], pads=[dilation, dilation])
            value = graph.add("Mul", graph.add("Relu", value), mask)
        return graph.linear(self.output, graph.add("Transpose", value, perm=[0, 2, 1]))


INT32, FLOAT = 6, 1  # ONNX's numbers of these types


def _convolution(width: int, filters: int, dilation: int) -> nn.Conv1d:
    """A convolution over three words that gives as many words as it gets."""
    return nn.Conv1d(width, filters, kernel_size=3, dilation=dilation, padding=dilation)


def _identity(filters: int, dilation: int) -> nn.Conv1d:
    """A convolution that changes nothing before it is trained, so that depth costs nothing (Yu & Koltun, 2016)."""
    convolution = _convolution(filters, filters, dilation)
    nn.init.dirac_(convolution.weight)
    nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]
    return convolution
