"""Several teachers as one, against the mean of probabilities in double precision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.base import Teacher
from nlp_architect_ext.teachers.ensemble import EnsembleTeacher

LABELS = LabelSet.for_types(["PER"])
SENTENCE = Sentence(("Anna", "\u200b", "lives"))


class Says:
    """A teacher that says the same of every sentence."""

    def __init__(self, logits, fingerprint="", labels=LABELS):
        self.rows, self.fingerprint, self.labels = np.array(logits, np.float32), fingerprint, labels

    def logits(self, sentences):
        return [self.rows for _ in sentences]


def softmax(rows):
    exponentials = np.exp(np.asarray(rows, np.float64) - np.max(rows, axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


ROWS = arrays(np.float32, (3, 3), elements=st.floats(-30, 30, width=32)).filter(
    lambda rows: rows.any(axis=1).all()
)


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_probabilities_are_averaged(answers):
    (found,) = EnsembleTeacher([Says(rows) for rows in answers]).logits([SENTENCE])
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        np.exp(found), np.mean([softmax(rows) for rows in answers], axis=0), atol=1e-5
    )


def test_a_word_is_averaged_over_the_teachers_that_see_it():
    nothing = [0.0, 0.0, 0.0]
    one = Says([[1.0, 2.0, 3.0], nothing, nothing])
    other = Says([[3.0, 2.0, 2.0], [0.0, 5.0, 0.0], nothing])
    (found,) = EnsembleTeacher([one, other]).logits([SENTENCE])
    np.testing.assert_allclose(
        np.exp(found[0]), (softmax(one.rows[0]) + softmax(other.rows[0])) / 2, rtol=1e-5
    )
    np.testing.assert_allclose(np.exp(found[1]), softmax(other.rows[1]), rtol=1e-5)
    assert not found[2].any()


def test_sure_teachers_leave_finite_logits():
    sure = Says([[900.0, 0.0, -900.0]] * 3)
    (found,) = EnsembleTeacher([sure, sure]).logits([SENTENCE])
    np.testing.assert_allclose(found[0], [0.0, -900.0, -1800.0], atol=1e-6)


def test_its_fingerprint_is_that_of_the_set():
    one, other = Says([[0.0]], "a"), Says([[0.0]], "b")
    assert EnsembleTeacher([one, other]).fingerprint == EnsembleTeacher([other, one]).fingerprint
    prints = {
        EnsembleTeacher(teachers).fingerprint
        for teachers in ([one], [other], [one, other], [one, one])
    }
    assert len(prints) == 4
    assert not prints & {"a", "b"}
    assert isinstance(EnsembleTeacher([one]), Teacher)


def test_no_sentence():
    assert EnsembleTeacher([Says([[0.0]])]).logits([]) == []


def test_teachers_of_different_tasks_are_refused():
    with pytest.raises(
        UserError, match="O B-LOC I-LOC; expected those of the first: O B-PER I-PER"
    ):
        EnsembleTeacher([Says([[0.0]]), Says([[0.0]], labels=LabelSet.for_types(["LOC"]))])
    with pytest.raises(UserError, match="none is given"):
        EnsembleTeacher([])
