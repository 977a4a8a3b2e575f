"""Batches of sentences of similar length, and results back in their order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.runtime.batching import batches, in_order, named, windowed
from nlp_architect_ext.runtime.text_tagger import Prediction


@given(
    sentences=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40)), max_size=20),
    batch_size=st.integers(1, 6),
    budget=st.one_of(st.none(), st.integers(1, 600)),
    max_words=st.one_of(st.none(), st.integers(1, 25)),
)
def test_every_sentence_with_words_is_in_one_batch_that_keeps_the_limits(
    sentences, batch_size, budget, max_words
):
    lengths, widths = [words for words, _ in sentences], [width for _, width in sentences]
    found = list(batches(lengths, batch_size, budget=budget, widths=widths, max_words=max_words))
    together = [index for batch in found for index in batch]
    assert sorted(together) == [index for index, words in enumerate(lengths) if words]
    assert [lengths[index] for index in together] == sorted(filter(None, lengths))
    for batch in found:
        words, width = (max(values[index] for index in batch) for values in (lengths, widths))
        assert len(batch) <= batch_size
        if len(batch) > 1:
            assert budget is None or len(batch) * words * width <= budget
            assert max_words is None or words <= max_words


def test_batches_are_as_large_as_the_limits_allow():
    assert list(batches([2, 1, 2, 0, 2], 3)) == [[1, 0, 2], [4]]
    assert list(batches([2, 2, 2], 9, budget=4)) == [[0, 1], [2]]
    assert list(batches([2, 2, 2], 9, budget=40, widths=[1, 20, 1])) == [[0], [1], [2]]
    assert list(batches([2, 3, 3], 9, max_words=2)) == [[0], [1], [2]]


@given(length=st.integers(1, 300), size=st.integers(2, 80))
def test_windows_join_to_the_whole(length, size):
    asked = []

    def compute(start, end):
        asked.append(end - start)
        return np.arange(start, end)

    joined = np.concatenate(windowed(length, size, compute))
    assert joined.tolist() == list(range(length))
    assert max(asked) <= size


def test_results_come_back_in_order_with_names():
    batch = named(["O", "B-PER"], [1, 2], [[1, 0], [0, 1]], [[0.5, 0.0], [0.9, 0.75]])
    assert in_order(3, [([2, 0], batch)], Prediction((), ())) == [
        Prediction(("O", "B-PER"), (0.9, 0.75)),
        Prediction((), ()),
        Prediction(("B-PER",), (0.5,)),
    ]
