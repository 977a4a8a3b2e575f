"""What a training step minimises: supervised learning, or distillation with pseudo-labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.training.losses import (
    check_finite,
    distillation_kl,
    distillation_mse,
    task_loss,
)

Network = Callable[[Batch], Tensor]  # gives emissions (batch, words, labels)


class Movable(Protocol):
    """A batch of anything."""

    def to(self, device: torch.device) -> Self:
        """This batch on the device."""


Read = TypeVar("Read", bound=Movable, contravariant=True)


class StepObjective(Protocol[Read]):
    """What the training loop minimises, whatever is trained and whatever a batch is."""

    @property
    def heads(self) -> nn.Module | None:
        """What is trained along and thrown away afterwards; None for nothing."""
        ...

    def loss(
        self, student: nn.Module, batch: Read, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """The loss of a batch as a scalar, and its parts by name for the log.

        Args:
            student: what is in training.
            batch: what it reads.
            done: how much of training is over, between 0 and 1; for weights that change.
        """


class Objective(Protocol):
    """What the training loop minimises for a tagger's student: a `StepObjective` of `Batch`."""

    @property
    def heads(self) -> nn.Module | None:
        """What is trained along with the student and thrown away afterwards; None for nothing."""
        ...

    def loss(
        self, student: Network, batch: Batch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """The loss of a batch as a scalar, and its parts by name for the log.

        Args:
            student: the network in training.
            batch: what it reads.
            done: how much of training is over, between 0 and 1; for weights that change.
        """


@dataclass(frozen=True)
class Supervised:
    """The task loss on gold labels: cross entropy, or the CRF's negative log-likelihood a word."""

    decoder: Decoder
    smoothing: float = 0.0
    heads: None = None

    def loss(
        self, student: Network, batch: Batch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; every sentence of the batch has gold labels."""
        emissions = _emissions(student, batch)
        loss = task_loss(
            self.decoder, emissions, batch.labels, batch.lengths, batch.mask, self.smoothing
        )
        return loss, {"task": loss.item()}


@dataclass(frozen=True)
class Distillation:
    """The paper's loss: `L = task_weight · L_task + distillation_weight · L_distillation`.

    `L_task` takes the gold label, or in unlabelled sentences the teacher's arg max as pseudo-label;
    `L_distillation` is `T² · KL(softmax(teacher/T) ‖ softmax(student/T))` or the squared error of
    logits. Both are averaged over words. In unlabelled sentences words on which the teacher has no
    opinion don't count.

    Source: Izsak, Guskin, Wasserblat (2019), "Training Compact Models for Low Resource Entity
    Tagging using Pre-trained Language Models", section 3.
    """

    decoder: Decoder
    temperature: float
    task_weight: float
    distillation_weight: float
    loss_fn: str = "kl"
    heads: None = None

    def loss(
        self, student: Network, batch: Batch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; every sentence of the batch has soft labels."""
        assert batch.soft_labels is not None, "distillation needs soft labels"
        emissions = _emissions(student, batch)
        is_gold = batch.is_gold.unsqueeze(1)
        labels = torch.where(is_gold, batch.labels, batch.soft_labels.argmax(dim=2))
        mask = torch.where(is_gold, batch.mask, batch.is_taught)
        task = task_loss(self.decoder, emissions, labels, batch.lengths, mask)
        if self.loss_fn == "posterior":
            softened = self.decoder.log_probabilities(emissions, batch.lengths, self.temperature)
            # Already softened and normalised: the loss divides by T and normalises again.
            emissions = softened * self.temperature
        if self.loss_fn in ("kl", "posterior"):
            distillation = distillation_kl(
                emissions, batch.soft_labels, batch.is_taught, self.temperature
            )
        else:
            distillation = distillation_mse(emissions, batch.soft_labels, batch.is_taught)
        loss = self.task_weight * task + self.distillation_weight * distillation
        return loss, {"task": task.item(), "distillation": distillation.item()}


def _emissions(student: Network, batch: Batch) -> Tensor:
    emissions = student(batch)
    check_finite(emissions)
    return emissions
