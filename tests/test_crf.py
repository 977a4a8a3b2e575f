from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import best_sequence, label_probabilities, log_partition, sequence_score

from nlp_architect_ext.layers.crf import Crf, marginals, viterbi, word_mask
from nlp_architect_ext.training.losses import cross_entropy

sizes = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000),
        "label_count": st.integers(1, 4),
        "lengths": st.lists(st.integers(1, 5), min_size=1, max_size=4),
    }
)


class Case:
    """A CRF of random scores and a batch of random emissions."""

    def __init__(self, seed, label_count, lengths, scale=2.0):
        torch.manual_seed(seed)
        self.crf = Crf(label_count).double()
        with torch.no_grad():
            for parameter in self.crf.parameters():
                parameter.normal_(0, scale)
        self.lengths = torch.tensor(lengths)
        self.emissions = (
            torch.randn(len(lengths), max(lengths) + 1, label_count, dtype=torch.double) * scale
        )
        self.labels = torch.randint(label_count, self.emissions.shape[:2])
        self.scores = (self.crf.transitions, self.crf.start, self.crf.end)

    def sentences(self):
        """Emissions (words, labels), labels and transitions as numpy, a sentence at a time."""
        scores = [score.detach().numpy() for score in self.scores]
        for emissions, labels, length in zip(
            self.emissions, self.labels, self.lengths.tolist(), strict=True
        ):
            yield emissions[:length].numpy(), tuple(labels[:length].tolist()), scores


@settings(deadline=None, max_examples=60)
@given(sizes)
def test_loss_is_that_of_enumeration(size):
    case = Case(**size)
    expected = sum(
        log_partition(e, *scores) - sequence_score(e, y, *scores)
        for e, y, scores in case.sentences()
    )
    loss = case.crf.negative_log_likelihood(case.emissions, case.labels, case.lengths)
    assert loss.item() * sum(size["lengths"]) == pytest.approx(expected, abs=1e-8)


@settings(deadline=None, max_examples=60)
@given(sizes)
def test_viterbi_is_the_best_of_all_sequences(size):
    case = Case(**size)
    decoded = viterbi(case.emissions, case.lengths, *case.scores)
    for row, (emissions, labels, scores) in zip(decoded.tolist(), case.sentences(), strict=True):
        assert tuple(row[: len(labels)]) == best_sequence(emissions, *scores)
        assert not any(row[len(labels) :])


@settings(deadline=None, max_examples=60)
@given(sizes)
def test_marginals_are_those_of_enumeration(size):
    case = Case(**size)
    probabilities = marginals(case.emissions, case.lengths, *case.scores).detach().numpy()
    for row, (emissions, labels, scores) in zip(probabilities, case.sentences(), strict=True):
        assert np.allclose(row[: len(labels)], label_probabilities(emissions, *scores), atol=1e-9)
        assert not row[len(labels) :].any()


def test_viterbi_never_takes_what_minus_infinity_forbids():
    case = Case(1, 3, [5, 2, 1])
    never = float("-inf")
    transitions = torch.tensor([[0, 0, never], [0, 0, 0], [0, 0, 0]])  # 2 may not follow 0
    start = torch.tensor([0, 0, never])
    for seed in range(50):
        emissions = (
            torch.randn(case.emissions.shape, generator=torch.Generator().manual_seed(seed)) * 100
        )
        decoded = viterbi(emissions, case.lengths, transitions, start, torch.zeros(3)).tolist()
        for row, length in zip(decoded, [5, 2, 1], strict=True):
            assert row[0] != 2
            assert (0, 2) not in list(pairwise(row[:length]))


def test_long_sentences_keep_their_probabilities():
    case = Case(0, 5, [3000, 1])
    probabilities = marginals(
        case.emissions.float(), case.lengths, *(score.float() for score in case.scores)
    )
    exact = marginals(case.emissions, case.lengths, *case.scores)
    assert probabilities.isfinite().all()
    assert (probabilities - exact).abs().max() < 0.01


def test_marginals_have_the_right_gradient():
    case = Case(0, 3, [3, 1])
    inputs = [
        case.emissions.requires_grad_(),
        *(score.detach().requires_grad_() for score in case.scores),
    ]
    assert torch.autograd.gradcheck(lambda e, *scores: marginals(e, case.lengths, *scores), inputs)


@settings(deadline=None, max_examples=30)
@given(sizes)
def test_nothing_beyond_the_lengths_matters(size):
    case = Case(**size)

    def results():
        loss = case.crf.negative_log_likelihood(case.emissions, case.labels, case.lengths)
        words = max(size["lengths"])
        return loss, *(
            f(case.emissions, case.lengths, *case.scores)[:, :words] for f in (viterbi, marginals)
        )

    before = results()
    padding = ~word_mask(case.emissions, case.lengths)
    case.emissions[padding], case.labels[padding] = 1e6, -100
    case.emissions = torch.nn.functional.pad(case.emissions, (0, 0, 0, 3), value=-7.0)
    case.labels = torch.nn.functional.pad(case.labels, (0, 3), value=99)
    assert all(torch.equal(a, b) for a, b in zip(before, results(), strict=True))


def test_defect_15_the_loss_is_a_mean_per_word_like_distillation():
    """It doesn't grow with the batch or the sentence; without transitions it is cross entropy."""
    case = Case(0, 4, [3, 5, 1])
    once = case.crf.negative_log_likelihood(case.emissions, case.labels, case.lengths)
    doubled = (
        torch.cat([tensor, tensor]) for tensor in (case.emissions, case.labels, case.lengths)
    )
    twice = case.crf.negative_log_likelihood(*doubled)
    assert twice.item() == pytest.approx(once.item())
    with torch.no_grad():
        for parameter in case.crf.parameters():
            parameter.zero_()
    free = case.crf.negative_log_likelihood(case.emissions, case.labels, case.lengths)
    mask = word_mask(case.emissions, case.lengths)
    assert free.item() == pytest.approx(cross_entropy(case.emissions, case.labels, mask).item())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": torch.tensor([[0, 3]])}, "label ids from 0 to 2"),
        ({"labels": torch.tensor([[-1, 0]])}, "label ids from 0 to 2"),
        ({"emissions": torch.full((1, 2, 3), float("nan"))}, "finite"),
        ({"emissions": torch.zeros(1, 2, 4)}, r"\(batch, words, 3\)"),
        ({"emissions": torch.zeros(1, 0, 3)}, r"\(batch, words, 3\)"),
        ({"lengths": torch.tensor([0])}, "from 1 to 2 words"),
        ({"lengths": torch.tensor([3])}, "from 1 to 2 words"),
        ({"lengths": torch.tensor([1, 1])}, "lengths"),
        ({"labels": torch.zeros(1, 3, dtype=torch.long)}, "labels"),
    ],
)
def test_inputs_that_make_no_sense_are_refused(change, message):
    fine = {
        "emissions": torch.zeros(1, 2, 3),
        "labels": torch.tensor([[0, 2]]),
        "lengths": torch.tensor([2]),
    }
    crf = Crf(3)
    assert crf.negative_log_likelihood(**fine).item() > 0
    with pytest.raises(ValueError, match=message):
        crf.negative_log_likelihood(**{**fine, **change})
