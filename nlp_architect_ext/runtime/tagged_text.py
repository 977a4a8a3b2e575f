"""Tagged sentences as the text of a file: a word and its tag a line, or JSON Lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.data.formats.columns import format_columns
from nlp_architect_ext.data.formats.json_lines import format_entities

FORMS = ("columns", "json")


@dataclass(frozen=True, slots=True)
class TaggedText:
    """Some sentences, ready to be written.

    Args:
        text: all of them, one after the other.
        words: how many they have together.
    """

    text: str
    words: int


def sentence_in_columns(sentence: Sentence, tags: Sequence[str]) -> str:
    r"""`word<TAB>tag` lines and a blank line, NLP Architect's form.

    Raises:
        ValueError: a word that no reader could tell from two; see `format_columns`.
    """
    return format_columns(sentence.words, tags) + "\n"


def sentence_in_json(sentence: Sentence, entities: Sequence[Entity]) -> str:
    """One JSON line with the text and its entities, in Hugging Face's keys."""
    text = sentence.with_text().text
    assert text is not None
    return format_entities(text, entities) + "\n"
