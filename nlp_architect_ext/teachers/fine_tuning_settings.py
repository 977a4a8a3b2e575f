"""How a teacher learns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

# BERT's own rate for its base model; narrower encoders learn best at higher ones.
BASE_RATE = 5e-5
BASE_WIDTH = 768


@dataclass(frozen=True, kw_only=True)
class FineTuning:
    """How a teacher learns.

    Args:
        learning_rate: the highest; it falls linearly to zero after the warm-up. None fits it to the
            encoder's width: 5e-5 for the 768 of a base model, the less the wider.
        epochs: passes over the sentences, more if that makes fewer than ``min_steps`` steps.
        min_steps: fewest optimiser steps, so that small training sets are learnt too.
        max_steps: most optimiser steps, stronger than both; -1 sets no limit.
        batch_size: sentences (windows of long ones) at once.
        gradient_accumulation_steps: batches a step.
        warmup: steps of rising learning rate; below 1 it's a share of all steps.
        weight_decay: as in AdamW.
        max_grad_norm: longer gradients are clipped to this length.
        adam_epsilon: as in AdamW.
        max_pieces: the most word pieces of a window; what the model can read (at most 512) if None.
        evaluations: most evaluations on dev; with more epochs than that, some epochs go without.
        logging_steps: steps between two entries of the log beside one an epoch; 0 for none.
        seed: decides the new layer, the order of the sentences, and dropout.
        device: cpu, cuda, ...
        precision: ``fp32``, or ``bf16`` for autocast; ``auto`` is fp32, and on dev what labelling
            will be in.
    """

    learning_rate: float | None = None
    epochs: int = 5
    min_steps: int = 400
    max_steps: int = -1
    batch_size: int = 8
    gradient_accumulation_steps: int = 1
    warmup: float = 0.1
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    adam_epsilon: float = 1e-8
    max_pieces: int | None = None
    evaluations: int = 5
    logging_steps: int = 0
    seed: int = 42
    device: str | torch.device = "cpu"
    precision: str = "fp32"

    def rate(self, width: int) -> float:
        """The highest learning rate for an encoder of this width."""
        return self.learning_rate or BASE_RATE * BASE_WIDTH / width

    def length(self, examples: int) -> tuple[int, int]:
        """Epochs and optimiser steps of training on so many examples."""
        batches = math.ceil(examples / self.batch_size)
        an_epoch = math.ceil(batches / self.gradient_accumulation_steps)
        if self.max_steps > 0:
            return math.ceil(self.max_steps / an_epoch), self.max_steps
        epochs = max(self.epochs, math.ceil(self.min_steps / an_epoch))
        return epochs, epochs * an_epoch
