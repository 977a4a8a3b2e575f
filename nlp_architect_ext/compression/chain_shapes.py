"""Which chains a search chooses from."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import torch

from nlp_architect_ext.layers.chain_operations import OPERATIONS
from nlp_architect_ext.students.chain import check_operations, check_width

LARGEST_SPACE = 100_000  # shapes


@dataclass(frozen=True, order=True)
class ChainShape:
    """What makes a chain: the width, and the operations in their order."""

    width: int
    operations: tuple[str, ...]

    @property
    def name(self) -> str:
        """As in tables and folders, for instance ``chain-64-conv3-lstm``."""
        return "-".join(("chain", str(self.width), *self.operations))

    @property
    def arguments(self) -> dict[str, Any]:
        """The student's own arguments that differ from shape to shape."""
        return {"width": self.width, "operations": list(self.operations)}

    @property
    def parameters(self) -> int:
        """Numbers of the operations and their LayerNorms: what differs but for two matrices."""
        sizes = [_parameters(name, self.width) + 2 * self.width for name in self.operations]
        return sum(sizes)


@dataclass(frozen=True)
class ChainSpace:
    """All chains of some widths and operations, up to a depth.

    Identity, an operation of NAS-BERT's, is what shorter chains have in place of others.

    Args:
        widths: numbers a word between operations, in ascending order.
        operations: their names.
        depth: most operations of a chain; the fewest is one.
    """

    widths: tuple[int, ...]
    operations: tuple[str, ...]
    depth: int

    def __post_init__(self) -> None:
        """Raise a ValueError unless there are such chains, and not too many."""
        for width in self.widths:
            check_width(width)
        check_operations(self.operations)
        for kind, values in (("widths", self.widths), ("operations", self.operations)):
            if not values or len(set(values)) < len(values):
                raise ValueError(
                    f"{kind} {list(values)}; expected at least one, none of them twice"
                )
        if list(self.widths) != sorted(self.widths):
            raise ValueError(f"widths {list(self.widths)}; expected them in ascending order")
        if self.depth < 1 or len(self) > LARGEST_SPACE:
            raise ValueError(
                f"{len(self):,} chains of up to {self.depth} operations; expected 1 to "
                f"{LARGEST_SPACE:,} chains"
            )

    def __len__(self) -> int:
        """How many chains there are."""
        lengths = range(1, self.depth + 1)
        of_a_width = sum(int(len(self.operations) ** length) for length in lengths)
        return len(self.widths) * of_a_width

    def shapes(self) -> list[ChainShape]:
        """All of them, the narrow and short ones first."""
        return [
            ChainShape(width, operations)
            for width in self.widths
            for length in range(1, self.depth + 1)
            for operations in itertools.product(self.operations, repeat=length)
        ]

    def shallow(self) -> list[ChainShape]:
        """The chains of one operation and of the narrowest width: the fastest is one of them."""
        return [ChainShape(self.widths[0], (name,)) for name in self.operations]


_SIZES: dict[tuple[str, int], int] = {}


def _parameters(operation: str, width: int) -> int:
    key = operation, width
    if key not in _SIZES:
        with torch.device("meta"):
            module = OPERATIONS[operation](width)
        _SIZES[key] = sum(parameter.numel() for parameter in module.parameters())
    return _SIZES[key]
