"""What a training step minimises: supervised learning, distillation with pseudo-labels, cross-view training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.layers.dropout import dropping
from nlp_architect_ext.layers.modes import mode
from nlp_architect_ext.students.base import Viewable
from nlp_architect_ext.training.cross_view import CrossViewHeads
from nlp_architect_ext.training.losses import check_finite, distillation_kl, distillation_mse, soft_cross_entropy

Network = Callable[[Batch], Tensor]  # gives emissions (batch, words, labels)


class Objective(Protocol):
    """What the training loop minimises."""

    def loss(self, student: Network, batch: Batch, done: float = 1.0) -> tuple[Tensor, dict[str, float]]:
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

    def loss(self, student: Network, batch: Batch, done: float = 1.0) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; every sentence of the batch has gold labels."""
        emissions = _emissions(student, batch)
        loss = self.decoder.task_loss(emissions, batch.labels, batch.lengths, batch.mask, self.smoothing)
        return loss, {"task": loss.item()}


@dataclass(frozen=True)
class Distillation:
    """The paper's loss: `L = task_weight · L_task + distillation_weight · L_distillation`.

    `L_task` takes the gold label, or in unlabelled sentences the teacher's arg max as pseudo-label;
    `L_distillation` is `T² · KL(softmax(teacher/T) ‖ softmax(student/T))` or the squared error of logits. Both are
    averaged over words. In unlabelled sentences words on which the teacher has no opinion don't count.

    Source: Izsak, Guskin, Wasserblat (2019), "Training Compact Models for Low Resource Entity Tagging using
    Pre-trained Language Models", section 3.
    """

    decoder: Decoder
    temperature: float
    task_weight: float
    distillation_weight: float
    loss_fn: str = "kl"

    def loss(self, student: Network, batch: Batch, done: float = 1.0) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; every sentence of the batch has soft labels."""
        assert batch.soft_labels is not None, "distillation needs soft labels"
        emissions = _emissions(student, batch)
        is_gold = batch.is_gold.unsqueeze(1)
        labels = torch.where(is_gold, batch.labels, batch.soft_labels.argmax(dim=2))
        mask = torch.where(is_gold, batch.mask, batch.is_taught)
        task = self.decoder.task_loss(emissions, labels, batch.lengths, mask)
        if self.loss_fn == "posterior":
            softened = self.decoder.log_probabilities(emissions, batch.lengths, self.temperature)
            # Already softened and normalised: the loss divides by T and normalises again.
            emissions = softened * self.temperature
        if self.loss_fn in ("kl", "posterior"):
            distillation = distillation_kl(emissions, batch.soft_labels, batch.is_taught, self.temperature)
        else:
            distillation = distillation_mse(emissions, batch.soft_labels, batch.is_taught)
        loss = self.task_weight * task + self.distillation_weight * distillation
        return loss, {"task": task.item(), "distillation": distillation.item()}


@dataclass(frozen=True)
class CrossView:
    """Cross-View Training: labelled sentences teach the student, and it teaches its views on unlabelled ones.

    ``L = view_weight · Σ_head -Σ_label p · log softmax(head)``, mean per word, where p is what the student itself says
    without dropout; no gradient flows into p. So unlabelled sentences move the layers that views share with the
    student, and never what is above them. Source: Clark, Luong, Manning, Le (2018), "Semi-Supervised Sequence Modeling
    with Cross-View Training", section 3.

    Args:
        supervised: the objective of labelled sentences.
        heads: of the views.
        view_weight: of the loss of unlabelled ones.
        dropout: share of dropout in unlabelled steps; None for the student's own.
        ramp: share of training in which `view_weight` grows from nearly 0; what the student says at first is wrong.
    """

    supervised: Supervised
    heads: CrossViewHeads
    view_weight: float = 1.0
    dropout: float | None = None
    ramp: float = 0.0

    def loss(self, student: Network, batch: Batch, done: float = 1.0) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; all sentences of the batch have gold labels, or none has."""
        if bool(batch.is_gold.all()):
            return self.supervised.loss(student, batch, done)
        assert isinstance(student, nn.Module)
        assert isinstance(student, Viewable)
        probabilities = _own_probabilities(student, self.supervised.decoder, batch)
        with dropping(student, self.dropout):
            _, views = student.views(batch)
        weight = self.view_weight * grown(done, self.ramp)
        loss = weight * _view_loss(self.heads(views, batch.mask), probabilities, batch.mask)
        return loss, {"views": loss.item()}


@dataclass(frozen=True)
class DistilledCrossView:
    """Distillation, and views that learn on unlabelled sentences from the teacher and from the student at once.

    ``L = L_distillation + view_weight · Σ_head -Σ_label p · log softmax(head)`` with
    ``p = teacher_share · teacher + (1 - teacher_share) · student``, both as probabilities; the student's are without
    dropout and without gradient. Views learn nothing from words on which the teacher has no opinion.

    Args:
        distillation: what the student itself learns, on all sentences.
        heads: of the views.
        view_weight: of their loss.
        teacher_share: between 0 and 1.
    """

    distillation: Distillation
    heads: CrossViewHeads
    view_weight: float = 1.0
    teacher_share: float = 0.5

    def loss(self, student: Network, batch: Batch, done: float = 1.0) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; every sentence of the batch has soft labels."""
        assert isinstance(student, nn.Module)
        assert isinstance(student, Viewable)
        assert batch.soft_labels is not None, "distillation needs soft labels"
        emissions, views = student.views(batch)
        loss, parts = self.distillation.loss(lambda _: emissions, batch, done)
        probabilities = self.teacher_share * batch.soft_labels.softmax(dim=2)
        if self.teacher_share < 1:
            own = _own_probabilities(student, self.distillation.decoder, batch)
            probabilities = probabilities + (1 - self.teacher_share) * own
        learns = batch.is_taught & ~batch.is_gold.unsqueeze(1)
        of_views = self.view_weight * _view_loss(self.heads(views, batch.mask), probabilities, learns)
        return loss + of_views, {**parts, "views": of_views.item()}


def grown(done: float, ramp: float) -> float:
    """What a weight that grows has reached, up to 1: ``exp(-5 · (1 - done / ramp)²)``, then 1.

    Source: Laine & Aila (2017), "Temporal Ensembling for Semi-Supervised Learning", section 2.1 and appendix A.

    Args:
        done: how much of training is over, between 0 and 1.
        ramp: of training, for how much it grows; 0 for not at all.
    """
    return math.exp(-5 * (1 - done / ramp) ** 2) if done < ramp else 1.0


def _view_loss(said: dict[str, tuple[Tensor, Tensor]], probabilities: Tensor, learns: Tensor) -> Tensor:
    """The sum over heads of the cross entropy with probabilities (batch, words, labels) where `learns` is True."""
    losses = [soft_cross_entropy(emissions, probabilities, counts & learns) for emissions, counts in said.values()]
    return torch.stack(losses).sum()


@torch.no_grad()
def _own_probabilities(student: nn.Module, decoder: Decoder, batch: Batch) -> Tensor:
    """What the student says of each label (batch, words, labels), without dropout and without gradient."""
    with mode(student, training=False):
        emissions = _emissions(student, batch)
    return decoder.log_probabilities(emissions, batch.lengths, 1.0).exp()


def _emissions(student: Network, batch: Batch) -> Tensor:
    emissions = student(batch)
    check_finite(emissions)
    return emissions
