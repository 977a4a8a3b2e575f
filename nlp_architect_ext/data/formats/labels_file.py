"""`labels.txt`: all labels of a task, one a line, for labels that train may lack."""

from __future__ import annotations

import re
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import lines
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import OUTSIDE

_PREFIXED = re.compile(r"[BIELSU]-(.+)")


def read_labels(path: str | Path, scheme: str) -> LabelSet:
    """The labels that a file lists: tags (``B-PER``, ``I-PER``, ``O``) or types (``PER``).

    Args:
        path: one label a line; blank lines and repetitions don't matter.
        scheme: the scheme of the corpus; in ``plain`` every line is a label as it stands.

    Raises:
        UserError: an unreadable file, no label, or tags beside types.
    """
    listed = {line.strip(): number for number, line in lines(path) if line.strip()}
    if not listed.keys() - {OUTSIDE}:
        raise UserError(
            where=str(path),
            wrong="no label",
            expected="one label a line",
            remedy="list the labels or remove the file",
        )
    for label, number in listed.items():
        if set(label) & set(" \t"):
            raise UserError(
                where=f"{path}:{number}",
                wrong=f"label {label!r} contains white space",
                expected="one label a line",
                remedy="correct the line",
            )
    if scheme == "plain":
        return LabelSet.plain(listed)
    prefixed = {label: match[1] for label in listed if (match := _PREFIXED.fullmatch(label))}
    types = [label for label in listed if label not in prefixed and label != OUTSIDE]
    if prefixed and types:
        raise UserError(
            where=f"{path}:{listed[types[0]]}",
            wrong=f"{types[0]!r} beside {next(iter(prefixed))!r}",
            expected="either tags such as B-PER or types such as PER",
            remedy="write all lines in the same way",
        )
    return LabelSet.for_types(prefixed.values() if prefixed else types)
