"""The entities of one text: a list that a notebook shows as the text with its entities marked."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.runtime.marked_text import marked

BLOCK = "line-height: 2; white-space: pre-wrap"
MARK = "padding: 0.2em 0.4em; border-radius: 0.3em"
LABEL = "font-size: 0.75em; margin-left: 0.4em"


class Entities(list[Entity]):
    """A list of entities, equal to a plain one, that knows its text.

    Args:
        entities: in their order, without overlap.
        source: what they were found in.
    """

    def __init__(self, entities: Iterable[Entity], source: Sentence | str) -> None:
        super().__init__(entities)
        self._source = source

    @property
    def text(self) -> str:
        """What the offsets count in; words without a text are joined by single spaces."""
        if isinstance(self._source, str):
            return self._source
        text = self._source.with_text().text
        assert text is not None
        return text

    def _repr_html_(self) -> str:
        """The text with its entities marked, for a notebook."""
        return f'<div style="{BLOCK}">{marked(self.text, self, _mark)}</div>'


def _mark(entity: Entity) -> str:
    label = f'<b style="{LABEL}">{escape(entity.entity_group)}</b>'
    score = f"{entity.score:.2f}"
    return f'<mark style="{MARK}" title="{score}">{escape(entity.word)}{label}</mark>'
