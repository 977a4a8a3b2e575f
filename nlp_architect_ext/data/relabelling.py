"""Sentences with the labels that a person decided on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.decisions import Decision

Labels = tuple[str, ...]


def relabelled(
    path: Path, sentences: Sequence[Sentence], labels: LabelSet, decisions: Iterable[Decision]
) -> dict[int, Labels]:
    """The new labels of each sentence that was decided on, by its index.

    Args:
        path: the file of the sentences.
        sentences: their labels in the scheme of `labels`.
        labels: that are known.
        decisions: on them.

    Raises:
        UserError: a decision on another file, on a sentence or labels that aren't there (any more),
            two on the same word, or labels that are unknown or can't follow one another.
    """
    by_line: dict[int, list[int]] = {}
    for index, sentence in enumerate(sentences):
        by_line.setdefault(sentence.line, []).append(index)
    found: dict[int, list[str]] = {}
    decided: dict[tuple[int, int], str] = {}
    last: dict[int, str] = {}
    for one in decisions:
        index = _index(one, path, sentences, by_line)
        own = found.setdefault(index, list(sentences[index].labels or ()))
        for word in range(one.start, one.end):
            before = decided.setdefault((index, word), one.where)
            if before != one.where:
                raise _refused(one, f"word {word} was decided on in {before}", "one decision")
        _check_labels(one, labels)
        own[one.start : one.end] = one.labels
        last[index] = one.where
    for index, own in found.items():
        _check_order(own, labels, last[index])
    return {index: tuple(own) for index, own in found.items()}


def _index(
    one: Decision, path: Path, sentences: Sequence[Sentence], by_line: Mapping[int, Sequence[int]]
) -> int:
    """The sentence that is decided on."""
    if Path(one.file).name != path.name:
        raise _refused(one, f"is about {one.file}", f"{path.name}, the file that is corrected")
    there = by_line.get(one.line, ())
    if not there:
        raise _refused(one, f"no sentence begins on line {one.line}", f"one of {path}")
    same = [index for index in there if sentences[index].words == one.words]
    if not same:
        where = f"the words of {path}:{one.line}"
        raise _refused(one, f"other words, {' '.join(one.words)!r:.60}", where)
    labels = (sentences[same[0]].labels or ())[one.start : one.end]
    if labels != one.given:
        where = f"{' '.join(labels)}, as in {path}:{one.line}"
        raise _refused(one, f"labels given {' '.join(one.given)}", where)
    return same[0]


def _check_labels(one: Decision, labels: LabelSet) -> None:
    unknown = [label for label in one.labels if label not in labels.ids]
    if unknown:
        raise _refused(one, f"label {unknown[0]!r}", f"some of: {', '.join(labels.names)}")


def _check_order(own: Sequence[str], labels: LabelSet, where: str) -> None:
    before: str | None = None
    for label in own:
        may_follow = labels.legal_start if before is None else labels.legal[labels.ids[before]]
        if not may_follow[labels.ids[label]]:
            after = "at the beginning of the sentence" if before is None else f"after {before}"
            raise UserError(
                where=where,
                wrong=f"{label} {after}",
                expected="entities that begin with B-",
                remedy="correct the labels",
            )
        before = label


def _refused(one: Decision, wrong: str, expected: str) -> UserError:
    remedy = "decide on what check_labels wrote of this file, unchanged"
    return UserError(where=one.where, wrong=wrong, expected=expected, remedy=remedy)
