"""The student `cnn-lstm`: words and characters, two bidirectional LSTM layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.character_cnn import CharacterCnn
from nlp_architect_ext.layers.dropout import Dropout
from nlp_architect_ext.layers.word_embedding import WordEmbedding
from nlp_architect_ext.students.views import Views

if TYPE_CHECKING:
    from nlp_architect_ext.layers.onnx_graph import OnnxGraph


class CnnLstm(nn.Module):
    """Word embeddings and a character CNN, then bidirectional LSTMs; NLP Architect's CNNLSTM.

    3.5 million parameters with 30,000 words, of which 0.5 million are not word embeddings. Source: Izsak, Guskin,
    Wasserblat (2019), "Training Compact Models for Low Resource Entity Tagging using Pre-trained Language Models".

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
        input_skip: whether a word's own features also speak for its label directly, past the LSTMs. Where few words in
            a hundred are entities, training then finds them at once instead of after many passes.
        head_width: numbers of a layer with ReLU between the first and last LSTM layer on one side and the labels on the
            other, as in Clark et al. (2018), "Semi-Supervised Sequence Modeling with Cross-View Training", section 3.2;
            0 for none: labels are read off the last LSTM layer.
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
        self.word_embedding = WordEmbedding(word_count, word_width, dropout=word_dropout, frozen=freeze_words)
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
        read = torch.cat([self.word_embedding.read(batch), self.character_cnn(batch.characters)], dim=2)
        mirror = mirrored_rows(batch.lengths.to(batch.words.device), batch.words.shape[1])
        layers, features = [], read
        for layer in self.layers:
            features = layer(self.dropout(features), mirror)
            layers.append(features)
        if self.hidden is not None:
            features = self.hidden(self.dropout(torch.cat([layers[0], features], dim=2))).relu()
        emissions: Tensor = self.output(self.dropout(features) if self.hidden is None else features)
        if self.skip is not None:
            emissions = emissions + self.skip(self.dropout(read))
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
        values = [words_first]
        for layer in self.layers:
            assert isinstance(layer, BiLstm)
            values.append(layer.write_onnx(graph, values[-1], lengths))
        value = values[-1]
        if self.hidden is not None:
            value = graph.add("Relu", graph.linear(self.hidden, graph.add("Concat", values[1], value, axis=2)))
        emissions = graph.linear(self.output, value)
        if self.skip is not None:
            emissions = graph.add("Add", emissions, graph.linear(self.skip, words_first))
        return graph.add("Transpose", emissions, perm=[1, 0, 2])


BIASES = "bias_ih_l0", "bias_hh_l0"  # names of torch's LSTM


class BiLstm(nn.Module):
    """One LSTM from left to right, one from right to left.

    The second reads each sentence reversed in place, so padding comes last for both and is never seen: the results are
    those of packed sequences, in three quarters of the time on a CPU (oneDNN's LSTM doesn't take packed ones).

    Args:
        input_width: numbers a word that comes in.
        width: numbers a word and direction that goes out.
    """

    def __init__(self, input_width: int, width: int) -> None:
        super().__init__()
        self.rightward = nn.LSTM(input_width, width, batch_first=True)
        self.leftward = nn.LSTM(input_width, width, batch_first=True)
        for lstm in (self.rightward, self.leftward):
            _initialize(lstm)

    def forward(self, features: Tensor, mirror: Tensor) -> Tensor:
        """Features (batch, words, input width) and `mirrored_rows` to features (batch, words, 2 · width)."""
        rightward, _ = self.rightward(features)
        leftward, _ = self.leftward(_mirrored(features, mirror))
        return torch.cat([rightward, _mirrored(leftward, mirror)], dim=2)

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """As ONNX's one operator for both directions: features and result are (words, batch, width)."""
        lstms = (self.rightward, self.leftward)
        inputs = torch.stack([_onnx_gates(lstm.get_parameter("weight_ih_l0")) for lstm in lstms])
        recurrent = torch.stack([_onnx_gates(lstm.get_parameter("weight_hh_l0")) for lstm in lstms])
        biases = [torch.stack([_onnx_gates(lstm.get_parameter(name)) for lstm in lstms]) for name in BIASES]
        weights = [graph.weight(weight) for weight in (inputs, recurrent, torch.cat(biases, dim=1))]
        width = self.rightward.hidden_size
        both = graph.add("LSTM", features, *weights, lengths, direction="bidirectional", hidden_size=width)
        by_word = graph.add("Transpose", both, perm=[0, 2, 1, 3])  # from (words, directions, batch, width)
        return graph.add("Reshape", by_word, graph.weight(torch.tensor([0, 0, -1])))


def _onnx_gates(weights: Tensor) -> Tensor:
    """The gates in ONNX's order (input, output, forget, cell) instead of torch's (input, forget, cell, output)."""
    first, forget, cell, last = weights.chunk(4)
    return torch.cat([first, last, forget, cell])


def _initialize(lstm: nn.LSTM) -> None:
    """Orthogonal between steps, and gates that remember at first: training starts much faster.

    Source: Jozefowicz, Zaremba, Sutskever (2015), "An Empirical Exploration of Recurrent Network Architectures",
    section 3.2 (forget gates); Saxe, McClelland, Ganguli (2014) (orthogonal matrices).
    """
    for name, parameter in lstm.named_parameters():
        for gate in parameter.detach().chunk(4):  # input, forget, cell, output
            if name.startswith("weight_hh"):
                nn.init.orthogonal_(gate)
            elif name.startswith("weight_ih"):
                nn.init.xavier_uniform_(gate)
            else:
                nn.init.zeros_(gate)
        if name.startswith("bias_ih"):
            nn.init.ones_(parameter.detach().chunk(4)[1])


def mirrored_rows(lengths: Tensor, words: int) -> Tensor:
    """Where each word is when its sentence is reversed, counted over the batch (batch · words,); any at padding."""
    positions = torch.arange(words, device=lengths.device)
    mirrored = (lengths.unsqueeze(1) - 1 - positions).clamp(min=0)
    return (mirrored + words * torch.arange(len(lengths), device=lengths.device).unsqueeze(1)).flatten()


def _mirrored(features: Tensor, rows: Tensor) -> Tensor:
    """Features (batch, words, width) with the words of each sentence in reverse."""
    return features.flatten(0, 1).index_select(0, rows).view_as(features)
