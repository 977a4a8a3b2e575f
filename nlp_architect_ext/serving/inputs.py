"""What is to be tagged: a file of any format, one sentence or text at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.base import AUTO, Format, ReadOptions, detect, format_named
from nlp_architect_ext.data.formats.labelled_documents import read_labelled_file
from nlp_architect_ext.data.formats.labelled_file import labelled_as
from nlp_architect_ext.data.formats.text import WordSplitter, text_lines
from nlp_architect_ext.data.unlabelled import sentences_of
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.settings.inference import InferenceSettings

Item = Sentence | str  # raw text isn't split into words before it's tagged


def read(tagger: TextTagger, settings: InferenceSettings) -> Iterable[Item]:
    """The sentences of the input; a stream, but for an evaluation a list of labelled sentences."""
    path = Path(settings.data_file)
    options = ReadOptions(
        offsets=settings.offsets, tag_col=settings.tag_col, ignore_token=settings.ignore_token
    )
    splitter = partial(WordSplitter, tagger.language, tagger.tokenizer)
    if settings.evaluate:
        file, notes = read_labelled_file(path, settings.data_format, options, splitter)
        for note in notes:
            say(note)
        return labelled_as(tagger.labels, file)
    # As JSON each line of the input has its line; in columns a blank line is an end.
    is_json = settings.output_format == "json"
    return unlabelled_items(path, settings.data_format, options, splitter, keep_blank=is_json)


def unlabelled_items(
    path: Path,
    format_name: str,
    options: ReadOptions,
    splitter: Callable[[], WordSplitter],
    *,
    keep_blank: bool = False,
) -> Iterable[Item]:
    """The sentences of a file of any format as a stream, their labels not looked at.

    Args:
        path: the file; ``-`` is standard input.
        format_name: an installed format, or ``auto``: what the file shows, else raw text.
        options: what the user said of the file.
        splitter: makes what splits texts.
        keep_blank: whether blank lines of raw text are texts too.
    """
    is_named = format_name != AUTO
    format_ = format_named(format_name) if is_named else detect(path, "text")
    if format_.name == "text":
        return (line for _, line in text_lines(path, keep_blank=keep_blank))
    if not is_named:
        say(f"{path}: read as {format_.name}, {format_.description}")
    if format_.read_sentences is not None:
        return sentences_of(format_, path, options, splitter)
    return _items(format_, path, options)


def _items(format_: Format, path: Path, options: ReadOptions) -> Iterator[Item]:
    """Documents as texts for the tagger to split, or as the words that they say they have."""
    for document in format_.read(path, options):
        if document.words is None:
            yield document.text
        else:
            words = tuple(document.text[start:end] for start, end in document.words)
            yield Sentence(words, None, document.text, document.words, document.line)
