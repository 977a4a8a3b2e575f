"""The student `chain`: words and characters, then any operations one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.chain_operations import HEAD_WIDTH, OPERATIONS
from nlp_architect_ext.layers.character_cnn import CharacterCnn
from nlp_architect_ext.layers.dropout import Dropout
from nlp_architect_ext.layers.operation import Operation, Places
from nlp_architect_ext.layers.word_embedding import WordEmbedding

if TYPE_CHECKING:
    from nlp_architect_ext.layers.network_file import NetworkFile
    from nlp_architect_ext.layers.onnx_graph import OnnxGraph

NARROWEST, WIDEST = 32, 256


class Chain(nn.Module):
    """Word embeddings and a character CNN, a matrix to one width, then operations of that width.

    Each operation is added to what it reads, and the sum is normalised: `x = LayerNorm(x + op(x))`.

    Source: Xu et al. (2021), "NAS-BERT: Task-Agnostic and Adaptive-Size BERT Compression with
    Neural Architecture Search", for chains of such operations.

    Args:
        word_count: word ids, padding and the unknown word among them.
        character_count: character ids, padding among them.
        label_count: labels.
        word_width: numbers a word embedding; that of pretrained vectors, if they are used.
        character_width: numbers a character embedding.
        character_filters: features of a word from its characters.
        width: numbers a word between operations: a multiple of 16, from 32 to 256.
        operations: any of lstm, conv3, conv5, separable3, separable5, separable7, attention and
            feed-forward, in this order.
        dropout: share of numbers zeroed in training: before and after the operations, and of what
            each operation adds.
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
        character_filters: int = 128,
        width: int = 64,
        operations: Sequence[str] = ("conv3", "lstm"),
        dropout: float = 0.3,
        word_dropout: float = 0.05,
        freeze_words: bool = False,
    ) -> None:
        super().__init__()
        check_width(width)
        check_operations(operations)
        self.names = tuple(operations)
        self.word_embedding = WordEmbedding(
            word_count, word_width, dropout=word_dropout, frozen=freeze_words
        )
        self.character_cnn = CharacterCnn(character_count, character_width, character_filters)
        self.input = nn.Linear(word_width + character_filters, width)
        self.operations = nn.ModuleList(OPERATIONS[name](width) for name in operations)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in operations)
        self.dropout = Dropout(dropout)
        self.output = nn.Linear(width, label_count)

    def forward(self, batch: Batch) -> Tensor:
        """Emissions (batch, words, labels)."""
        words = self.word_embedding.read(batch)
        characters = self.character_cnn(batch.characters)
        # shape: (batch, words, word width + character filters)
        inputs = torch.cat([words, characters], dim=2)
        places = Places.of(batch.mask, batch.lengths)
        # shape: (batch, words, width)
        features = self.input(self.dropout(inputs))
        for operation, norm in zip(self.operations, self.norms, strict=True):
            features = norm(features + self.dropout(operation(features, places)))
        # shape: (batch, words, labels)
        emissions: Tensor = self.output(self.dropout(features))
        return emissions

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """See `students.base.Exportable`."""
        from nlp_architect_ext.layers.onnx_words import OnnxWords

        words = OnnxWords(graph, features, lengths)
        value = words.dense(self.input, features)
        for operation, norm in self._sub_layers():
            added = graph.add("Add", value, operation.write_onnx(words, value))
            value = words.normalized(norm, added)
        return words.dense(self.output, value)

    def write_network(self, network: NetworkFile) -> None:
        """See `students.base.NativelyExportable`."""
        network.setting("network", "chain")
        network.setting("operations", ",".join(self.names))
        network.large("input", self.input.weight)
        network.small("input.bias", self.input.bias)
        for number, (operation, norm) in enumerate(self._sub_layers()):
            operation.write_network(network, f"operations.{number}")
            network.small(f"operations.{number}.norm.scale", norm.weight)
            network.small(f"operations.{number}.norm.shift", norm.bias)
        network.large("output", self.output.weight)
        network.small("output.bias", self.output.bias)

    def _sub_layers(self) -> list[tuple[Operation, nn.LayerNorm]]:
        pairs = zip(self.operations, self.norms, strict=True)
        return [(cast(Operation, operation), cast(nn.LayerNorm, norm)) for operation, norm in pairs]


def check_width(width: int) -> None:
    """Raise a ValueError unless a chain can be this wide."""
    if not isinstance(width, int) or width % HEAD_WIDTH or not NARROWEST <= width <= WIDEST:
        raise ValueError(
            f"width {width}; expected a multiple of {HEAD_WIDTH} from {NARROWEST} to {WIDEST}"
        )


def check_operations(names: Sequence[str]) -> None:
    """Raise a ValueError unless all names are those of operations."""
    unknown = [name for name in names if name not in OPERATIONS]
    if isinstance(names, str) or unknown:
        raise ValueError(
            f"operations {names if isinstance(names, str) else unknown}; expected a list of "
            f"{', '.join(OPERATIONS)}"
        )
