"""The conformance kit on this package's teacher, and what it finds."""

import pytest

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.testing import check_teacher

LABELS = LabelSet.for_types(["LOC", "PER"])
SENTENCES = [Sentence(("Yesterday", "Dr.", "Anna", "Bell", "slept")), Sentence(("No", "one"))]


def test_installed_under_its_name() -> None:
    """As `--teacher honorifics:PER` makes it."""
    teacher = check_teacher("honorifics", "PER", LABELS, SENTENCES)
    rows, nothing = teacher.logits(SENTENCES)
    assert rows.any(axis=1).tolist() == [False, False, True, True, False]
    assert [LABELS.names[one] for one in rows[2:4].argmax(axis=1)] == ["B-PER", "I-PER"]
    assert not nothing.any()


def test_other_types_are_refused() -> None:
    """In one line."""
    with pytest.raises(UserError, match="honorifics:ORG: the data has no such type"):
        check_teacher("honorifics", "ORG", LABELS, SENTENCES)
