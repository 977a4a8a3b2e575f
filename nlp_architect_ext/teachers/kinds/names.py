"""``names:FILE``: lists of names by type."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions, one_path
from nlp_architect_ext.teachers.label_map import checked_type
from nlp_architect_ext.teachers.name_lists import NameEntry, list_files, read_names
from nlp_architect_ext.teachers.name_matcher import NameMatcher
from nlp_architect_ext.teachers.span_teacher import SpanTeacher

VERSION = 1  # of the rules below
# Names after which the splitter is made anew: spaCy's keeps every word that it has seen.
FRESH_AFTER = 50_000


class NamesFinder:
    """Finds the names of a list, the longest first, from left to right.

    A name is split as raw text is, and at white space alone for column files, whose words may be
    others; where both give other words, both are looked for. In names of a single word the case of
    letters counts, in longer ones it doesn't, unless the list says otherwise.
    """

    def __init__(self, splitter: WordSplitter) -> None:
        self.matcher = NameMatcher()
        self._splitter = splitter
        # Names only: where a list lies, in which format and in which order don't count.
        self._sum = self._added = 0
        self._by = [VERSION, splitter.tokenizer, splitter.language]

    def add(self, entry: NameEntry) -> None:
        """One more name of the list."""
        self._added += 1
        if self._added % FRESH_AFTER == 0:
            self._splitter = WordSplitter(self._splitter.language, self._splitter.tokenizer)
        pieces = tuple(entry.name.split())
        for words in {self._splitter.split(entry.name).words, pieces}:
            self.matcher.add(words, entry.type, exact=entry.is_exact(len(pieces)))
        content = "\0".join([entry.type, entry.name, entry.case]).encode()
        self._sum += int.from_bytes(hashlib.sha256(content).digest(), "big")

    @property
    def fingerprint(self) -> str:
        """Of the names and of how they're split."""
        return hashlib.sha256(f"names {self._by} {self._sum:x}".encode()).hexdigest()

    def find(self, sentences: Sequence[Sentence]) -> list[Sequence[Span] | None]:
        """See `SpanFinder.find`."""
        return [*self.matcher.find([sentence.words for sentence in sentences])]


def _make(argument: str, labels: LabelSet, options: TeacherOptions) -> SpanTeacher:
    """A teacher of the list; it has no opinion of words that are in no name."""
    path = _path(argument)
    finder = NamesFinder(options.splitter())
    for entry in read_names(path):
        checked_type(entry.type, entry.where, labels, options.label_map)
        finder.add(entry)
    if not len(finder.matcher) and not finder.matcher.types:
        raise _empty(path)
    finder.matcher.build()
    return SpanTeacher(finder, labels, options.label_map, outside=False)


def _check(argument: str, labels: LabelSet, options: TeacherOptions) -> None:
    """As `_make`, without splitting the names, which takes most of the time."""
    path = _path(argument)
    options.splitter()
    is_empty = True
    for entry in read_names(path):
        checked_type(entry.type, entry.where, labels, options.label_map)
        is_empty = False
    if is_empty:
        raise _empty(path)


def _types(argument: str, options: TeacherOptions) -> set[str]:
    return {entry.type for entry in read_names(_path(argument))}


def _inputs(argument: str) -> list[Path]:
    """The list, or all lists of a folder."""
    return [file for path in one_path(argument) for file in list_files(path)]


def _path(argument: str) -> Path:
    path = Path(argument).expanduser()
    if not path.exists():
        raise UserError(
            where=argument,
            wrong="no such file",
            expected="a list of names by type, or a folder of lists",
            remedy="correct the path",
        )
    return path


def _empty(path: Path) -> UserError:
    return UserError(
        where=f"{path}:1",
        wrong="no name",
        expected="a list of names by type",
        remedy="fill the list, or leave it out",
    )


NAMES = TeacherKind(
    name="names",
    description="lists of names by type: text, CSV, JSON",
    make=_make,
    check=_check,
    inputs=_inputs,
    types=_types,
)
