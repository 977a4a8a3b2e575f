"""What labels mean, in words, as the user gives it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.names import nearest


def read_descriptions(path: Path, labels: LabelSet | None = None) -> Mapping[str, str]:
    """Descriptions by type, from a JSON object.

    Args:
        path: the file.
        labels: of the data; None where the file says which types there are.

    Raises:
        UserError: something else than texts, or a type that the data doesn't have.
    """
    found = read_json(path)
    for type_, text in found.items():
        if not isinstance(text, str) or not text.strip():
            raise UserError(
                where=str(path),
                wrong=f"the description of {type_!r} is {text!r}",
                expected="a text",
                remedy="describe it in a few words",
            )
        if labels is not None and type_ not in labels.types:
            raise UserError(
                where=str(path),
                wrong=f"describes {type_!r}, which the data doesn't have",
                expected=f"some of: {', '.join(labels.types)}",
                remedy=nearest(type_, labels.types) or "leave it out",
            )
    return found
