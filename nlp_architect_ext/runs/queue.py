"""The sentences to annotate next, in the format that the labelled data came in."""

from __future__ import annotations

from pathlib import Path

from nlp_architect_ext.core.manifest import PREANNOTATED_AS, SUFFIXES
from nlp_architect_ext.data.formats.base import format_named
from nlp_architect_ext.evaluation.annotate import ToAnnotate


def write_queue(folder: Path, queue: ToAnnotate, format_name: str) -> None:
    """Write the queue beside its column file; nothing for column files and for formats in folders.

    Args:
        folder: of the run.
        queue: the sentences, with the tagger's spans to be corrected.
        format_name: of the labelled data.
    """
    if format_name == "columns":
        return
    format_ = format_named(format_name)
    if format_.write is not None and format_.suffix in SUFFIXES and queue.sentences:
        path = folder / PREANNOTATED_AS.format(suffix=format_.suffix)
        format_.write(path, queue.documents())
