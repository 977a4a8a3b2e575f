"""What a student's emissions cost: the task loss and two ways to learn from a teacher.

All are sums over valid words divided by the number of valid words, so that their balance moves
neither with the batch size nor with the length of sentences. Without a valid word a loss is 0,
still with a graph.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.layers.crf import word_mask
from nlp_architect_ext.layers.decoder import Decoder


def task_loss(
    decoder: Decoder,
    emissions: Tensor,
    labels: Tensor,
    lengths: Tensor,
    mask: Tensor,
    smoothing: float = 0.0,
) -> Tensor:
    """Cross entropy, or the CRF's negative log-likelihood: a scalar, mean per labelled word.

    Args:
        decoder: what turns emissions into labels.
        emissions: scores (batch, words, labels).
        labels: label ids (batch, words).
        lengths: words of each sentence (batch,).
        mask: True at words that have a label (batch, words). The others don't count; the CRF reads
            each sentence as if it didn't have them.
        smoothing: see `cross_entropy`; a CRF has none.
    """
    if decoder.crf is None:
        return cross_entropy(emissions, labels, mask, smoothing)
    if not torch.equal(mask, word_mask(emissions, lengths)):
        emissions, labels, lengths = _without_unlabelled(emissions, labels, mask)
        if not len(lengths):
            return emissions.sum()  # nothing to learn from: 0 with a graph
    return decoder.crf.negative_log_likelihood(emissions, labels, lengths)


def cross_entropy(
    emissions: Tensor, labels: Tensor, mask: Tensor, smoothing: float = 0.0
) -> Tensor:
    """``-log softmax(emissions)[label]``, mean per valid word.

    Args:
        emissions: logits (batch, words, labels).
        labels: label ids (batch, words), any value where the mask is False.
        mask: True at words that count (batch, words).
        smoothing: share of the label's weight that all labels get alike.
    """
    total = functional.cross_entropy(
        emissions[mask], labels[mask], reduction="sum", label_smoothing=smoothing
    )
    return _per_word(total, mask)


def soft_cross_entropy(emissions: Tensor, probabilities: Tensor, mask: Tensor) -> Tensor:
    """``-Σ_label probability · log softmax(emissions)``, mean per valid word.

    Args:
        emissions: logits (batch, words, labels).
        probabilities: of each label (batch, words, labels).
        mask: True at words that count (batch, words).
    """
    total = functional.cross_entropy(emissions[mask], probabilities[mask], reduction="sum")
    return _per_word(total, mask)


def distillation_kl(
    emissions: Tensor, soft_labels: Tensor, mask: Tensor, temperature: float
) -> Tensor:
    """``T² · KL(softmax(teacher / T) ‖ softmax(student / T))``, mean per valid word.

    ``T²`` keeps the size of the gradient while T varies. Source: Hinton, Vinyals, Dean (2015),
    "Distilling the Knowledge in a Neural Network", section 2.

    Args:
        emissions: the student's logits (batch, words, labels).
        soft_labels: the teacher's logits or log-probabilities, which give the same loss (batch,
            words, labels); -inf is a probability of zero.
        mask: True at words that count (batch, words).
        temperature: T, above zero.
    """
    # shape: (valid words, labels)
    teacher = functional.softmax(soft_labels[mask] / temperature, dim=-1)
    student = functional.log_softmax(emissions[mask] / temperature, dim=-1)
    divergence = functional.kl_div(student, teacher, reduction="sum")
    return _per_word(temperature**2 * divergence, mask)


def distillation_mse(emissions: Tensor, soft_labels: Tensor, mask: Tensor) -> Tensor:
    """The squared error of centred logits: a scalar, mean per valid word.

    A word's error is the mean over labels of ``(centred student - centred teacher logit)²``.
    Centred: minus the word's mean over labels. Logits and log-probabilities of one distribution
    differ by a constant a word, so only centred ones can be compared.

    Args:
        emissions: the student's logits (batch, words, labels).
        soft_labels: the teacher's logits or log-probabilities, finite (batch, words, labels).
        mask: True at words that count (batch, words).
    """
    # shape: (valid words, labels)
    difference = emissions[mask] - soft_labels[mask]
    centred = difference - difference.mean(dim=-1, keepdim=True)
    # shape: (valid words,)
    errors = centred.square().mean(dim=-1)
    return _per_word(errors.sum(), mask)


def check_finite(tensor: Tensor) -> None:
    """Refuse to go on with numbers that aren't.

    Raises:
        UserError: NaN or infinity: training has diverged.
    """
    if not torch.isfinite(tensor).all():
        raise UserError(
            where="training",
            wrong="it diverged (NaN or infinity)",
            expected="finite numbers",
            remedy="train with a lower learning rate",
        )


def _per_word(total: Tensor, mask: Tensor) -> Tensor:
    return total / mask.sum().clamp(min=1)


def _without_unlabelled(
    emissions: Tensor, labels: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Emissions, labels and lengths of the labelled words alone, moved together.

    Sentences without any are left out.
    """
    has_labels = mask.any(dim=1)
    emissions = emissions[has_labels]
    labels = labels[has_labels]
    mask = mask[has_labels]
    # Labelled words first, in their order.
    # shape: (batch, words)
    order = mask.int().argsort(dim=1, descending=True, stable=True)
    emissions = emissions.gather(1, order.unsqueeze(2).expand_as(emissions))
    return emissions, labels.gather(1, order), mask.sum(dim=1)
