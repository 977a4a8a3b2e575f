"""What a step minimises."""

import numpy as np
import pytest
import torch

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import encode
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.layers.crf import marginals
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.training.losses import cross_entropy, distillation_kl, distillation_mse
from nlp_architect_ext.training.objectives import Distillation, Supervised

LABELS = LabelSet.for_types(["PER"])
GOLD = Sentence(("Anna", "met", "Bo"), ("B-PER", "O", "B-PER"))
RAW = Sentence(("Cy", "and", "Di"))
VOCABULARY = Vocabulary.build([GOLD], [RAW])
# The teacher disagrees with gold on "Bo", and can't see "and".
SOFT = [
    np.array([[0, 4, 1], [3, 1, 1], [2, 1, 0]], np.float16),
    np.array([[0, 5, 0], [0, 0, 0], [4, 0, 1]], np.float16),
]


@pytest.fixture
def batch():
    return collate(encode([GOLD, RAW], VOCABULARY, LABELS, max_words=50, soft_labels=SOFT))


@pytest.fixture
def emissions():
    return torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(1), requires_grad=True)


def saying(emissions):
    """A student that says this, whatever it reads."""
    return lambda batch: emissions


def distillation(**settings):
    decoder = Decoder(LABELS, use_crf=False)
    return Distillation(
        decoder, **{"temperature": 2.0, "task_weight": 0.3, "distillation_weight": 0.7, **settings}
    )


def test_gold_labels_where_there_are_any_the_teachers_arg_max_elsewhere(batch, emissions):
    loss, parts = distillation(distillation_weight=0.0, task_weight=1.0).loss(
        saying(emissions), batch
    )
    labels = torch.tensor([[1, 0, 1], [1, 0, 0]])
    mask = torch.tensor([[True, True, True], [True, False, True]])
    assert loss.item() == pytest.approx(cross_entropy(emissions, labels, mask).item())
    assert parts["task"] == pytest.approx(loss.item())


@pytest.mark.parametrize("loss_fn", ["kl", "mse"])
def test_the_loss_is_the_weighted_sum_of_its_parts(batch, emissions, loss_fn):
    loss, parts = distillation(loss_fn=loss_fn).loss(saying(emissions), batch)
    soft, taught = batch.soft_labels, batch.is_taught
    expected = (
        distillation_kl(emissions, soft, taught, 2.0)
        if loss_fn == "kl"
        else distillation_mse(emissions, soft, taught)
    )
    assert parts["distillation"] == pytest.approx(expected.item())
    assert loss.item() == pytest.approx(0.3 * parts["task"] + 0.7 * parts["distillation"])


def test_the_posterior_loss_compares_with_the_crfs_marginals_and_is_kl_for_a_softmax(
    batch, emissions
):
    kl, posterior = (
        distillation(loss_fn=name).loss(saying(emissions), batch)[0] for name in ("kl", "posterior")
    )
    assert posterior.item() == pytest.approx(kl.item(), rel=1e-5)
    torch.manual_seed(0)
    decoder = Decoder(LABELS, use_crf=True)
    crf = decoder.crf
    objective = Distillation(
        decoder, 2.0, task_weight=0.0, distillation_weight=1.0, loss_fn="posterior"
    )
    loss, _ = objective.loss(saying(emissions), batch)
    scores = (tensor / 2 for tensor in (crf.transitions, crf.start, crf.end))
    student = marginals(emissions / 2, batch.lengths, *scores)
    teacher = (batch.soft_labels / 2).softmax(dim=2)
    expected = (4 * teacher * (teacher.log() - student.log()))[
        batch.is_taught
    ].sum() / batch.is_taught.sum()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-4)
    loss.backward()
    assert crf.transitions.grad.any()


@pytest.mark.parametrize("use_crf", [False, True])
def test_a_word_that_the_teacher_cannot_see_teaches_nothing(batch, emissions, use_crf):
    objective = Distillation(
        Decoder(LABELS, use_crf), temperature=1.0, task_weight=1.0, distillation_weight=1.0
    )
    loss, _ = objective.loss(saying(emissions), batch)
    loss.backward()
    assert not emissions.grad[1, 1].any()
    assert emissions.grad[1, 0].any()


@pytest.mark.parametrize("use_crf", [False, True])
def test_defects_15_and_16_the_balance_of_losses_moves_neither_with_batch_nor_length(
    emissions, use_crf
):
    decoder = Decoder(LABELS, use_crf)
    objective = Distillation(decoder, temperature=1.0, task_weight=1.0, distillation_weight=1.0)
    encoded = encode([GOLD, RAW], VOCABULARY, LABELS, max_words=50, soft_labels=SOFT)
    _, once = objective.loss(saying(emissions), collate(encoded))
    _, thrice = objective.loss(saying(emissions.repeat(3, 1, 1)), collate(encoded * 3))
    assert thrice == pytest.approx(once, rel=1e-5)


def test_supervised_is_the_decoders_task_loss(emissions):
    batch = collate(encode([GOLD, GOLD], VOCABULARY, LABELS, max_words=50))
    loss, parts = Supervised(Decoder(LABELS, use_crf=False)).loss(saying(emissions), batch)
    assert loss.item() == pytest.approx(cross_entropy(emissions, batch.labels, batch.mask).item())
    assert parts == {"task": pytest.approx(loss.item())}
