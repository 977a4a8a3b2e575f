"""Dev sentences out of train: how many, which, and what is left."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import corpus_of
from nlp_architect_ext.data.dev_split import MINIMUM, split_dev
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.summary import summary

IOB2 = ("O", "O", "B-A", "B-B", "B-C", "B-D")
PLAIN = ("DET", "NOUN", "VERB")


def corpus(labels):
    """Sentences of these labels, the first word of each unlike all others."""
    sentences = [
        Sentence((f"w{index}", *["x"] * (len(row) - 1)), tuple(row))
        for index, row in enumerate(labels)
    ]
    return corpus_of({"train": LabelledFile(Path("train"), "", sentences)}, "auto")


def sets_of(tags):
    """Labels of train sets, at least two different ones in each."""
    row = st.lists(st.sampled_from(tags), min_size=1, max_size=4)
    return st.lists(row, min_size=1, max_size=40).map(lambda rows: [[tags[0], tags[-1]], *rows])


@given(
    labels=st.one_of(sets_of(IOB2), sets_of(PLAIN)),
    fraction=st.floats(0.01, 0.5),
    seed=st.integers(0, 9),
)
def test_the_split_is_exact_loses_nothing_and_is_always_the_same(labels, fraction, seed):
    before = corpus(labels)
    after = split_dev(before, fraction, seed)
    assert after == split_dev(before, fraction, seed)
    dev = after.dev or []
    assert sorted(after.train + dev, key=before.train.index) == before.train
    assert len(after.train) + len(dev) == len(before.train)
    assert after.dev_is_split == bool(dev)
    assert summary(after)

    types = [{span.type for span in before.labels.spans(one.labels)} for one in before.train]
    counts = Counter(name for names in types for name in names)
    alone = [
        one
        for one, names in zip(before.train, types, strict=True)
        if any(counts[name] == 1 for name in names)
    ]
    assert not set(alone) & set(dev)  # no type loses its only sentence
    spared = len(before.train) - len(alone)
    wanted = max(1, round(fraction * len(before.train)))
    assert len(dev) == (0 if len(before.train) < MINIMUM else min(wanted, spared))


def test_where_no_sentence_can_be_spared_there_is_no_dev_set():
    after = split_dev(corpus([[f"B-T{index}"] for index in range(12)]), 0.2, 0)
    assert after.dev is None
    assert not after.dev_is_split
    note = "no dev set: each of 12 labelled sentences is the only one of a type"
    assert summary(after).endswith(note)


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 labelled sentence,"), (2, "2 labelled sentences,")]
)
def test_so_few_are_counted_in_words(count, said):
    after = split_dev(corpus([["B-A"]] * count), 0.2, 0)
    assert after.notes[-1] == f"no dev set: {said} too few to spare any"


def test_entities_and_none_are_drawn_in_their_shares():
    after = split_dev(corpus([["O"]] * 80 + [["B-A"]] * 20), 0.2, 3)
    assert Counter(one.labels for one in after.dev) == {("O",): 16, ("B-A",): 4}
