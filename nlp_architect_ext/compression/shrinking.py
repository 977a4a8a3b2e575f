"""Progressive shrinking: of the chains of a supernet, the bad ones are dropped round by round.

Source: Xu et al. (2021), "NAS-BERT: Task-Agnostic and Adaptive-Size BERT Compression with Neural
Architecture Search", for bins and rounds; bins are cells of size and latency here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp_architect_ext.compression.chain_shapes import ChainShape

Bin = tuple[int, int]


@dataclass(frozen=True)
class Shrinking:
    """How chains are dropped.

    Args:
        bins: steps of size, and as many of latency.
        sample: chains of a bin that are scored in a round.
        keep: chains of a bin that are never dropped.
        warm_up: epochs before the first round.
        seed: decides which chains are scored.
    """

    bins: int
    sample: int
    keep: int
    warm_up: int
    seed: int

    def round(
        self,
        shapes: Sequence[ChainShape],
        bin_of: Mapping[ChainShape, Bin],
        loss: Callable[[ChainShape], float],
        number: int,
    ) -> list[ChainShape]:
        """The chains that are left after a round, in their order.

        Args:
            shapes: that are left before it.
            bin_of: the bin of each.
            loss: of a chain; the lower the better.
            number: of the round; it decides, with the seed, which chains are scored.
        """
        dropped: set[ChainShape] = set()
        for place, members in enumerate(_members(shapes, bin_of)):
            random = np.random.default_rng([self.seed, number, place])
            count = min(self.sample, len(members))
            scored = [members[index] for index in random.permutation(len(members))[:count]]
            surplus = max(len(members) - self.keep, 0)
            worst_first = sorted(scored, key=loss, reverse=True)
            dropped |= set(worst_first[: min(count - count // 2, surplus)])
        return [shape for shape in shapes if shape not in dropped]


def bins(
    sizes: Mapping[ChainShape, float], latencies: Mapping[ChainShape, float], count: int
) -> dict[ChainShape, Bin]:
    """The bin of each chain: `count` steps from the least to the most of size and of latency.

    Each step is the same factor: a small chain's bin is as fine as a large one's.
    """
    by_size, by_latency = _steps(sizes, count), _steps(latencies, count)
    return {shape: (by_size[shape], by_latency[shape]) for shape in sizes}


def _steps(values: Mapping[ChainShape, float], count: int) -> dict[ChainShape, int]:
    logarithms = {shape: math.log(value) for shape, value in values.items()}
    least, most = min(logarithms.values()), max(logarithms.values())
    width = (most - least) / count or 1.0
    return {shape: min(int((one - least) / width), count - 1) for shape, one in logarithms.items()}


def _members(
    shapes: Sequence[ChainShape], bin_of: Mapping[ChainShape, Bin]
) -> list[list[ChainShape]]:
    """The chains of each bin."""
    found: dict[Bin, list[ChainShape]] = {}
    for shape in shapes:
        found.setdefault(bin_of[shape], []).append(shape)
    return [found[place] for place in sorted(found)]
