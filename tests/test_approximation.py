"""A student learns an encoder's states: the loss, what counts, what never moves."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from nlp_architect_ext.batches.encoding import encode_words
from nlp_architect_ext.batches.state_stream import DescribedSentence, StateStream
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.students.cnn_lstm import CnnLstm
from nlp_architect_ext.training.approximation import (
    ApproximationHeads,
    SentenceAndWordApproximation,
    half_cosine_distance,
    masked_mean,
    state_error,
)

WORDS = [f"w{number}" for number in range(30)]
VOCABULARY = Vocabulary.build([Sentence(tuple(WORDS))])
WIDTH = 6
numbers = st.lists(st.floats(-10, 10), min_size=4, max_size=4)
scales = st.floats(1e-3, 1e3)


def described(*lengths, seed=0):
    """Sentences of these lengths with random answers, none of them zero."""
    random = np.random.default_rng(seed)
    return [
        DescribedSentence(
            encode_words(
                [WORDS[int(word)] for word in random.integers(30, size=length)], VOCABULARY
            ),
            random.normal(size=WIDTH).astype(np.float16),
            random.normal(size=(length, WIDTH)).astype(np.float16),
        )
        for length in lengths
    ]


def batch_of(sentences, mean=0.0, deviation=1.0):
    means = np.full(WIDTH, mean, np.float32)
    (batch,) = StateStream(sentences, means, deviation, len(sentences), 0).epoch(0)
    return batch


def new_student(**arguments):
    torch.manual_seed(0)
    small = {"word_width": 8, "character_filters": 8, "lstm_width": 5, **arguments}
    return CnnLstm(VOCABULARY.word_count, VOCABULARY.character_count, 3, **small)


def new_objective(student, *, sentence=True, words=True):
    torch.manual_seed(1)
    heads = ApproximationHeads(student.view_widths[1], WIDTH, sentence=sentence, words=words)
    return SentenceAndWordApproximation(heads)


def parts_of(sentences, student=None, **arguments):
    student = student or new_student().eval()
    _, parts = new_objective(student, **arguments).loss(student, batch_of(sentences))
    return parts


@given(numbers, numbers)
def test_the_distance_is_half_of_one_minus_the_cosine(first, second):
    assume(np.linalg.norm(first) > 1e-3 < np.linalg.norm(second))
    cosine = np.dot(first, second) / np.linalg.norm(first) / np.linalg.norm(second)
    found = half_cosine_distance(torch.tensor([first]), torch.tensor([second])).item()
    assert found == pytest.approx((1 - cosine) / 2, abs=1e-5)


@given(numbers, scales, scales)
def test_nothing_if_parallel_a_half_at_right_angles_one_if_opposite(vector, first, second):
    assume(np.linalg.norm(vector[:2]) > 1e-2 < np.linalg.norm(vector))
    along = torch.tensor([vector])
    across = torch.tensor([[-vector[1], vector[0], 0.0, 0.0]])
    for other, expected in ((along, 0.0), (across, 0.5), (-along, 1.0)):
        found = half_cosine_distance(first * along, second * other).item()
        assert found == pytest.approx(expected, abs=1e-5)


@given(numbers, numbers, scales, scales)
def test_lengths_of_vectors_do_not_matter(one, other, first, second):
    assume(np.linalg.norm(one) > 1e-2 < np.linalg.norm(other))
    found, target = torch.tensor([one]), torch.tensor([other])
    whole = half_cosine_distance(found, target).item()
    assert half_cosine_distance(first * found, second * target).item() == pytest.approx(
        whole, abs=1e-5
    )


@given(numbers, scales)
def test_without_loss_there_is_no_gradient(vector, scale):
    assume(np.linalg.norm(vector) > 1e-1)
    found = torch.tensor([vector], dtype=torch.float64, requires_grad=True)
    loss = half_cosine_distance(found, scale * found.detach())
    loss.backward()
    assert loss.item() == pytest.approx(0.0, abs=1e-9)
    assert found.grad.abs().max().item() < 1e-9
    states = torch.tensor([[vector]], requires_grad=True)
    state_error(states, states.detach(), torch.tensor([[True]])).backward()
    assert not states.grad.any()


@given(st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(0, 9))
def test_the_mean_over_words_is_that_of_single_sentences(lengths, seed):
    torch.manual_seed(seed)
    single = [torch.randn(length, 3) for length in lengths]
    padded = torch.full((len(lengths), max(lengths), 3), float("nan"))
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    padded[mask] = torch.cat(single)
    expected = [
        [sum(column) / len(one) for column in zip(*one.tolist(), strict=True)] for one in single
    ]
    torch.testing.assert_close(masked_mean(padded, mask), torch.tensor(expected))


def test_the_loss_is_the_sum_of_its_parts_as_a_loop_finds_them():
    student, sentences = new_student().eval(), described(5, 1, 3)
    objective = new_objective(student)
    loss, parts = objective.loss(student, batch_of(sentences, mean=0.25, deviation=2.0))
    distances, errors = [], []
    for one in sentences:
        _, views = student.views(batch_of([one]).sentences)
        pooled = views.top[0].mean(dim=0)
        found = objective.heads.sentence(pooled).tolist()
        cosine = np.dot(found, one.vector) / np.linalg.norm(found) / np.linalg.norm(one.vector)
        distances.append((1 - cosine) / 2)
        targets = (one.states.astype(np.float64) - 0.25) / 2.0
        errors += np.square(objective.heads.words(views.top)[0].tolist() - targets).ravel().tolist()
    assert parts["sentence"] == pytest.approx(np.mean(distances), rel=1e-4)
    assert parts["words"] == pytest.approx(np.mean(errors), rel=1e-4)
    assert loss.item() == pytest.approx(10 * np.mean(distances) + np.mean(errors), rel=1e-4)


def test_padding_and_order_move_nothing():
    sentences = described(6, 2, 4)
    whole = parts_of(sentences)
    assert parts_of(sentences[::-1]) == pytest.approx(whole, rel=1e-5)
    alone = [parts_of([one])["sentence"] for one in sentences]
    assert whole["sentence"] == pytest.approx(np.mean(alone), rel=1e-5)


def test_words_that_the_encoder_cannot_see_do_not_count():
    (one,) = described(5)
    states = one.states.copy()
    states[[1, 4]] = 0
    hidden = replace(one, states=states)
    batch = batch_of([hidden], mean=3.0)
    assert batch.is_seen.tolist() == [[True, False, True, True, False]]
    student = new_student().eval()
    objective = new_objective(student, sentence=False)
    found = objective.heads.words(student.views(batch.sentences)[1].top)[0, [0, 2, 3]]
    expected = np.square(found.tolist() - (states[[0, 2, 3]].astype(np.float64) - 3)).mean()
    assert objective.loss(student, batch)[1]["words"] == pytest.approx(expected, rel=1e-4)
    # Nor does a sentence of which it sees nothing, alone or beside others.
    nothing = DescribedSentence(one.encoded, one.vector * 0, one.states * 0)
    assert parts_of([nothing]) == {"sentence": 0.0, "words": 0.0}
    both = parts_of([one, nothing])
    assert both == pytest.approx(parts_of([one]), rel=1e-5)


@pytest.mark.parametrize(("sentence", "words"), [(True, False), (False, True), (True, True)])
def test_a_step_moves_what_is_below_the_labels_and_no_frozen_word(sentence, words):
    student = new_student(freeze_words=True, dropout=0.0)
    objective = new_objective(student, sentence=sentence, words=words)
    before = {name: tensor.clone() for name, tensor in student.state_dict().items()}
    model = nn.ModuleDict({"student": student, "heads": objective.heads})
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    batch, losses = batch_of(described(5, 3, 4)), []
    for _ in range(30):
        optimizer.zero_grad()
        loss, parts = objective.loss(student, batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert parts.keys() == {
        name for name, asked in (("sentence", sentence), ("words", words)) if asked
    }
    assert losses[-1] < 0.7 * losses[0]
    moved = {
        name.split(".")[0]
        for name, tensor in student.state_dict().items()
        if not torch.equal(tensor, before[name])
    }
    assert moved == {"layers", "character_cnn"}


@given(st.integers(1, 20), st.integers(1, 6), st.integers(0, 20))
def test_an_epoch_reads_each_sentence_once_and_is_the_same_wherever_it_is_entered(
    count, size, skip
):
    stream = StateStream(
        described(*[1 + n % 4 for n in range(count)]), np.zeros(WIDTH, np.float32), 1.0, size, 7
    )

    def read(batches):
        return [batch.vectors.tolist() for batch in batches]

    whole = read(stream.epoch(2))
    assert len(whole) == stream.steps_an_epoch
    assert read(stream.epoch(2, skip)) == whole[skip:]
    found = sorted(vector for batch in whole for vector in batch)
    assert found == sorted(one.vector.astype(np.float32).tolist() for one in stream.sentences)
