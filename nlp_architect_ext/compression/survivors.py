"""Which chains of a supernet are left in which epoch, kept on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.compression.chain_shapes import ChainShape
from nlp_architect_ext.compression.shrinking import Bin, Shrinking
from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.training.loop import Stream


class Survivors:
    """The chains that are left: all of them at first, fewer after each round.

    Each round is written down once, so that an interrupted training goes on with the same chains.

    Args:
        path: of the JSON file: names of chains by epoch.
        shapes: all chains.
        bin_of: the bin of each.
        shrinking: how they are dropped.
    """

    def __init__(
        self,
        path: Path,
        shapes: Sequence[ChainShape],
        bin_of: Mapping[ChainShape, Bin],
        shrinking: Shrinking,
    ) -> None:
        self._path = path
        self._shrinking = shrinking
        self._bin_of = bin_of
        self._shapes = list(shapes)
        by_name = {shape.name: shape for shape in shapes}
        known = read_json(path) if path.exists() else {}
        self._rounds = {
            int(epoch): [by_name[name] for name in names] for epoch, names in known.items()
        }

    def left(self, epoch: int) -> list[ChainShape]:
        """The chains that an epoch trains."""
        earlier = [number for number in self._rounds if number <= epoch]
        return self._rounds[max(earlier)] if earlier else self._shapes

    def shrink(self, epoch: int, loss: Callable[[ChainShape], float]) -> None:
        """The round before an epoch, unless it's known or training still warms up."""
        if epoch < max(self._shrinking.warm_up, 1) or epoch in self._rounds:
            return
        left = self.left(epoch - 1)
        self._rounds[epoch] = self._shrinking.round(left, self._bin_of, loss, epoch)
        names = {
            str(number): [shape.name for shape in shapes]
            for number, shapes in sorted(self._rounds.items())
        }
        atomic_write_text(self._path, json.dumps(names) + "\n")


@dataclass(frozen=True)
class ShrinkingStream:
    """Another stream's batches, and something to do before each epoch."""

    stream: Stream[Batch]
    before: Callable[[int], None]

    @property
    def steps_an_epoch(self) -> int:
        """See `training.loop.Stream`."""
        return self.stream.steps_an_epoch

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """See `training.loop.Stream`."""
        self.before(number)
        return self.stream.epoch(number, skip)
