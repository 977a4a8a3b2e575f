"""How long and how fast to train."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch.optim import SGD, Adam, Optimizer

WARMUP = 5_000  # steps


OPTIMIZERS: dict[str, Callable[[list[dict[str, Any]]], Optimizer]] = {
    "adam": partial(Adam, fused=True),
    "sgd": partial(SGD, momentum=0.9),
}


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long and how fast to train.

    Args:
        epochs: passes over the stream, at most.
        patience: epochs without a better dev score before stopping; 0 never stops.
        optimizer: "adam", or "sgd" with a momentum of 0.9.
        lr: learning rate.
        lr_schedule: "constant"; "linear" from `lr` to zero at the last step; "warmup", which rises
            for 5,000 steps and falls with the root of the steps (Clark et al., 2018,
            "Semi-Supervised Sequence Modeling with Cross-View Training", appendix A).
        max_grad_norm: longer gradients are clipped to this length.
        ema_decay: of the moving average of the weights, which is scored and kept; 0 for the weights
            themselves.
        logging_steps: steps between two lines of the journal.
        save_steps: steps between two checkpoints, beside one an epoch.
    """

    epochs: int
    patience: int = 0
    optimizer: str = "adam"
    lr: float = 0.001
    lr_schedule: str = "constant"
    max_grad_norm: float = 5.0
    ema_decay: float = 0.0
    logging_steps: int = 50
    save_steps: int = 500

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a step, counted from 0, of `steps` in all."""
        if self.lr_schedule == "linear":
            return self.lr * (1 - step / steps)
        if self.lr_schedule == "warmup":
            rise = min((step + 1) / WARMUP, 1)
            decay = 1 + 0.005 * math.sqrt(step + 1)
            return self.lr * rise / decay
        return self.lr
