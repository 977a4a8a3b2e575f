"""Data that a Python program has in memory, as a corpus."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.data.corpus import Corpus, corpus_of
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.formats.text import WordSplitter

# A sentence; words and their tags; a text and its spans (start, end, type); or a mapping with
# `text` and `spans`, each span with `start`, `end` and `label`.
Labelled = Sentence | tuple[Any, Any] | Mapping[str, Any]
Unlabelled = Sentence | str | Sequence[str]


@dataclass(frozen=True)
class LabelledItems(LabelledFile):
    """Labelled sentences from memory; a place is the index of a sentence and of a word."""

    def place(self, sentence: int, word: int) -> str:
        """``train[sentence], word``."""
        return f"{self.path}[{sentence}], word {word}"


def corpus_in_memory(
    parts: Mapping[str, Iterable[Labelled] | None],
    unlabelled: Iterable[Unlabelled] | None,
    splitter: WordSplitter,
    *,
    scheme: str = "auto",
    unlabelled_size: int | None = None,
) -> Corpus:
    """A corpus of data in memory.

    Args:
        parts: labelled data under ``train``, ``dev`` and ``test``.
        unlabelled: texts or words; an iterator is read once, and no further than needed.
        splitter: splits texts into words.
        scheme: of the tags, or ``auto``.
        unlabelled_size: most unlabelled sentences that are read; None reads all.

    Raises:
        UserError: data that is no data, with its place, or what `read_corpus` refuses.
    """
    files = {
        part: LabelledItems(Path(part), "", labelled(items, splitter, part))
        for part, items in parts.items()
        if items is not None
    }
    corpus = corpus_of(files, scheme)
    texts = islice(unlabelled or (), unlabelled_size)
    raw = [_unlabelled(text, splitter, f"unlabelled[{place}]") for place, text in enumerate(texts)]
    return replace(corpus, unlabelled=[sentence for sentence in raw if sentence.words])


def labelled(items: Iterable[Labelled], splitter: WordSplitter, name: str) -> list[Sentence]:
    """Sentences with the tags that were given, or IOB2 tags of the spans that were given.

    Raises:
        UserError: an item that is none of `Labelled`, or none at all.
    """
    sentences = [_labelled(item, splitter, f"{name}[{place}]") for place, item in enumerate(items)]
    sentences = [sentence for sentence in sentences if sentence.words]
    if not sentences:
        raise UserError(
            where=name,
            wrong="no sentence",
            expected="labelled sentences",
            remedy="give some",
        )
    return sentences


def digest(sentences: Iterable[Sentence]) -> str:
    """The SHA-256 of sentences: their words and labels."""
    total = hashlib.sha256()
    for sentence in sentences:
        total.update(repr((sentence.words, sentence.labels)).encode())
    return total.hexdigest()


def _labelled(item: Labelled, splitter: WordSplitter, place: str) -> Sentence:
    if isinstance(item, Sentence):
        if item.labels is None:
            raise _refused(place, "a sentence without labels")
        return item
    if isinstance(item, Mapping):
        spans = item.get("spans", item.get("entities", ()))
        found = [(span["start"], span["end"], span["label"]) for span in spans]
        return _spanned(str(item["text"]), found, splitter, place)
    if not (isinstance(item, tuple) and len(item) == 2):
        raise _refused(place, f"a {type(item).__name__}")
    first, second = item
    if isinstance(first, str):
        return _spanned(first, second, splitter, place)
    if len(first) != len(second):
        raise _refused(place, f"{len(first)} words and {len(second)} tags")
    return Sentence(tuple(first), tuple(second))


def _spanned(
    text: str, spans: Iterable[tuple[int, int, str]], splitter: WordSplitter, place: str
) -> Sentence:
    """The text's words with IOB2 tags; a span has to begin and end where words do."""
    sentence = splitter.split(text)
    assert sentence.offsets is not None, "a splitter gives offsets"
    starts = {start: index for index, (start, _) in enumerate(sentence.offsets)}
    ends = {end: index for index, (_, end) in enumerate(sentence.offsets)}
    labels = [OUTSIDE] * len(sentence)
    for start, end, name in spans:
        first, last = starts.get(start), ends.get(end)
        if first is None or last is None or last < first:
            raise _refused(place, f"span {start}:{end} ({text[start:end]!r}) cuts a word")
        if any(label != OUTSIDE for label in labels[first : last + 1]):
            raise _refused(place, f"span {start}:{end} ({text[start:end]!r}) overlaps another")
        labels[first : last + 1] = [f"B-{name}"] + [f"I-{name}"] * (last - first)
    return Sentence(sentence.words, tuple(labels), sentence.text, sentence.offsets)


def _unlabelled(item: Unlabelled, splitter: WordSplitter, place: str) -> Sentence:
    if isinstance(item, Sentence):
        return item.without_labels()
    if isinstance(item, str):
        return splitter.split(item)
    if all(isinstance(word, str) and word for word in item):
        return Sentence(tuple(item))
    raise _refused(place, f"a {type(item).__name__}")


def _refused(place: str, wrong: str) -> UserError:
    return UserError(
        where=place,
        wrong=wrong,
        expected="a Sentence with labels, (words, tags), (text, spans) or {'text', 'spans'}",
        remedy="correct it",
    )
