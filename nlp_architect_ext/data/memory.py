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
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus, corpus_of
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.formats.text import WordSplitter

# A sentence; words and their tags; a text and its spans (start, end, type); or a mapping with
# `text` and `spans`, each span with `start`, `end` and `label`.
Labelled = Sentence | tuple[Any, Any] | Mapping[str, Any]
Unlabelled = Sentence | str | Sequence[str]

SPACE = set(" \t\r\n")  # what separates words and tags in a column file


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
        if items is not None or part == "train"
    }
    corpus = corpus_of(files, scheme)
    texts = islice(_iterable(unlabelled or (), "unlabelled"), unlabelled_size)
    raw = [_unlabelled(text, splitter, f"unlabelled[{place}]") for place, text in enumerate(texts)]
    return replace(corpus, unlabelled=[sentence for sentence in raw if sentence.words])


def labelled(items: Iterable[Labelled] | None, splitter: WordSplitter, name: str) -> list[Sentence]:
    """Sentences with the tags that were given, or IOB2 tags of the spans that were given.

    Raises:
        UserError: an item that is none of `Labelled`, or none at all.
    """
    numbered = enumerate(_iterable(items, name))
    sentences = [_labelled(item, splitter, f"{name}[{place}]") for place, item in numbered]
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
        return _tagged(item.words, item.labels, place, item)
    if isinstance(item, Mapping):
        return _spanned(*_of_mapping(item, place), splitter, place)
    if not (isinstance(item, tuple) and len(item) == 2):
        raise _refused(place, f"a {type(item).__name__}")
    first, second = item
    if isinstance(first, str):
        return _spanned(first, second, splitter, place)
    if not (_is_list(first) and _is_list(second)):
        wrong = f"a pair of {type(first).__name__} and {type(second).__name__}"
        raise _refused(place, wrong)
    return _tagged(first, second, place)


def _iterable(items: Any, name: str) -> Iterable[Any]:
    if isinstance(items, Iterable) and not isinstance(items, Sentence | Mapping):
        return items
    raise UserError(
        where=name,
        wrong=f"of the type {type(items).__name__}",
        expected="a file, or a list of sentences",
        remedy="correct it",
    )


def _is_list(value: Any) -> bool:
    return hasattr(value, "__len__") and hasattr(value, "__iter__") and not isinstance(value, str)


def _tagged(
    words: Iterable[Any], tags: Iterable[Any], place: str, like: Sentence | None = None
) -> Sentence:
    """Words and tags as plain strings, whatever brought them; the sentence keeps its text."""
    words = _cells(words, "word", place)
    tags = _cells(tags, "tag", place)
    if len(words) != len(tags):
        raise _refused(place, f"{counted(len(words), 'word')} and {counted(len(tags), 'tag')}")
    return replace(like, words=words, labels=tags) if like else Sentence(words, tags)


def _cells(values: Iterable[Any], what: str, place: str) -> tuple[str, ...]:
    """What a column file can hold: results are written as such."""
    values = tuple(values)
    for index, value in enumerate(values):
        if not isinstance(value, str):
            raise _refused(place, f"{what} {index} is {value!r}, no text")
        if not value or SPACE & set(value):
            raise UserError(
                where=place,
                wrong=f"{what} {index} is {value!r}",
                expected=f"a {what} without white space",
                remedy="correct it",
            )
    return tuple(map(str, values))  # numpy's texts are of another type


def _of_mapping(item: Mapping[str, Any], place: str) -> tuple[str, list[Any]]:
    """Text and spans of a mapping."""
    key = next((name for name in ("spans", "entities") if name in item), None)
    if "text" not in item or key is None:
        raise _refused(place, f"a mapping of {', '.join(map(str, item)) or 'nothing'}")
    spans = []
    for span in item[key]:
        if not (isinstance(span, Mapping) and {"start", "end", "label"} <= span.keys()):
            raise _refused(place, f"span {span!r} without start, end and label")
        spans.append((span["start"], span["end"], span["label"]))
    return item["text"], spans


def _spanned(text: Any, spans: Iterable[Any], splitter: WordSplitter, place: str) -> Sentence:
    """The text's words with IOB2 tags; a span has to begin and end where words do."""
    if not isinstance(text, str):
        raise _refused(place, f"a text that is {text!r}")
    sentence = splitter.split(str(text))
    assert sentence.offsets is not None, "a splitter gives offsets"
    starts = {start: index for index, (start, _) in enumerate(sentence.offsets)}
    ends = {end: index for index, (_, end) in enumerate(sentence.offsets)}
    labels = [OUTSIDE] * len(sentence)
    for span in spans:
        if not (isinstance(span, Sequence) and len(span) == 3 and not isinstance(span, str)):
            raise _refused(place, f"span {span!r}, not (start, end, type)")
        start, end, name = span
        _cells([name], "type", place)
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
        return splitter.split(str(item))
    if not _is_list(item) or not all(isinstance(word, str) for word in item):
        raise UserError(
            where=place,
            wrong=f"{item!r}",
            expected="a text, a list of words, or a Sentence",
            remedy="correct it",
        )
    return Sentence(_cells(item, "word", place))


def _refused(place: str, wrong: str) -> UserError:
    return UserError(
        where=place,
        wrong=wrong,
        expected="a Sentence with labels, (words, tags), (text, spans) or {'text', 'spans'}",
        remedy="correct it",
    )
