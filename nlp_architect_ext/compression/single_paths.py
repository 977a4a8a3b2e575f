"""Training of a supernet: at each step one chain alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.compression.chain_shapes import ChainShape
from nlp_architect_ext.compression.supernet import Supernet
from nlp_architect_ext.training.objectives import Objective


@dataclass(frozen=True)
class SinglePaths:
    """Another objective's loss of one chain a step, which seed and step alone decide.

    Source: Guo et al. (2020), "Single Path One-Shot Neural Architecture Search with Uniform
    Sampling", for single paths; as NAS-BERT trains.

    Args:
        inner: what the chain learns.
        left: the chains that are left at a step.
        steps: of the whole training.
        seed: decides every draw.
    """

    inner: Objective
    left: Callable[[int], Sequence[ChainShape]]
    steps: int
    seed: int
    heads: None = None

    def loss(
        self, student: nn.Module, batch: Batch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; the student is a supernet."""
        assert isinstance(student, Supernet)
        step = round(done * self.steps)
        student.shape = drawn(self.left(step), self.seed, step)
        return self.inner.loss(student, batch, done)


def drawn(shapes: Sequence[ChainShape], seed: int, step: int) -> ChainShape:
    """One of the shapes: of a width first, each as likely, then of a length, then any."""
    random = np.random.default_rng([seed, step])
    width = _one({shape.width for shape in shapes}, random)
    length = _one({len(shape.operations) for shape in shapes if shape.width == width}, random)
    fitting = [one for one in shapes if (one.width, len(one.operations)) == (width, length)]
    return fitting[int(random.integers(len(fitting)))]


def _one(values: set[int], random: np.random.Generator) -> int:
    return sorted(values)[int(random.integers(len(values)))]
