"""Labelled sentences out of any format that has documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.alignment import Remarks, to_sentence
from nlp_architect_ext.data.formats.base import AUTO, ReadOptions, detect, format_named
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.formats.tagged_records import TaggedRecords
from nlp_architect_ext.data.formats.text import WordSplitter


@dataclass(frozen=True)
class LabelledDocuments(TaggedRecords):
    """The labelled documents of a file as sentences, whatever scheme the file itself may have.

    Their labels are IOB2, made of spans, or plain.
    """

    def converted(self, scheme: str) -> list[Sentence]:
        """The sentences; labels made of spans fit every scheme of entities."""
        is_of_spans = scheme != "plain" and self.scheme() != "plain"
        return self.sentences if is_of_spans else super().converted(scheme)

    def oddities(self, scheme: str) -> str | None:
        """None: labels made of spans are as they should be."""
        return None


def read_labelled_file(
    path: Path,
    format_name: str,
    options: ReadOptions,
    splitter: Callable[[], WordSplitter],
    *,
    takes_predictions: bool = False,
) -> tuple[LabelledFile, list[str]]:
    """The labelled sentences of a file of any format, and what the user should know of them.

    Args:
        path: the file.
        format_name: an installed format, or ``auto``: what the file shows, else columns.
        options: what the user said of the file.
        splitter: makes what splits texts; only files of texts need it.
        takes_predictions: whether texts count that a model marked, and nobody checked.

    Raises:
        UserError: the format refuses the file, or nothing in it is labelled.
    """
    format_ = detect(path, "columns") if format_name == AUTO else format_named(format_name)
    if format_.name == "columns":
        return LabelledFile.read(path, options.tag_col, options.ignore_token), []
    remarks = Remarks(str(path), before_line=format_.before_line)
    words = splitter()
    sentences = []
    unlabelled = without_words = 0
    for document in format_.read(path, options):
        is_refused = document.is_prediction and not takes_predictions
        if not document.is_labelled or is_refused:
            unlabelled += 1
            continue
        sentence = to_sentence(document, words, remarks)
        if sentence.words:
            sentences.append(sentence)
        else:
            without_words += 1
    if not sentences:
        raise UserError(
            where=str(path),
            wrong=f"no labelled text in the format {format_.name}",
            expected="texts in which something is marked",
            remedy="choose another file, or name its format",
        )
    notes = [f"{path}: read as {format_.name}, {format_.description}", *remarks.lines()]
    if unlabelled:
        notes.append(f"{path}: {counted(unlabelled, 'text')} without accepted labels left out")
    if without_words:
        notes.append(f"{path}: {counted(without_words, 'text')} without a word left out")
    return LabelledDocuments(path, "", sentences, format_.name, format_.before_line), notes
