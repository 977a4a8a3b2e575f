"""Predictions as JSON Lines: one object a text, with the keys of Hugging Face's pipelines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from nlp_architect_ext.core.sentence import Entity

# Line ends for str.splitlines() and other tools, though not for JSON: escaped, a line stays a line
# everywhere.
_LINE_ENDS = str.maketrans(
    {character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
)


def format_entities(text: str, entities: Sequence[Entity]) -> str:
    """One line without its line end: the text and its entities.

    ``{"text": …, "entities": [{"entity_group": …, "score": …, …}]}``

    Raises:
        ValueError: a score that isn't a finite number.
    """
    record = {"text": text, "entities": [asdict(entity) for entity in entities]}
    return json.dumps(record, ensure_ascii=False, allow_nan=False).translate(_LINE_ENDS)
