"""The student `cnn-lstm`: words and characters, two bidirectional LSTM layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.bilstm import BiLstm, mirrored_rows
from nlp_architect_ext.layers.character_cnn import CharacterCnn
from nlp_architect_ext.layers.dropout import Dropout
from nlp_architect_ext.layers.word_embedding import WordEmbedding
from nlp_architect_ext.students.views import Views

if TYPE_CHECKING:
    from nlp_architect_ext.layers.network_file import NetworkFile
    from nlp_architect_ext.layers.onnx_graph import OnnxGraph


class CnnLstm(nn.Module):
    """Word embeddings and a character CNN, then bidirectional LSTMs; NLP Architect's CNNLSTM.

    3.5 million parameters with 30,000 words, of which 0.5 million are not word embeddings.

    Source: Izsak, Guskin, Wasserblat (2019), "Training Compact Models for Low Resource Entity
    Tagging using Pre-trained Language Models".

    Args:
        word_count: word ids, padding and the unknown word among them.
        character_count: character ids, padding among them.
        label_count: labels.
        word_width: numbers a word embedding; that of pretrained vectors, if they are used.
        character_width: numbers a character embedding.
        character_filters: features of a word from its characters.
        lstm_width: numbers each LSTM gives for each direction.
        lstm_layers: bidirectional layers.
        dropout: share of numbers zeroed in training: before, between and after the LSTMs.
        word_dropout: share of words replaced by the unknown word in training.
        freeze_words: whether word vectors stay as they are; for pretrained ones.
        input_skip: whether a word's own features also speak for its label directly, past the LSTMs.
            Where few words in a hundred are entities, training then finds them at once instead of
            after many passes.
        head_width: numbers of a layer with ReLU between the first and last LSTM layer on one side
            and the labels on the other, as in Clark et al. (2018), "Semi-Supervised Sequence
            Modeling with Cross-View Training", section 3.2; 0 for none: labels are read off the
            last LSTM layer.
    """

    def __init__(  # noqa: PLR0913  # each is a number of the student's JSON config
        self,
        word_count: int,
        character_count: int,
        label_count: int,
        *,
        word_width: int = 100,
        character_width: int = 16,
        character_filters: int = 128,
        lstm_width: int = 100,
        lstm_layers: int = 2,
        dropout: float = 0.3,
        word_dropout: float = 0.05,
        freeze_words: bool = False,
        input_skip: bool = True,
        head_width: int = 0,
    ) -> None:
        super().__init__()
        if lstm_layers < 1:
            raise ValueError(f"{lstm_layers} LSTM layers; expected at least 1")
        self.word_embedding = WordEmbedding(
            word_count, word_width, dropout=word_dropout, frozen=freeze_words
        )
        self.character_cnn = CharacterCnn(character_count, character_width, character_filters)
        widths = [word_width + character_filters] + [2 * lstm_width] * (lstm_layers - 1)
        self.layers = nn.ModuleList(BiLstm(width, lstm_width) for width in widths)
        self.dropout = Dropout(dropout)
        self.hidden = nn.Linear(4 * lstm_width, head_width) if head_width else None
        self.output = nn.Linear(head_width or 2 * lstm_width, label_count)
        self.skip = nn.Linear(widths[0], label_count) if input_skip else None

    def forward(self, batch: Batch) -> Tensor:
        """Emissions (batch, words, labels)."""
        emissions, _ = self.views(batch)
        return emissions

    def views(self, batch: Batch) -> tuple[Tensor, Views]:
        """See `students.base.Viewable`."""
        words = self.word_embedding.read(batch)
        characters = self.character_cnn(batch.characters)
        # shape: (batch, words, word width + character filters)
        inputs = torch.cat([words, characters], dim=2)
        mirror = mirrored_rows(batch.lengths.to(batch.words.device), batch.words.shape[1])
        layers = []
        features = inputs
        for layer in self.layers:
            # shape: (batch, words, 2 · LSTM width)
            features = layer(self.dropout(features), mirror)
            layers.append(features)
        if self.hidden is None:
            features = self.dropout(features)
        else:
            # shape: (batch, words, 4 · LSTM width) to (batch, words, head width)
            first_and_last = torch.cat([layers[0], features], dim=2)
            features = self.hidden(self.dropout(first_and_last)).relu()
        # shape: (batch, words, labels)
        emissions: Tensor = self.output(features)
        if self.skip is not None:
            emissions = emissions + self.skip(self.dropout(inputs))
        rightward, leftward = layers[0].chunk(2, dim=2)
        return emissions, Views(rightward, leftward, layers[-1])

    @property
    def view_widths(self) -> tuple[int, int]:
        """See `students.base.Viewable`."""
        first, last = self.layers[0], self.layers[-1]
        assert isinstance(first, BiLstm)
        assert isinstance(last, BiLstm)
        return first.rightward.hidden_size, 2 * last.rightward.hidden_size

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """See `students.base.Exportable`."""
        words_first = graph.add("Transpose", features, perm=[1, 0, 2])
        layers = []
        value = words_first
        for layer in self.layers:
            assert isinstance(layer, BiLstm)
            value = layer.write_onnx(graph, value, lengths)
            layers.append(value)
        if self.hidden is not None:
            first_and_last = graph.add("Concat", layers[0], value, axis=2)
            value = graph.add("Relu", graph.linear(self.hidden, first_and_last))
        emissions = graph.linear(self.output, value)
        if self.skip is not None:
            emissions = graph.add("Add", emissions, graph.linear(self.skip, words_first))
        return graph.add("Transpose", emissions, perm=[1, 0, 2])

    def write_network(self, network: NetworkFile) -> None:
        """See `students.base.NativelyExportable`."""
        network.setting("network", "cnn-lstm")
        for number, layer in enumerate(self.layers):
            assert isinstance(layer, BiLstm)
            layer.write_network(network, f"layers.{number}")
        if self.hidden is not None:
            network.large("hidden", self.hidden.weight)
            network.small("hidden.bias", self.hidden.bias)
        # Behind hidden states, whose scale never changes, it's rounded like them.
        write = network.large if self.hidden is None else network.small
        write("output", self.output.weight)
        network.small("output.bias", self.output.bias)
        if self.skip is not None:
            network.small("skip", self.skip.weight)
            network.small("skip.bias", self.skip.bias)
