"""Cross-View Training: auxiliary heads see a part of a sentence and learn what the whole says.

Source: Clark, Luong, Manning, Le (2018), "Semi-Supervised Sequence Modeling with Cross-View
Training", section 3.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.layers.dropout import dropping
from nlp_architect_ext.layers.modes import mode
from nlp_architect_ext.students.base import Viewable
from nlp_architect_ext.students.views import Views
from nlp_architect_ext.training.losses import soft_cross_entropy
from nlp_architect_ext.training.objectives import Distillation, Network, Supervised, _emissions


class CrossViewHeads(nn.Module):
    """Five heads, needed in training only: four see a part of the sentence, one sees it all.

    | head | reads, to label word t | ReLU |
    |---|---|---|
    | full | both layers at t | no |
    | forward | the first layer from the left at t | yes |
    | backward | the first layer from the right at t | yes |
    | future | the first layer from the left at t - 1: it must guess the word | yes |
    | past | the first layer from the right at t + 1 | yes |

    Args:
        width: of the first layer's features of one direction.
        top_width: of the last layer's features.
        hidden: numbers between a head's two dense layers.
        label_count: labels.
    """

    def __init__(self, width: int, top_width: int, hidden: int, label_count: int) -> None:
        super().__init__()
        self.full = nn.Sequential(
            nn.Linear(2 * width + top_width, hidden), nn.Linear(hidden, label_count)
        )
        self.forward_ = _head(width, hidden, label_count)
        self.backward_ = _head(width, hidden, label_count)
        self.future = _head(width, hidden, label_count)
        self.past = _head(width, hidden, label_count)

    def forward(self, views: Views, mask: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
        """Logits (batch, words, labels) of each head, and where they count (batch, words).

        Args:
            views: of a student.
            mask: True at real words (batch, words).
        """
        # shape: (batch, words)
        has_previous = mask.clone()
        has_previous[:, 0] = False
        has_next = mask.clone()
        has_next[:, :-1] &= mask[:, 1:]
        has_next[:, -1] = False
        # shape: (batch, words, 2 · width + top width)
        everything = torch.cat([views.rightward, views.leftward, views.top], dim=2)
        return {
            "full": (self.full(everything), mask),
            "forward": (self.forward_(views.rightward), mask),
            "backward": (self.backward_(views.leftward), mask),
            "future": (self.future(views.rightward).roll(1, dims=1), has_previous),
            "past": (self.past(views.leftward).roll(-1, dims=1), has_next),
        }


def _head(width: int, hidden: int, label_count: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, label_count))


@dataclass(frozen=True)
class CrossView:
    """Cross-View Training: labels teach the student, who teaches its views on unlabelled text.

    ``L = view_weight · Σ_head -Σ_label p · log softmax(head)``, mean per word, where p is what the
    student itself says without dropout; no gradient flows into p. So unlabelled sentences move the
    layers that views share with the student, and never what is above them.

    Source: Clark, Luong, Manning, Le (2018), "Semi-Supervised Sequence Modeling with Cross-View
    Training", section 3.

    Args:
        supervised: the objective of labelled sentences.
        heads: of the views.
        view_weight: of the loss of unlabelled ones.
        dropout: share of dropout in unlabelled steps; None for the student's own.
        ramp: share of training in which `view_weight` grows from nearly 0, since what the student
            predicts at first is wrong.
    """

    supervised: Supervised
    heads: CrossViewHeads
    view_weight: float = 1.0
    dropout: float | None = None
    ramp: float = 0.0

    def loss(
        self, student: Network, batch: Batch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `Objective.loss`; all sentences of the batch have gold labels, or none has."""
        if bool(batch.is_gold.all()):
            return self.supervised.loss(student, batch, done)
        assert isinstance(student, nn.Module)
        assert isinstance(student, Viewable)
        probabilities = _own_probabilities(student, self.supervised.decoder, batch)
        with dropping(student, self.dropout):
            _, views = student.views(batch)
        weight = self.view_weight * grown(done, self.ramp)
        logits = self.heads(views, batch.mask)
        loss = weight * _view_loss(logits, probabilities, batch.mask)
        return loss, {"views": loss.item()}


@dataclass(frozen=True)
class DistilledCrossView:
    """Distillation, with views that learn from the teacher and from the student at once.

    ``L = L_distillation + view_weight · Σ_head -Σ_label p · log softmax(head)`` with
    ``p = teacher_share · teacher + (1 - teacher_share) · student``, both as probabilities; the
    student's are without dropout and without gradient. Views learn on unlabelled sentences only,
    and nothing from words on which the teacher has no opinion.

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

    def loss(
        self, student: Network, batch: Batch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
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
        logits = self.heads(views, batch.mask)
        view_loss = self.view_weight * _view_loss(logits, probabilities, learns)
        return loss + view_loss, {**parts, "views": view_loss.item()}


def grown(done: float, ramp: float) -> float:
    """What a weight that grows has reached, up to 1: ``exp(-5 · (1 - done / ramp)²)``, then 1.

    Source: Laine & Aila (2017), "Temporal Ensembling for Semi-Supervised Learning", section 2.1
    and appendix A.

    Args:
        done: how much of training is over, between 0 and 1.
        ramp: of training, for how much it grows; 0 for not at all.
    """
    return math.exp(-5 * (1 - done / ramp) ** 2) if done < ramp else 1.0


def _view_loss(
    logits: dict[str, tuple[Tensor, Tensor]], probabilities: Tensor, learns: Tensor
) -> Tensor:
    """The sum over heads of the cross entropy with the probabilities where `learns` is True.

    Probabilities are (batch, words, labels).
    """
    losses = [
        soft_cross_entropy(of_head, probabilities, counts & learns)
        for of_head, counts in logits.values()
    ]
    return torch.stack(losses).sum()


@torch.no_grad()
def _own_probabilities(student: nn.Module, decoder: Decoder, batch: Batch) -> Tensor:
    """The student's own probabilities (batch, words, labels), without dropout and gradient."""
    with mode(student, training=False):
        emissions = _emissions(student, batch)
    return decoder.log_probabilities(emissions, batch.lengths, 1.0).exp()
