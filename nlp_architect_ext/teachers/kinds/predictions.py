"""``predictions:FILE``: what another system said of the same texts."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span, spans
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.formats.base import AUTO, ReadOptions
from nlp_architect_ext.data.formats.labelled_documents import read_labelled_file
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions
from nlp_architect_ext.teachers.span_teacher import SpanTeacher


class PredictionsFinder:
    """Finds what was said of a text with the same characters, white space left out.

    So a sentence is found however the other system has split it into words; an entity that begins
    or ends within a word takes the whole word. Of a sentence to which the file gives two different
    answers nothing is known.

    Args:
        sentences: with labels.
        scheme: of the labels, IOB2 or plain.
    """

    def __init__(self, sentences: Iterable[Sentence], scheme: str) -> None:
        self._said: dict[bytes, tuple[Span, ...]] = {}
        self.differing: set[bytes] = set()
        for sentence in sentences:
            key, ends = _key(sentence), _ends(sentence)
            found = spans(sentence.labels or (), scheme)
            said = tuple(
                Span(one.type, _start(ends, one.start), ends[one.end - 1]) for one in found
            )
            if self._said.setdefault(key, said) != said:
                self.differing.add(key)
        for key in self.differing:
            del self._said[key]

    def __len__(self) -> int:
        return len(self._said)

    @property
    def types(self) -> set[str]:
        """All that was said."""
        return {span.type for said in self._said.values() for span in said}

    @property
    def fingerprint(self) -> str:
        """Of all texts and what was said of them."""
        total = hashlib.sha256(b"predictions 1")
        for key in sorted(self._said):
            said = [[one.type, one.start, one.end] for one in self._said[key]]
            total.update(key + json.dumps(said).encode())
        return total.hexdigest()

    def find(self, sentences: Sequence[Sentence]) -> list[Sequence[Span] | None]:
        """See `SpanFinder.find`."""
        return [self._of(sentence) for sentence in sentences]

    def _of(self, sentence: Sentence) -> list[Span] | None:
        said = self._said.get(_key(sentence))
        if said is None:
            return None
        ends = _ends(sentence)
        found = (
            Span(one.type, bisect_right(ends, one.start), bisect_left(ends, one.end) + 1)
            for one in said
        )
        return list(found)


def _key(sentence: Sentence) -> bytes:
    content = "".join("".join(word.split()) for word in sentence.words)
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def _ends(sentence: Sentence) -> list[int]:
    """Where each word ends, in characters without white space."""
    return list(accumulate(len("".join(word.split())) for word in sentence.words))


def _start(ends: Sequence[int], word: int) -> int:
    return ends[word - 1] if word else 0


def _file(argument: str, options: TeacherOptions) -> LabelledFile:
    path = Path(argument).expanduser()
    file, _ = read_labelled_file(
        path, AUTO, ReadOptions(), options.splitter, takes_predictions=True
    )
    return file


def _read(argument: str, labels: LabelSet, options: TeacherOptions) -> PredictionsFinder:
    wants_plain = labels.scheme == "plain"
    file = _file(argument, options)
    scheme = "plain" if wants_plain else file.scheme()
    if scheme == "plain" and not wants_plain:
        raise UserError(
            where=file.place(0, 0),
            wrong=f"tag {file.tags(0)[0]!r}, and the data's labels mark entities",
            expected=f"tags such as {labels.names[-1]!r}",
            remedy="give a file with such tags",
        )
    finder = PredictionsFinder(file.converted(scheme), "plain" if wants_plain else "IOB2")
    known = {one for one in finder.types if options.label_map.type(one, labels) is not None}
    if finder.types and not known:
        raise UserError(
            where=argument,
            wrong=f"none of its types is the data's: {', '.join(sorted(finder.types))}",
            expected=f"some of: {', '.join(labels.types)}",
            remedy="say in a label map what they stand for",
        )
    return finder


def _make(argument: str, labels: LabelSet, options: TeacherOptions) -> SpanTeacher:
    """A teacher of the file.

    A word without an entity is ``O`` to it where the file has all of the data's types, and else
    may be of a type that the other system doesn't know.
    """
    finder = _read(argument, labels, options)
    if finder.differing:
        texts = counted(len(finder.differing), "text")
        say(f"{argument}: {texts} with two different answers: no opinion of them")
    ours = {options.label_map.type(one, labels) for one in finder.types}
    say_ignored(argument, finder.types, labels, options)
    return SpanTeacher(finder, labels, options.label_map, outside=ours >= set(labels.types))


def say_ignored(
    argument: str, types: Iterable[str], labels: LabelSet, options: TeacherOptions
) -> None:
    """Tell which types of a system aren't the data's."""
    ignored = sorted(one for one in types if not options.label_map.names(one, labels))
    if ignored:
        say(f"{argument}: types that the data doesn't have are ignored: {', '.join(ignored)}")


def _types(argument: str, options: TeacherOptions) -> set[str]:
    file = _file(argument, options)
    scheme = file.scheme()
    return {span.type for one in file.converted(scheme) for span in spans(one.labels or (), scheme)}


PREDICTIONS = TeacherKind(
    name="predictions",
    description="what another system said of the same texts",
    make=_make,
    check=_read,
    types=_types,
)
