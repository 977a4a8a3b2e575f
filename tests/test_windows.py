"""Windows over long sequences, against a search over all windows for every position."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.windows import Window, windows


@st.composite
def cases(draw):
    size = draw(st.integers(1, 40))
    return draw(st.integers(0, 300)), size, draw(st.integers(0, size - 1))


@given(cases())
def test_windows_cover_everything_within_size(case):
    length, size, overlap = case
    found = windows(length, size, overlap)
    assert all(
        0 <= window.start < window.end <= length and window.end - window.start <= size
        for window in found
    )
    assert {p for window in found for p in range(window.start, window.end)} == set(range(length))
    for before, after in itertools.pairwise(found):
        assert before.start < after.start
        assert before.end - after.start >= overlap


@given(cases())
def test_each_position_is_kept_once_and_in_order(case):
    length, size, overlap = case
    found = windows(length, size, overlap)
    assert [p for window in found for p in range(window.keep_start, window.keep_end)] == list(
        range(length)
    )
    assert all(
        window.start <= window.keep_start <= window.keep_end <= window.end for window in found
    )


@given(cases())
def test_each_position_is_kept_where_its_context_is_widest(case):
    length, size, overlap = case
    found = windows(length, size, overlap)

    def context(window: Window, position: int) -> float:
        left = float("inf") if window.start == 0 else position - window.start
        right = float("inf") if window.end == length else window.end - 1 - position
        return min(left, right)

    for window in found:
        for position in range(window.keep_start, window.keep_end):
            best = max(
                context(other, position) for other in found if other.start <= position < other.end
            )
            assert context(window, position) == best


@given(cases())
def test_no_window_more_than_needed(case):
    length, size, overlap = case
    fewer = len(windows(length, size, overlap)) - 1
    assert fewer <= 0 or size + (fewer - 1) * (size - overlap) < length


def test_a_sequence_that_fits_is_one_window():
    assert windows(5, 5, 2) == [Window(0, 5, 0, 5)]
    assert windows(0, 5, 2) == []


def test_example():
    assert windows(10, 6, 2) == [Window(0, 6, 0, 5), Window(4, 10, 5, 10)]
