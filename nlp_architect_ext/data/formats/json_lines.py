"""Predictions as JSON Lines: one object a text, with the keys of Hugging Face's pipelines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from nlp_architect_ext.core.sentence import Entity

_KEYS = tuple(field.name for field in fields(Entity))
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
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
    record = {"text": text, "entities": [_record(entity) for entity in entities]}
    return _ENCODER.encode(record).translate(_LINE_ENDS)


def _record(entity: Entity) -> dict[str, Any]:
    """As `dataclasses.asdict`, which takes several times as long."""
    return {name: getattr(entity, name) for name in _KEYS}
