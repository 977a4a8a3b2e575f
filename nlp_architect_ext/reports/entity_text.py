"""Tagged words as HTML: entities in the colours of their types, the type behind each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.reports.markup import element
from nlp_architect_ext.runtime.marked_text import marked

COLOURS = 8  # the style has as many; a type's name stands beside its colour


def colour_of(name: str, types: Sequence[str]) -> str:
    """The style's class for a type: of its place among the types."""
    place = types.index(name) if name in types else len(types)
    return f"c{place % COLOURS}"


def mark(text: str, type_: str, types: Sequence[str], *, title: str = "", more: str = "") -> str:
    """One entity.

    Args:
        text: of the entity.
        type_: its type.
        types: all types, sorted.
        title: what's told of it on demand.
        more: further classes.
    """
    classes = f"{colour_of(type_, types)}{' tip' if title else ''}{more}"
    name = element("b", escape(type_))
    return element("mark", escape(text), name, class_=classes, title=title or None)


def marked_words(
    words: Sequence[str], spans: Iterable[Span], types: Sequence[str], shown: range
) -> str:
    """Some words of a sentence with their entities; what's left out is an ellipsis."""
    part = Sentence(tuple(words[shown.start : shown.stop]))
    entities = []
    for span in spans:
        start, end = max(span.start, shown.start), min(span.end, shown.stop)
        if start < end:
            place = part.span_text(start - shown.start, end - shown.start)
            entities.append(Entity(span.type, 1.0, *place))
    text = part.with_text().text or ""
    before = "… " if shown.start else ""
    after = " …" if shown.stop < len(words) else ""
    found = marked(text, entities, lambda one: mark(one.word, one.entity_group, types))
    return f"{before}{found}{after}"
