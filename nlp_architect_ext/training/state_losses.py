"""How far a small encoder's states and attention are from a large one's: pure functions.

All are means over real pieces, special ones included; padding never counts, whatever stands there.
"""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

HIDDEN_SCORE = -1e9  # of a piece that isn't there: its probability is exactly 0


def squared_error(teacher: Tensor, student: Tensor, mask: Tensor) -> Tensor:
    """``mean (H_T - H_S)²`` over pieces and dimensions: the lessons "hidden" and "embedding".

    Source: Jiao et al. (2020), "TinyBERT", as in the authors' code.

    Args:
        teacher: states (batch, pieces, width).
        student: states, projected if need be (batch, pieces, width).
        mask: True at real pieces (batch, pieces).
    """
    return (teacher[mask] - student[mask]).square().mean()


def attention_scores(query: Tensor, key: Tensor) -> Tensor:
    """``Q·Kᵀ/√k`` before the softmax (batch, heads, pieces, pieces).

    Args:
        query: (batch, heads, pieces, k).
        key: (batch, heads, pieces, k).
    """
    return query @ key.transpose(2, 3) / math.sqrt(query.shape[3])


def score_error(teacher: Tensor, student: Tensor, mask: Tensor) -> Tensor:
    """Squared error of attention scores, mean over heads and pairs of real pieces.

    Source: Jiao et al. (2020), "TinyBERT", as in the authors' code, which counts pairs with padding
    too, as zeros.

    Args:
        teacher: scores (batch, heads, pieces, pieces).
        student: scores of the same shape.
        mask: True at real pieces (batch, pieces).
    """
    pairs = (mask.unsqueeze(2) & mask.unsqueeze(1)).unsqueeze(1).expand_as(teacher)
    return (teacher[pairs] - student[pairs]).square().mean()


def score_divergence(teacher: Tensor, student: Tensor, mask: Tensor) -> Tensor:
    """``KL(softmax(teacher) ‖ softmax(student))`` of scores, mean over heads and real pieces.

    Source: Sun et al. (2020), "MobileBERT", as in the authors' code.

    Args:
        teacher: scores (batch, heads, pieces, pieces).
        student: scores of the same shape.
        mask: True at real pieces (batch, pieces).
    """
    # shape: (batch, 1, 1, pieces)
    absent = ~mask.unsqueeze(1).unsqueeze(2)
    target = functional.log_softmax(teacher.masked_fill(absent, HIDDEN_SCORE), dim=3)
    found = functional.log_softmax(student.masked_fill(absent, HIDDEN_SCORE), dim=3)
    # shape: (batch, heads, pieces)
    divergence = (target.exp() * (target - found)).sum(dim=3)
    return divergence.transpose(1, 2)[mask].mean()


def relation_scores(vectors: Tensor, heads: int) -> Tensor:
    """``X·Xᵀ/√r`` of vectors cut anew into relation heads of size r.

    Args:
        vectors: queries, keys or values of all attention heads side by side (batch, pieces, width).
        heads: relation heads; they divide the width.

    Returns:
        Scores (batch, heads, pieces, pieces), whatever the width.
    """
    cut = in_heads(vectors, heads)
    return attention_scores(cut, cut)


def in_heads(vectors: Tensor, heads: int) -> Tensor:
    """Vectors side by side (batch, pieces, width) by head (batch, heads, pieces, width / heads)."""
    cut: Tensor = vectors.unflatten(2, (heads, -1))
    return cut.transpose(1, 2)


class UnexplainedShare:
    """The share of the teacher's variance that the student leaves unexplained, over all batches.

    ``Σ (H_T - H_S)² / Σ (H_T - mean H_T)²``, the mean of each dimension: 0 is perfect, 1 is as good
    as the mean, a wrong scale is above 1.
    """

    def __init__(self) -> None:
        self._pieces = 0
        self._rest = 0.0
        self._sum: Tensor | float = 0.0
        self._squares: Tensor | float = 0.0

    def add(self, teacher: Tensor, student: Tensor) -> None:
        """Take in the states of further pieces, padding left out.

        Args:
            teacher: (pieces, width).
            student: of the same shape, projected if need be.
        """
        rows = teacher.double()
        self._pieces += len(rows)
        self._rest += float((rows - student.double()).square().sum())
        self._sum = self._sum + rows.sum(dim=0)
        self._squares = self._squares + rows.square().sum(dim=0)

    @property
    def value(self) -> float:
        """The share so far; infinite where the teacher says the same of every piece."""
        assert isinstance(self._sum, Tensor), "no piece"
        assert isinstance(self._squares, Tensor), "no piece"
        variance = float((self._squares - self._sum.square() / self._pieces).sum())
        return self._rest / variance if variance > 0 else math.inf
