import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import softmax

from nlp_architect_ext.training.losses import cross_entropy, distillation_kl, distillation_mse

LOSSES = {
    "cross_entropy": lambda emissions, soft, labels, mask: cross_entropy(emissions, labels, mask),
    "kl": lambda emissions, soft, labels, mask: distillation_kl(emissions, soft, mask, 2.0),
    "mse": lambda emissions, soft, labels, mask: distillation_mse(emissions, soft, mask),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())


def _random(seed, batch=3, words=4, labels=5):
    torch.manual_seed(seed)
    shape = (batch, words, labels)
    mask = torch.rand(shape[:2]) < 0.7
    mask[0, 0] = True
    return torch.randn(shape) * 3, torch.randn(shape) * 3, torch.randint(labels, shape[:2]), mask


def test_cross_entropy_of_equal_scores_is_the_logarithm_of_the_number_of_labels():
    loss = cross_entropy(
        torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.long), torch.ones(2, 3, dtype=torch.bool)
    )
    assert loss.item() == pytest.approx(np.log(4))


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), temperature=st.floats(0.5, 8))
def test_losses_are_their_formulas(seed, temperature):
    emissions, soft, labels, mask = _random(seed)
    entropy, divergence, squares = [], [], []
    for word in mask.nonzero().tolist():
        student, teacher = emissions[*word].double().numpy(), soft[*word].double().numpy()
        entropy.append(-np.log(softmax(student)[labels[*word]]))
        p, q = softmax(teacher / temperature), softmax(student / temperature)
        divergence.append(temperature**2 * sum(p * np.log(p / q)))
        squares.append(np.mean(((student - student.mean()) - (teacher - teacher.mean())) ** 2))
    assert cross_entropy(emissions, labels, mask).item() == pytest.approx(
        np.mean(entropy), rel=1e-4
    )
    kl = distillation_kl(emissions, soft, mask, temperature).item()
    assert kl == pytest.approx(np.mean(divergence), rel=1e-3, abs=1e-5)
    assert distillation_mse(emissions, soft, mask).item() == pytest.approx(
        np.mean(squares), rel=1e-4
    )


@every_loss
def test_words_outside_the_mask_do_not_count(loss):
    emissions, soft, labels, mask = _random(0)
    expected = loss(emissions, soft, labels, mask)
    emissions[~mask], soft[~mask], labels[~mask] = float("nan"), float("nan"), -1
    assert torch.equal(loss(emissions, soft, labels, mask), expected)


@every_loss
def test_no_valid_word_is_zero_with_a_graph(loss):
    emissions, soft, labels, mask = _random(0)
    emissions.requires_grad_()
    value = loss(emissions, soft, labels, torch.zeros_like(mask))
    value.backward()
    assert value.item() == 0
    assert not emissions.grad.any()


@pytest.mark.parametrize(
    "loss", [lambda e, s, m: distillation_kl(e, s, m, 2.0), distillation_mse], ids=["kl", "mse"]
)
def test_distillation_is_least_exactly_where_the_student_is_the_teacher(loss):
    _, soft, _, mask = _random(1)
    mask[:] = True
    emissions = torch.zeros_like(soft, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [emissions], max_iter=300, tolerance_grad=1e-9, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        value = loss(emissions, soft, mask)
        value.backward()
        return value

    optimizer.step(closure)
    assert torch.allclose(emissions.softmax(2), soft.softmax(2), atol=1e-3)
    own = soft.clone().requires_grad_()
    value = loss(own, soft, mask)
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-6)
    assert own.grad.abs().max() < 1e-6


def test_kl_takes_a_probability_of_zero():
    soft = torch.tensor([[[0.0, float("-inf"), 0.0]]])
    emissions = torch.zeros(1, 1, 3, requires_grad=True)
    loss = distillation_kl(emissions, soft, torch.ones(1, 1, dtype=torch.bool), 1.0)
    loss.backward()
    assert loss.item() == pytest.approx(np.log(3 / 2))
    assert emissions.grad.isfinite().all()


@pytest.mark.parametrize(
    "loss", [lambda e, s, m: distillation_kl(e, s, m, 3.0), distillation_mse], ids=["kl", "mse"]
)
def test_defect_4_distillation_compares_like_with_like(loss):
    """Logits, shifted logits and log-probabilities of one teacher are the same teacher."""
    emissions, soft, _, mask = _random(2)
    expected = loss(emissions, soft, mask).item()
    shifted = emissions + torch.randn(emissions.shape[:2]).unsqueeze(2)
    assert loss(soft, soft.log_softmax(2), mask).item() == pytest.approx(0, abs=1e-6)
    assert loss(emissions, soft.log_softmax(2), mask).item() == pytest.approx(expected, rel=1e-4)
    assert loss(shifted, soft, mask).item() == pytest.approx(expected, rel=1e-4)


@every_loss
def test_defect_16_every_loss_is_a_mean_per_word_not_per_sentence(loss):
    """A sentence of one word beside one of nine: ten words weigh the same."""
    emissions, soft, labels, _ = _random(3, batch=2, words=9)
    mask = torch.arange(9) < torch.tensor([[1], [9]])
    one_by_one = [
        loss(
            emissions[i : i + 1, j : j + 1],
            soft[i : i + 1, j : j + 1],
            labels[i : i + 1, j : j + 1],
            torch.ones(1, 1, dtype=torch.bool),
        ).item()
        for i, j in mask.nonzero().tolist()
    ]
    assert loss(emissions, soft, labels, mask).item() == pytest.approx(
        np.mean(one_by_one), rel=1e-4
    )
