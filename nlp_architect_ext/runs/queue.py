"""The sentences to annotate next, as files."""

from __future__ import annotations

import json
from pathlib import Path

from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.manifest import (
    ANNOTATE,
    PREANNOTATED,
    PREANNOTATED_AS,
    REASONS,
    SUFFIXES,
)
from nlp_architect_ext.data.formats.base import format_named
from nlp_architect_ext.evaluation.annotate import ToAnnotate


def write_queue(folder: Path, queue: ToAnnotate, format_name: str) -> list[str]:
    """Write the queue: sentences, columns, reasons, and in the format of the labelled data.

    A format that lies in a folder is left out.

    Args:
        folder: of the run.
        queue: the sentences, with the tagger's spans to be corrected.
        format_name: of the labelled data.

    Returns:
        The names of the sentences' file, and of the one that the labelled data's tool reads.
    """
    atomic_write_text(folder / ANNOTATE, queue.lines())
    atomic_write_text(folder / PREANNOTATED, queue.columns())
    reasons = (json.dumps(one, ensure_ascii=False) + "\n" for one in queue.reasons())
    atomic_write_text(folder / REASONS, "".join(reasons))
    if format_name == "columns":
        return [ANNOTATE]
    format_ = format_named(format_name)
    if format_.write is None or format_.suffix not in SUFFIXES or not queue.sentences:
        return [ANNOTATE]
    name = PREANNOTATED_AS.format(suffix=format_.suffix)
    format_.write(folder / name, queue.documents())
    return [ANNOTATE, name]
