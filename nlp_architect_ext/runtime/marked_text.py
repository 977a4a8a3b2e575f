"""Text as HTML with its entities marked; nothing of the text is read as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from nlp_architect_ext.core.sentence import Entity


def marked(text: str, entities: Iterable[Entity], mark: Callable[[Entity], str]) -> str:
    """The text with each entity as `mark` writes it.

    Args:
        text: what the offsets count in.
        entities: in their order, without overlap.
        mark: the HTML of an entity, its text included.
    """
    parts, end = [], 0
    for entity in entities:
        parts += [escape(text[end : entity.start]), mark(entity)]
        end = entity.end
    return "".join([*parts, escape(text[end:])])
