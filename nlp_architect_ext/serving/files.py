"""Files in, tagged files out: a stream in the order of the input, some sentences at a time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import METRICS, SETTINGS, to_text
from nlp_architect_ext.core.progress import Bar, bar, say
from nlp_architect_ext.core.standard_output import standard_output
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.html_page import html_list, tagged_page
from nlp_architect_ext.serving.inputs import Item, read
from nlp_architect_ext.serving.new_file import check_new, new_file
from nlp_architect_ext.settings.inference import InferenceSettings

CHUNK = 1024  # sentences read, sorted by length, tagged and written at a time


@dataclass(frozen=True)
class TaggedChunk:
    """What became of some sentences.

    Args:
        text: what is written.
        sentences, words: how many.
        predicted: the labels of each sentence, if it's an evaluation.
        html: the same sentences for `--html`, if it's asked for.
        found: entities of each type, in the same case.
    """

    text: str
    sentences: int
    words: int
    predicted: Sequence[tuple[str, ...]] = ()
    html: str = ""
    found: Counter[str] = field(default_factory=Counter)


TagChunks = Callable[[Iterable[list[Item]]], Iterable[TaggedChunk]]
NAMES = {"columns": "output.txt", "json": "output.jsonl"}  # of the output, by its form


def tag_chunk(
    tagger: TextTagger, items: Sequence[Item], settings: InferenceSettings
) -> TaggedChunk:
    """Split, tag and format some sentences, in their order."""
    form, size, least = settings.output_format, settings.batch_size, settings.min_score
    if not settings.html and not settings.evaluate:
        written = tagger.tagged_text(items, form, size, least)
        return TaggedChunk(written.text, len(items), written.words)
    sentences = [tagger.sentence(item) for item in items]
    predictions = tagger.predict_labels(sentences, size)
    if least:
        predictions = [tagger.sure(prediction, least) for prediction in predictions]
    written = tagger.formatted(sentences, predictions, form)
    html, found = "", Counter[str]()
    if settings.html:
        html, found = html_list(tagger, sentences, predictions)
    labels = [one.labels for one in predictions] if settings.evaluate else []
    return TaggedChunk(written.text, len(items), written.words, labels, html, found)


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Lists of `CHUNK` sentences at most; streams."""
    remaining = iter(items)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def tag_file(
    tagger: TextTagger, settings: InferenceSettings, tag_chunks: TagChunks | None = None
) -> None:
    """Tag a file, or standard input, as the settings say, and report scores if it's an evaluation.

    Args:
        tagger: what tags.
        settings: input and output.
        tag_chunks: tags chunks elsewhere, and gives them back in their order; None tags them here.

    Raises:
        UserError: the input can't be read, or the output is there already.
    """
    _check(tagger, settings)
    name = NAMES[settings.output_format]
    started = time.monotonic()
    sentences = words = 0
    predicted: list[Sequence[str]] = []
    with ExitStack() as files:
        file = files.enter_context(output(settings.output_dir, name, settings.overwrite_output_dir))
        page = files.enter_context(tagged_page(tagger, settings)) if settings.html else None
        items = read(tagger, settings)
        tag = tag_chunks or partial(map, partial(tag_chunk, tagger, settings=settings))
        shown: Bar[Any] = bar((), label="tagging", unit="sentences")
        with shown:
            for chunk in tag(chunks(items)):
                file.write(chunk.text)
                if page is not None:
                    page.add(chunk.html, chunk.sentences, chunk.found)
                sentences += chunk.sentences
                words += chunk.words
                if settings.evaluate:
                    predicted += chunk.predicted
                shown.update(chunk.sentences)
    seconds = time.monotonic() - started
    say(
        f"{counted(sentences, 'sentence')}, {counted(words, 'word')} in {seconds:.1f} s "
        f"({words / max(seconds, 1e-9):,.0f} words/s)"
    )
    if page is not None:
        say(page.told())
    if isinstance(items, list):
        gold = [item.labels or () for item in items]
        _report(settings.output_dir, gold, predicted, tagger.labels)


def _check(tagger: TextTagger, settings: InferenceSettings) -> None:
    """Whether this tagger can do what the settings say, before anything is read."""
    if settings.min_score and tagger.labels.outside is None:
        raise UserError(
            where="--min_score",
            wrong="the tagger has no label O, which unsure words would be given",
            expected="a tagger that finds entities",
            remedy="leave it out",
        )
    if settings.evaluate and settings.output_dir != "-":
        _check_report(settings)


def _report(
    folder: str, gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], labels: LabelSet
) -> None:
    """Scores as a table on standard error, and as JSON beside the output."""
    # It takes seconds to import, and tagging does without.
    from nlp_architect_ext.evaluation.metrics import score
    from nlp_architect_ext.evaluation.scores import rounded

    scores = score(gold, predicted, labels)
    rows = [("all", scores), *scores["per_type"].items()]
    width = max(len(name) for name, _ in rows)
    say(f"{'':<{width}}      F1  precision  recall  in the data")
    for name, values in rows:
        f1, precision, recall = (100 * values[key] for key in ("f1", "precision", "recall"))
        say(f"{name:<{width}}  {f1:6.2f}  {precision:9.2f}  {recall:6.2f}  {values['support']:11,}")
    if folder != "-":
        atomic_write_text(Path(folder) / METRICS, to_text(rounded(scores)))


@contextmanager
def output(folder: str, name: str, overwrite: bool) -> Iterator[TextIO]:
    """A file to write into; it appears when everything is written. `-` is standard output.

    Raises:
        UserError: the file is there already and may not be overwritten, or can't be written.
    """
    if folder == "-":
        stream = standard_output()
        if isinstance(stream, TextIOWrapper):
            # As a file, whatever the terminal's settings.
            stream.reconfigure(encoding="utf-8", newline="\n")
        yield stream
        return
    with new_file(Path(folder) / name, overwrite) as file:
        yield file


def _check_report(settings: InferenceSettings) -> None:
    """Whether the scores of an evaluation may be written; a training run's aren't replaced."""
    folder = Path(settings.output_dir)
    if (folder / SETTINGS).exists():
        raise UserError(
            where=str(folder),
            wrong="is the folder of a training run, which has scores of its own",
            expected="another folder",
            remedy="choose another --output_dir",
        )
    check_new(folder / METRICS, settings.overwrite_output_dir)
