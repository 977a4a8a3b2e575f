"""The exponential moving average of a model's weights: steadier than the last step's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class MovingAverage:
    """The exponential moving average of every trained parameter.

    ``average ← d · average + (1 - d) · weights`` after every step. In the first steps d is smaller,
    ``(1 + step) / (10 + step)``, so that the random start is forgotten.

    Source: Tarvainen & Valpola (2017), "Mean teachers are better role models", section 2.

    Args:
        model: whose weights are averaged.
        decay: d, 0 ≤ d < 1; 0 gives the weights themselves.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.trained = {
            name: tensor for name, tensor in model.named_parameters() if tensor.requires_grad
        }
        averaged = self.trained if decay else {}
        self.weights = {name: tensor.detach().clone() for name, tensor in averaged.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after step number `step`, counted from 1."""
        if not self.decay:
            return
        decay = min(self.decay, (1 + step) / (10 + step))
        new = [self.trained[name].detach() for name in self.weights]
        torch._foreach_lerp_(list(self.weights.values()), new, 1 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The model with the averaged weights, for a score or a checkpoint."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, average in self.weights.items():
            weights = self.trained[name]
            kept: Tensor = weights.detach().clone()
            weights.copy_(average)
            average.copy_(kept)
