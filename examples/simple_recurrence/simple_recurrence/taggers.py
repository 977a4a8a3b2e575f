"""The students `sru` and `mingru`: words and characters, two bidirectional simple recurrences."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.bilstm import mirrored_rows
from nlp_architect_ext.layers.character_cnn import CharacterCnn
from nlp_architect_ext.layers.dropout import Dropout
from nlp_architect_ext.layers.onnx_graph import OnnxGraph
from nlp_architect_ext.layers.word_embedding import WordEmbedding
from simple_recurrence.recurrences import BiMinGru, BiSru


class SimpleRecurrenceTagger(nn.Module):
    """The built-in `cnn-lstm` with another recurrence in the place of its LSTMs.

    Args:
        word_count: word ids, padding and the unknown word among them.
        character_count: character ids, padding among them.
        label_count: labels.
        word_width: numbers a word embedding; that of pretrained vectors, if they are used.
        character_width: numbers a character embedding.
        character_filters: features of a word from its characters.
        width: numbers the recurrence gives for each direction.
        layers: bidirectional layers.
        dropout: share of numbers zeroed in training: before, between and after the layers.
        word_dropout: share of words replaced by the unknown word in training.
        freeze_words: whether word vectors stay as they are; for pretrained ones.
    """

    recurrence: type[BiSru] | type[BiMinGru]

    def __init__(  # noqa: PLR0913  # each is a number of the student's JSON config
        self,
        word_count: int,
        character_count: int,
        label_count: int,
        *,
        word_width: int = 100,
        character_width: int = 16,
        character_filters: int = 128,
        width: int = 100,
        layers: int = 2,
        dropout: float = 0.3,
        word_dropout: float = 0.05,
        freeze_words: bool = False,
    ) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"{layers} layers; expected at least 1")
        self.word_embedding = WordEmbedding(
            word_count, word_width, dropout=word_dropout, frozen=freeze_words
        )
        self.character_cnn = CharacterCnn(character_count, character_width, character_filters)
        widths = [word_width + character_filters] + [2 * width] * (layers - 1)
        self.layers = nn.ModuleList(self.recurrence(before, width) for before in widths)
        self.dropout = Dropout(dropout)
        self.output = nn.Linear(2 * width, label_count)
        self.skip = nn.Linear(widths[0], label_count)

    def forward(self, batch: Batch) -> Tensor:
        """Emissions (batch, words, labels)."""
        words = self.word_embedding.read(batch)
        characters = self.character_cnn(batch.characters)
        # shape: (batch, words, word width + character filters)
        inputs = torch.cat([words, characters], dim=2)
        mirror = mirrored_rows(batch.lengths.to(batch.words.device), batch.words.shape[1])
        features = inputs
        for layer in self.layers:
            # shape: (batch, words, 2 · width)
            features = layer(self.dropout(features), mirror)
        emissions: Tensor = self.output(self.dropout(features)) + self.skip(self.dropout(inputs))
        return emissions

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """See `students.base.Exportable`."""
        words_first = graph.add("Transpose", features, perm=[1, 0, 2])
        value = words_first
        for layer in self.layers:
            assert isinstance(layer, BiSru | BiMinGru)
            value = layer.write_onnx(graph, value, lengths)
        of_layers, of_input = graph.linear(self.output, value), graph.linear(self.skip, words_first)
        emissions = graph.add("Add", of_layers, of_input)
        return graph.add("Transpose", emissions, perm=[1, 0, 2])


class SruTagger(SimpleRecurrenceTagger):
    """With simple recurrent units."""

    recurrence = BiSru


class MinGruTagger(SimpleRecurrenceTagger):
    """With minimal gated recurrent units."""

    recurrence = BiMinGru
