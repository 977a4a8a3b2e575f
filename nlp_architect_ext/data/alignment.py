"""From documents to sentences: spans of characters become labels of words.

A word has one label, so not every span can stay as it is. The rules:

- white space at the ends of a span isn't a part of it;
- a span that begins or ends within a word takes the whole word;
- of spans that share a word the longest stays, of equally long ones the first;
- white space within the name of a type becomes ``_``.

Each time a rule alters what was marked it's counted, and the first place is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span, tags
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.text import WordSplitter

_SPACES = re.compile(r"\s+")

CUT = "begins or ends within a word and takes the whole word"
EMPTY = "holds no word and is left out"
OVERLAPPING = "shares a word with a longer one, or with an earlier one as long, and is left out"
NAME = "has a type with white space, which becomes _"


@dataclass
class Remarks:
    """How often each rule altered a span, and where first.

    Args:
        path: of the file, for places.
        before_line: what stands between the path and a line in a place.
    """

    path: str
    before_line: str = field(default=":", kw_only=True)
    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, rule: str, document: Document, span: TextSpan) -> None:
        """One more span that the rule altered."""
        self.counts[rule] = self.counts.get(rule, 0) + 1
        if rule not in self.first:
            marked = document.text[span.start : span.end]
            shown = marked if len(marked) <= 40 else f"{marked[:37]}..."
            self.first[rule] = (
                f"{span.label} {shown!r} at {self.path}{self.before_line}{document.line}"
            )

    def lines(self) -> list[str]:
        """A line for each rule that was needed."""
        return [
            f"{counted(count, 'span')}: {rule}; first {self.first[rule]}"
            for rule, count in self.counts.items()
        ]


def to_sentence(document: Document, splitter: WordSplitter, remarks: Remarks) -> Sentence:
    """The words of a document, with offsets, and their labels if it has any.

    Args:
        document: its own words are kept if it has some.
        splitter: splits the text of others.
        remarks: gets what the rules altered.
    """
    offsets = document.words
    if offsets is None:
        offsets = splitter.split(document.text).offsets or ()
    words = tuple(document.text[start:end] for start, end in offsets)
    labels = document.tags
    if document.spans is not None:
        spans = word_spans(document, offsets, remarks)
        labels = tuple(tags(spans, len(words)))
    return Sentence(words, labels, document.text, offsets, document.line)


def word_spans(
    document: Document, offsets: Sequence[tuple[int, int]], remarks: Remarks
) -> list[Span]:
    """The spans of a document as ranges of its words, none overlapping, in order."""
    kept = _kept(document, offsets, remarks)
    return [Span(_type(span, document, remarks), first, end) for span, first, end in kept]


def _kept(
    document: Document, offsets: Sequence[tuple[int, int]], remarks: Remarks
) -> list[tuple[TextSpan, int, int]]:
    """The spans that can stay, each with its range of words, none overlapping, in order."""
    found = [(span, *_words_of(span, document, offsets, remarks)) for span in document.spans or ()]
    kept: list[tuple[TextSpan, int, int]] = []
    taken: set[int] = set()
    for span, first, end in sorted(found, key=lambda item: (item[1] - item[2], item[1])):
        if first == end:
            remarks.add(EMPTY, document, span)
        elif taken.isdisjoint(range(first, end)):
            taken.update(range(first, end))
            kept.append((span, first, end))
        else:
            remarks.add(OVERLAPPING, document, span)
    return sorted(kept, key=lambda item: item[1])


def snapped(document: Document, splitter: WordSplitter, remarks: Remarks) -> Document:
    """The document with words, and with spans that a format of words can hold."""
    words = document.words
    if words is None:
        words = splitter.split(document.text).offsets or ()
    if document.spans is None:
        return replace(document, words=words)
    spans = tuple(
        TextSpan(words[first][0], words[end - 1][1], _type(span, document, remarks), span.score)
        for span, first, end in _kept(document, words, remarks)
    )
    return replace(document, words=words, spans=spans)


def _words_of(
    span: TextSpan, document: Document, offsets: Sequence[tuple[int, int]], remarks: Remarks
) -> tuple[int, int]:
    """The half-open range of words that a span touches; an empty one if it touches none."""
    # Words are in order and don't overlap.
    first = bisect_right(offsets, span.start, key=lambda word: word[1])
    last = bisect_left(offsets, span.end, key=lambda word: word[0]) - 1
    if last < first:
        return 0, 0
    marked = document.text[span.start : span.end]
    start = span.start + len(marked) - len(marked.lstrip())
    end = span.end - len(marked) + len(marked.rstrip())
    if offsets[first][0] != start or offsets[last][1] != end:
        remarks.add(CUT, document, span)
    return first, last + 1


def _type(span: TextSpan, document: Document, remarks: Remarks) -> str:
    if not _SPACES.search(span.label):
        return span.label
    remarks.add(NAME, document, span)
    return _SPACES.sub("_", span.label.strip())
