"""What a benchmark tags: sentences to time, and labelled ones to score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.base import AUTO, ReadOptions, detect
from nlp_architect_ext.data.formats.labelled_documents import read_labelled_file
from nlp_architect_ext.data.formats.labelled_file import labelled_as
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.unlabelled import sentences_of
from nlp_architect_ext.runs.dev_of_run import dev_file, dev_out_of_train
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.settings.deployment import BenchmarkSettings

RAW_SENTENCES = 10_000  # most that are read as raw text


@dataclass(frozen=True)
class Sample:
    """Sentences of one file.

    Args:
        sentences: at least one, without labels.
        labelled: the same with labels, all that the file has; none where it has no labels of the
            tagger.
    """

    sentences: list[Sentence]
    labelled: list[Sentence]


def read_sample(settings: BenchmarkSettings, config: TaggerConfig) -> Sample:
    """The sentences of the file that the settings name, or of the dev file of training.

    Args:
        settings: where they are.
        config: of the tagger, which says how text is split and which labels there are.

    Raises:
        UserError: there are none, or they can't be read.
    """
    model = Path(settings.model_dir)
    path = Path(settings.data_file) if settings.data_file else dev_file(model)
    if path is None and (found := dev_out_of_train(model)):
        return Sample([sentence.without_labels() for sentence in found], found)
    if path is None:
        raise UserError(
            where=settings.model_dir,
            wrong="has no dev sentences where they were when it was trained",
            expected="--data_file",
            remedy="name a file of sentences",
        )
    splitter = partial(WordSplitter, config.language, config.tokenizer)
    labels = LabelSet.from_json(config.labels)
    sentences = _sentences(settings, path, splitter)
    return Sample(sentences, _labelled(settings, path, labels, splitter))


def _sentences(
    settings: BenchmarkSettings, path: Path, splitter: Callable[[], WordSplitter]
) -> list[Sentence]:
    """As many as are timed, or read as raw text."""
    options = ReadOptions(
        tag_col=settings.tag_col, ignore_token=settings.ignore_token, labelled=False
    )
    everything = sentences_of(detect(path, "columns"), path, options, splitter)
    first = islice(everything, max(settings.sentences, RAW_SENTENCES))
    found = [sentence.without_labels() for sentence in first]
    if not found:
        raise UserError(
            where=str(path),
            wrong="no sentence",
            expected="sentences to tag",
            remedy="give another file",
        )
    return found


def _labelled(
    settings: BenchmarkSettings,
    path: Path,
    labels: LabelSet,
    splitter: Callable[[], WordSplitter],
) -> list[Sentence]:
    """All of the file; none where it has no labels of the tagger, which one line says."""
    options = ReadOptions(tag_col=settings.tag_col, ignore_token=settings.ignore_token)
    try:
        file, _ = read_labelled_file(path, AUTO, options, splitter)
        found = labelled_as(labels, file)
    except UserError as error:
        say(f"no F1: {error}")
        return []
    if any(labels.spans(one.labels or ()) for one in found):
        return found
    say(f"no F1: nothing in {path} is labelled")
    return []
