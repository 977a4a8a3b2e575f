"""Folds: each sentence is in one of them, and the same words never in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.folds import content_folds

CONTENTS = st.lists(st.integers(0, 12), min_size=2, max_size=60)


@given(CONTENTS.filter(lambda drawn: len(set(drawn)) >= 2), st.integers(0, 5), st.data())
def test_no_fold_shares_words_with_another(drawn, seed, data):
    sentences = [Sentence((str(number),), line=line) for line, number in enumerate(drawn)]
    count = data.draw(st.integers(2, len(set(drawn))))
    folds = content_folds(sentences, count, seed)
    assert sorted(index for fold in folds for index in fold) == list(range(len(sentences)))
    contents = [{sentences[index].words for index in fold} for fold in folds]
    assert sum(map(len, contents)) == len(set(drawn))
    assert max(map(len, contents)) - min(map(len, contents)) <= 1
    assert folds == content_folds(sentences, count, seed)


def test_the_seed_decides_and_the_order_of_the_file_does_not():
    sentences = [Sentence((str(number),)) for number in range(40)]
    folds = content_folds(sentences, 4, seed=1)
    assert folds != content_folds(sentences, 4, seed=2)
    assert folds[0] != list(range(0, 40, 4))


def test_more_folds_than_different_sentences_are_refused():
    with pytest.raises(UserError, match="3 folds of 2 different sentences; expected"):
        content_folds([Sentence(("a",)), Sentence(("b",)), Sentence(("a",))], 3, seed=0)
