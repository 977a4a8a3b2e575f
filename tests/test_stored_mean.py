"""Several teachers' answers as one, against the mean of probabilities in double precision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.runs.known_teacher import ChosenTeacher
from nlp_architect_ext.teachers.kind import TeacherKind
from nlp_architect_ext.teachers.stored_mean import mean, mean_answers

LABELS = LabelSet.for_types(["PER"])


def softmax(rows):
    exponentials = np.exp(np.asarray(rows, np.float64) - np.max(rows, axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


ROWS = arrays(np.float32, (3, 3), elements=st.floats(-30, 30, width=32)).filter(
    lambda rows: rows.any(axis=1).all()
)


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_probabilities_are_averaged(answers):
    found = mean(np.stack(answers))
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        np.exp(found), np.mean([softmax(rows) for rows in answers], axis=0), atol=1e-5
    )


def test_a_word_is_averaged_over_the_teachers_that_see_it():
    nothing = [0.0, 0.0, 0.0]
    one = np.array([[1.0, 2.0, 3.0], nothing, nothing], np.float32)
    other = np.array([[3.0, 2.0, 2.0], [0.0, 5.0, 0.0], nothing], np.float32)
    found = mean(np.stack([one, other]))
    np.testing.assert_allclose(
        np.exp(found[0]), (softmax(one[0]) + softmax(other[0])) / 2, rtol=1e-5
    )
    np.testing.assert_allclose(np.exp(found[1]), softmax(other[1]), rtol=1e-5)
    assert not found[2].any()


def test_sure_teachers_leave_finite_logits():
    sure = np.array([[900.0, 0.0, -900.0]] * 3, np.float32)
    np.testing.assert_allclose(mean(np.stack([sure, sure]))[0], [0.0, -900.0, -1800.0], atol=1e-6)


def test_the_order_of_teachers_does_not_matter():
    random = np.random.default_rng(1)
    answers = [[random.normal(size=(3, 3)).astype(np.float16)] for _ in range(3)]
    (found,), (turned,) = mean_answers(answers), mean_answers(answers[::-1])
    np.testing.assert_allclose(found, turned, atol=2e-3)


def test_no_sentence():
    assert mean_answers([[], []]) == []
    assert mean_answers([[]]) == []


class OfAnotherTask:
    """A package's teacher that knows other labels than those that it's asked for."""

    fingerprint = "a"
    labels = LabelSet.for_types(["LOC"])

    def logits(self, sentences):
        return [np.ones((len(sentence), 3), np.float32) for sentence in sentences]


def test_a_teacher_of_another_task_is_refused():
    kind = TeacherKind(name="odd", description="", make=lambda *_: OfAnotherTask())
    with pytest.raises(
        UserError, match="odd:x: its labels are O B-LOC I-LOC; expected those of the data: O B-PER"
    ):
        ChosenTeacher("odd:x", kind, "x").make(LABELS, None)
