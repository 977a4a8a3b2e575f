"""Sentences in batches of similar length, and what is found in their order again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, Self, TypeVar

from nlp_architect_ext.core.windows import OVERLAP, windows
from nlp_architect_ext.runtime.text_tagger import Prediction

Result = TypeVar("Result")


class Rows(Protocol):
    """An array or a tensor, whose first axis is words."""

    def __getitem__(self, rows: slice, /) -> Self:
        """Some of the words."""


Words = TypeVar("Words", bound=Rows)


def batches(
    lengths: Sequence[int],
    batch_size: int,
    *,
    budget: int | None = None,
    widths: Sequence[int] | None = None,
    max_words: int | None = None,
) -> Iterator[list[int]]:
    """Indices of sentences of similar length, the shortest first; empty sentences are left out.

    Args:
        lengths: words of each sentence.
        batch_size: most sentences of a batch.
        budget: most numbers of a batch, padding included; a sentence alone may exceed it.
        widths: numbers that each sentence's words are padded to; 1 if None.
        max_words: of a window: a longer sentence comes alone.
    """
    batch: list[int] = []
    width = 1
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        words = lengths[index]
        if not words:
            continue
        own_width = widths[index] if widths else 1
        width = max(width, own_width)
        size = (len(batch) + 1) * words * width
        is_full = len(batch) >= batch_size or (budget is not None and size > budget)
        is_long = max_words is not None and words > max_words
        if batch and (is_full or is_long):
            yield batch
            batch, width = [], own_width
        batch.append(index)
    if batch:
        yield batch


def windowed(length: int, size: int, compute: Callable[[int, int], Words]) -> list[Words]:
    """What is computed of a long sentence, window by window, in parts that follow each other.

    Args:
        length: words of the sentence.
        size: most words of a window.
        compute: of the words from a start to an end, rows (words, ...).
    """
    parts = []
    for window in windows(length, size, min(OVERLAP, size // 2)):
        rows = compute(window.start, window.end)
        parts.append(rows[window.keep_start - window.start : window.keep_end - window.start])
    return parts


def in_order(
    count: int, batched: Iterable[tuple[list[int], Iterable[Result]]], empty: Result
) -> list[Result]:
    """Results of batches in the order of the sentences.

    Args:
        count: of sentences.
        batched: indices of a batch, and the result of each of them.
        empty: the result of a sentence that no batch holds.
    """
    found = [empty] * count
    for indices, results in batched:
        for index, result in zip(indices, results, strict=True):
            found[index] = result
    return found


def named(
    names: Sequence[str],
    lengths: Sequence[int],
    ids: Sequence[Sequence[int]],
    scores: Sequence[Sequence[float]],
) -> Iterator[Prediction]:
    """The predictions of a batch, labels by their names.

    Args:
        names: of all labels, by id.
        lengths: words of each sentence.
        ids: labels of each sentence, (words,) and padding.
        scores: their probabilities, alike.
    """
    for count, labels, probabilities in zip(lengths, ids, scores, strict=True):
        chosen = tuple([names[label] for label in labels[:count]])
        yield Prediction(chosen, tuple(probabilities[:count]))
