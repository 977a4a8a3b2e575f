"""``rules:FILE``: patterns over words and their letters, as spaCy's `EntityRuler` reads them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from spacy import blank
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions
from nlp_architect_ext.teachers.label_map import checked_type
from nlp_architect_ext.teachers.pattern_files import Pattern, read_patterns
from nlp_architect_ext.teachers.spacy_docs import to_doc
from nlp_architect_ext.teachers.span_teacher import SpanTeacher

VERSION = 1  # of the rules below


class RulesFinder:
    """Runs spaCy's own matchers on the sentences' words.

    As in spaCy's `EntityRuler` the longest match stays, of equally long ones the first; but matches
    of different types on the same words all stay, and contradict each other.

    Args:
        splitter: splits phrases; its language decides what a number or a stop word is.
    """

    def __init__(self, splitter: WordSplitter) -> None:
        self._splitter = splitter
        self._nlp = blank(splitter.language)
        self._words = Matcher(self._nlp.vocab, validate=True)
        self._phrases = PhraseMatcher(self._nlp.vocab)
        self._contents: list[str] = []

    def add(self, pattern: Pattern) -> None:
        """One more pattern.

        Raises:
            UserError: spaCy refuses it.
        """
        self._contents.append(json.dumps([pattern.label, pattern.pattern], sort_keys=True))
        if isinstance(pattern.pattern, str):
            phrase = to_doc(self._splitter.split(pattern.pattern), self._nlp.vocab)
            self._phrases.add(pattern.label, [phrase])
            return
        try:
            self._words.add(pattern.label, [pattern.pattern])
        except (ValueError, TypeError, re.error) as error:
            lines = [line.strip(" -") for line in str(error).splitlines() if line.strip()]
            raise UserError(
                where=pattern.where,
                wrong=f"spaCy refuses the pattern: {' '.join(lines[:3])}",
                expected="a pattern of spaCy's Matcher",
                remedy="correct the pattern",
            ) from error

    @property
    def fingerprint(self) -> str:
        """Of the patterns and the language."""
        by = ["rules", VERSION, self._splitter.language, self._splitter.tokenizer]
        content = [by, *sorted(self._contents)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def find(self, sentences: Sequence[Sentence]) -> list[Sequence[Span] | None]:
        """See `SpanFinder.find`."""
        # Else every word of every text would stay in spaCy's vocabulary.
        with self._nlp.memory_zone():
            return [self._found(to_doc(one, self._nlp.vocab)) for one in sentences]

    def _found(self, doc: Doc) -> list[Span]:
        # One without patterns warns of it.
        matchers = [one for one in (self._words, self._phrases) if len(one)]
        matches = [match for one in matchers for match in one(doc)]
        strings = self._nlp.vocab.strings
        return longest({Span(strings[label], start, end) for label, start, end in matches})


def longest(spans: Iterable[Span]) -> list[Span]:
    """The longest spans, of equally long ones the first; of the same words all types stay."""
    kept: list[Span] = []
    owner: dict[int, tuple[int, int]] = {}
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start, one.type)):
        place = (span.start, span.end)
        if all(owner.get(word, place) == place for word in range(*place)):
            owner.update(dict.fromkeys(range(*place), place))
            kept.append(span)
    return sorted(kept, key=lambda one: (one.start, one.type))


def _make(argument: str, labels: LabelSet, options: TeacherOptions) -> SpanTeacher:
    """A teacher of the patterns; it has no opinion of words that no pattern matches."""
    path = Path(argument).expanduser()
    finder = RulesFinder(options.splitter())
    is_empty = True
    for pattern in read_patterns(path):
        checked_type(pattern.label, pattern.where, labels, options.label_map)
        finder.add(pattern)
        is_empty = False
    if is_empty:
        raise UserError(
            where=f"{path}:1",
            wrong="no pattern",
            expected="spaCy's patterns, a JSON object a line",
            remedy="fill the file, or leave it out",
        )
    return SpanTeacher(finder, labels, options.label_map, outside=False)


def _types(argument: str, options: TeacherOptions) -> set[str]:
    return {pattern.label for pattern in read_patterns(Path(argument).expanduser())}


RULES = TeacherKind(
    name="rules",
    description="patterns as spaCy's Matcher and EntityRuler read them",
    make=_make,
    types=_types,
)
