"""One network that holds all chains of a space, with weights that they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.compression.chain_shapes import ChainShape, ChainSpace
from nlp_architect_ext.compression.shared_weight import SharedModule
from nlp_architect_ext.layers.chain_operations import OPERATIONS
from nlp_architect_ext.students.chain import Chain


class Supernet(nn.Module):
    """All chains of a space: each place has every operation, as wide as the widest chain.

    A narrower chain uses the first rows and columns of every weight. One chain at a time computes,
    the one that `shape` names; any can be cut out as a student of its own.

    Source: Xu et al. (2021), "NAS-BERT: Task-Agnostic and Adaptive-Size BERT Compression with
    Neural Architecture Search", for a supernet trained by single paths; here end to end, and not by
    blocks.

    Args:
        space: the chains.
        first: a chain of any shape: its word embedding and character CNN are used.
        arguments: that `first` was built with, beside its `width` and `operations`; the numbers of
            words, characters and labels among them.
    """

    def __init__(self, space: ChainSpace, first: Chain, arguments: Mapping[str, Any]) -> None:
        super().__init__()
        self.space = space
        self.shape = space.shapes()[-1]
        self._arguments = dict(arguments)
        self._templates: dict[ChainShape, Chain] = {}  # without weights
        self.word_embedding = first.word_embedding
        self.character_cnn = first.character_cnn
        features, labels = first.input.in_features, first.output.out_features
        self.input = SharedModule(lambda width: nn.Linear(features, width), space.widths)
        self.output = SharedModule(lambda width: nn.Linear(width, labels), space.widths)
        self.operations = nn.ModuleList(
            nn.ModuleDict({name: SharedModule(OPERATIONS[name], space.widths) for name in names})
            for names in [space.operations] * space.depth
        )
        self.norms = nn.ModuleList(
            nn.ModuleDict({name: SharedModule(nn.LayerNorm, space.widths) for name in names})
            for names in [space.operations] * space.depth
        )

    def forward(self, batch: Batch) -> Tensor:
        """Emissions (batch, words, labels) of the chain that `shape` names."""
        if self.shape not in self._templates:
            with torch.device("meta"):
                self._templates[self.shape] = self._chain(self.shape)
        template = self._templates[self.shape].train(self.training)
        emissions: Tensor = functional_call(template, self.weights(self.shape), (batch,))
        return emissions

    def weights(self, shape: ChainShape) -> dict[str, Tensor]:
        """The weights of a chain by their names in `Chain`; gradients go on to the supernet's."""
        level = self.space.widths.index(shape.width)
        shared = {"input": self.input, "output": self.output}
        for number, operation in enumerate(shape.operations):
            for name, held in (("operations", self.operations), ("norms", self.norms)):
                shared[f"{name}.{number}"] = cast(Any, held)[number][operation]
        found = {
            f"{place}.{name}": weight
            for place, module in shared.items()
            for name, weight in module.cut(level).items()
        }
        for place in ("word_embedding", "character_cnn"):
            for name, weight in getattr(self, place).named_parameters():
                found[f"{place}.{name}"] = weight
        return found

    def cut_out(self, shape: ChainShape) -> Chain:
        """The chain as a student of its own, with a copy of its weights."""
        chain = self._chain(shape)
        chain.load_state_dict({name: one.detach() for name, one in self.weights(shape).items()})
        return chain.train(self.training)

    def _chain(self, shape: ChainShape) -> Chain:
        return Chain(**{**self._arguments, **shape.arguments})
