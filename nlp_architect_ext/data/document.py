"""A text and what is marked in it: what annotation tools read and write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlp_architect_ext.core.sentence import Entity
from nlp_architect_ext.core.tags import OUTSIDE


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A marked part of a text.

    Args:
        start: offset of its first character, in Unicode code points.
        end: offset behind its last character.
        label: the type, such as ``PER``.
        score: a probability, where a model marked it.
    """

    start: int
    end: int
    label: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One record of an annotation tool, unchanged: spans may overlap, nest or cut words.

    Args:
        text: the text.
        spans: what is marked in it, or None for a text that nobody has looked at.
        words: offsets of the words, for formats that say what the words are.
        tags: one label a word where labels belong to words, such as parts of speech; `spans` is
            None then.
        line: the line of the file on which the record begins, from 1.
        id: the tool's own name for it.
        meta: what else the record says, as JSON; kept from format to format where both have it.
        is_prediction: whether a model marked the spans, and nobody has corrected them.
    """

    text: str
    spans: tuple[TextSpan, ...] | None = None
    words: tuple[tuple[int, int], ...] | None = None
    tags: tuple[str, ...] | None = None
    line: int = 0
    id: str | int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    is_prediction: bool = False

    def __post_init__(self) -> None:
        if self.tags is not None and len(self.tags) != len(self.words or ()):
            raise ValueError(f"{len(self.tags)} tags for {len(self.words or ())} words")

    @property
    def marks(self) -> tuple[TextSpan, ...] | None:
        """The spans; of a document with tags, a span for every word whose tag isn't ``O``."""
        if self.tags is None:
            return self.spans
        tagged = zip(self.words or (), self.tags, strict=True)
        return tuple(TextSpan(start, end, tag) for (start, end), tag in tagged if tag != OUTSIDE)

    @property
    def is_labelled(self) -> bool:
        """Whether it can be learnt from."""
        return self.spans is not None or self.tags is not None


def predicted(text: str, entities: Iterable[Entity]) -> Document:
    """A text with what a tagger found in it."""
    spans = (TextSpan(one.start, one.end, one.entity_group, one.score) for one in entities)
    return Document(text, tuple(spans), is_prediction=True)
