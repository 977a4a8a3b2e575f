"""Which labels look wrong: hand-made probabilities, and properties of whatever tags there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TYPES, span_lists

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import tags
from nlp_architect_ext.evaluation.errors import entities
from nlp_architect_ext.evaluation.label_errors import suspects

LABELS = LabelSet.for_types(["LOC", "PER"])
ALL = LabelSet.for_types(TYPES)


def judged(given_, rows, labels=LABELS):
    """The suspects of labels, of a tagger whose best labels are the most probable ones."""
    probabilities = np.zeros((len(rows), len(labels)), np.float32)
    for word, row in enumerate(rows):
        for name, probability in row.items():
            probabilities[word, labels.ids[name]] = probability
    predicted = [max(row, key=row.get) for row in rows]
    return list(suspects(given_, predicted, probabilities, labels))


def test_a_missed_entity_is_as_sure_as_its_words_are_not_outside():
    (found,) = judged(
        ["O", "O", "O"],
        [{"O": 1.0}, {"B-PER": 0.9, "O": 0.1}, {"I-PER": 0.7, "O": 0.3}],
    )
    assert (found.kind, found.start, found.end) == ("missed", 1, 3)
    assert (found.given, found.suggested) == (("O", "O"), ("B-PER", "I-PER"))
    assert found.score == pytest.approx((0.9 + 0.7) / 2)
    assert found.p_given == pytest.approx((0.1, 0.3))
    assert found.p_suggested == pytest.approx((0.9, 0.7))


def test_an_invented_entity():
    (found,) = judged(["B-LOC", "O"], [{"O": 0.8, "B-LOC": 0.2}, {"O": 1.0}])
    assert (found.kind, found.start, found.end, found.suggested) == ("invented", 0, 1, ("O",))
    assert found.score == pytest.approx(0.8)


def test_a_wrong_type():
    (found,) = judged(
        ["B-LOC", "I-LOC"], [{"B-PER": 0.9, "B-LOC": 0.1}, {"I-PER": 0.6, "I-LOC": 0.4}]
    )
    assert (found.kind, found.suggested) == ("type", ("B-PER", "I-PER"))
    assert found.score == pytest.approx((0.9 + 0.6) / 2)


def test_a_boundary_is_judged_by_the_words_that_differ_alone():
    (found,) = judged(
        ["B-PER", "I-PER", "O"],
        [{"B-PER": 1.0}, {"I-PER": 0.55, "O": 0.45}, {"I-PER": 0.95, "O": 0.05}],
    )
    assert (found.kind, found.start, found.end) == ("boundary", 0, 3)
    assert found.score == pytest.approx(0.95)


def test_one_entity_that_two_overlap_is_one_suspect():
    (found,) = judged(
        ["B-PER", "I-PER", "I-PER"], [{"B-PER": 1.0}, {"O": 0.9, "I-PER": 0.1}, {"B-PER": 1.0}]
    )
    assert (found.kind, found.start, found.end) == ("boundary", 0, 3)


def test_labels_of_single_words_have_no_boundaries():
    plain = LabelSet.plain(["NOUN", "O", "VERB"])
    found = judged(["NOUN", "NOUN", "O"], [{"VERB": 1.0}, {"O": 1.0}, {"NOUN": 1.0}], labels=plain)
    assert [one.kind for one in found] == ["type", "invented", "missed"]


@st.composite
def two_taggings(draw):
    """Two legal taggings of one sentence."""
    length = draw(st.integers(1, 8))
    return tuple(tuple(tags(draw(span_lists(length)), length)) for _ in range(2))


@given(two_taggings())
def test_taking_every_suggestion_gives_the_taggers_labels(pair):
    """And taking any of them leaves entities whole, so each can be decided on alone."""
    own, predicted = pair
    found = list(suspects(own, predicted, np.eye(len(ALL), dtype=np.float32)[[0] * len(own)], ALL))
    everything = list(own)
    for one in found:
        alone = list(own)
        everything[one.start : one.end] = alone[one.start : one.end] = one.suggested
        assert len(entities(alone, "IOB2")) == sum(label[0] == "B" for label in alone)
        assert tags(ALL.spans(alone), len(alone)) == alone
    assert tuple(everything) == predicted
    assert bool(found) == (own != predicted)
