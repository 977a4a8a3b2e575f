"""Texts for their words alone: files of any format without their labels."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.alignment import Remarks, to_sentence
from nlp_architect_ext.data.formats.base import AUTO, Format, ReadOptions, detect, format_named
from nlp_architect_ext.data.formats.text import WordSplitter


def read_unlabelled(
    path: Path, format_name: str, options: ReadOptions, splitter: Callable[[], WordSplitter]
) -> tuple[list[Sentence], list[str]]:
    """The sentences of a file without their labels, and what the user should know of them.

    Raises:
        UserError: the format refuses the file, or it has no sentence.
    """
    options = replace(options, labelled=False)
    format_ = detect(path, "text") if format_name == AUTO else format_named(format_name)
    notes = []
    if format_.name not in ("text", format_name):
        notes.append(f"{path}: read as {format_.name}, {format_.description}")
    found = [one.without_labels() for one in sentences_of(format_, path, options, splitter)]
    if not found:
        raise UserError(
            where=str(path),
            wrong="no sentence",
            expected="unlabelled text",
            remedy="fill the file or name none",
        )
    return found, notes


def sentences_of(
    format_: Format, path: Path, options: ReadOptions, splitter: Callable[[], WordSplitter]
) -> Iterator[Sentence]:
    """The sentences of a file, one at a time, for their words; labels aren't looked at."""
    if format_.read_sentences is None:
        remarks = Remarks(str(path))  # nobody reads the labels, so nobody needs these
        words = splitter()
        sentences = (to_sentence(one, words, remarks) for one in format_.read(path, options))
        yield from (sentence for sentence in sentences if sentence.words)
        return
    # Every format takes the options that mean something to it.
    wanted = inspect.signature(format_.read_sentences).parameters
    offered: dict[str, object] = {
        "tag_col": options.tag_col,
        "ignore_token": options.ignore_token,
        "labelled": False,
    }
    if "language" in wanted or "tokenizer" in wanted:
        words = splitter()
        offered |= {"language": words.language, "tokenizer": words.tokenizer}
    taken = {name: value for name, value in offered.items() if name in wanted}
    yield from format_.read_sentences(path, **taken)
