"""Losses of states and attention against loops over single sentences without padding."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracles import softmax

from nlp_architect_ext.training.state_losses import (
    UnexplainedShare,
    attention_scores,
    in_heads,
    relation_scores,
    score_divergence,
    score_error,
    squared_error,
)

HEADS, SIZE = 2, 3
WIDTH = HEADS * SIZE


def padded(seed):
    """Teacher's and student's numbers (batch, pieces, width), a mask, and garbage at padding."""
    random = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 6, (3,), generator=random)
    mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)
    both = torch.randn((2, *mask.shape, WIDTH), generator=random)
    both[:, ~mask] = 1e3
    return both[0], both[1], mask


def sentences(numbers, mask):
    return [rows[real].double().numpy() for rows, real in zip(numbers, mask, strict=True)]


def scores(rows):
    """Of one sentence with itself, head by head: queries and keys are the same numbers."""
    heads = [rows[:, start : start + SIZE] for start in range(0, WIDTH, SIZE)]
    return [head @ head.T / math.sqrt(SIZE) for head in heads]


def divergence(target, found):
    """Of each row."""
    pairs = [(softmax(p), softmax(q)) for p, q in zip(target, found, strict=True)]
    return [float(np.sum(p * np.log(p / q))) for p, q in pairs]


@given(seed=st.integers(0, 10_000))
def test_losses_are_their_loops_over_single_sentences(seed):
    teacher, student, mask = padded(seed)
    squares, errors, divergences = [], [], []
    for one, other in zip(sentences(teacher, mask), sentences(student, mask), strict=True):
        squares += ((one - other) ** 2).ravel().tolist()
        for target, found in zip(scores(one), scores(other), strict=True):
            errors += ((target - found) ** 2).ravel().tolist()
            divergences += divergence(target, found)
    assert squared_error(teacher, student, mask).item() == pytest.approx(np.mean(squares), rel=1e-4)
    both = [attention_scores(in_heads(x, HEADS), in_heads(x, HEADS)) for x in (teacher, student)]
    assert score_error(*both, mask).item() == pytest.approx(np.mean(errors), rel=1e-4)
    found = score_divergence(*both, mask).item()
    assert found == pytest.approx(np.mean(divergences), rel=1e-3, abs=1e-6)
    related = [relation_scores(x, HEADS) for x in (teacher, student)]
    assert score_divergence(*related, mask).item() == pytest.approx(found, rel=1e-5)


@pytest.mark.parametrize("compare", [score_error, score_divergence])
def test_scores_have_finite_gradients_whatever_stands_at_padding(compare):
    teacher, student, mask = padded(0)
    student[~mask] = 0
    student.requires_grad_()
    loss = compare(relation_scores(teacher, HEADS), relation_scores(student, HEADS), mask)
    loss.backward()
    assert student.grad.isfinite().all()
    assert student.grad[mask].any()
    assert not student.grad[~mask].any()


def test_relations_need_no_equal_widths_and_are_zero_for_equal_relations():
    teacher, _, mask = padded(1)
    # Each relation head twice as wide; half of its numbers are zero, and √r is made up for.
    wide = torch.zeros(*teacher.shape[:2], HEADS, 2 * SIZE)
    wide[..., :SIZE] = teacher.unflatten(2, (HEADS, SIZE)) * 2**0.25
    related = relation_scores(teacher, HEADS), relation_scores(wide.flatten(2), HEADS)
    assert related[0].shape == related[1].shape
    assert score_divergence(*related, mask).item() == pytest.approx(0, abs=1e-6)


def test_the_share_is_zero_for_the_teacher_one_for_its_mean_and_the_same_in_parts():
    rows = torch.randn(40, WIDTH) * torch.tensor([1, 2, 3, 10, 0.1, 5]) + 7
    guess = rows + torch.randn(40, WIDTH)

    def share(student, size=40):
        total = UnexplainedShare()
        for start in range(0, 40, size):
            total.add(rows[start : start + size], student[start : start + size])
        return total.value

    assert share(rows) == 0
    assert share(rows.mean(dim=0).expand_as(rows)) == pytest.approx(1)
    variance = (rows - rows.mean(dim=0)).square().sum()
    expected = float((guess - rows).square().sum() / variance)
    assert share(guess) == pytest.approx(expected, rel=1e-5)
    assert share(guess, size=7) == pytest.approx(share(guess))
