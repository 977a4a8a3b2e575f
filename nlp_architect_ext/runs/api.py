"""What Python users call: train a student on data from memory or from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.names import nearest
from nlp_architect_ext.core.progress import Progress, is_watched, listening
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.base import AUTO, ReadOptions, detect, format_named
from nlp_architect_ext.data.formats.labelled_documents import read_labelled_file
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.memory import Labelled, Unlabelled, corpus_in_memory, digest
from nlp_architect_ext.data.unlabelled import sentences_of
from nlp_architect_ext.runs.method import Method
from nlp_architect_ext.runs.methods import CROSS_VIEW, DISTILLATION, PSEUDO_LABELS, SUPERVISED
from nlp_architect_ext.runs.result import TrainingResult
from nlp_architect_ext.runs.trackers import NONE
from nlp_architect_ext.runs.train_student import train_student
from nlp_architect_ext.settings.fields import flags_of
from nlp_architect_ext.settings.resolve import resolved
from nlp_architect_ext.settings.training import TaggerSettings

Place = str | Path
Teachers = Place | Sequence[Place]
LabelledData = Place | Iterable[Labelled]
UnlabelledData = Place | Iterable[Unlabelled]

MEMORY = "memory"  # stands for the data folder in the settings of a run on data from memory
# Settings that are said in another way here.
NOT_HERE = {"output_dir", "data_dir", "dry_run"}


def distill(
    train: LabelledData,
    unlabelled: UnlabelledData | None = None,
    *,
    teacher: Teachers,
    dev: LabelledData | None = None,
    test: LabelledData | None = None,
    output_dir: Place | None = None,
    progress: Callable[[Progress], None] | bool | None = None,
    **settings: Any,
) -> TrainingResult:
    """Distil a teacher into a compact tagger, on labelled and, if there are any, unlabelled texts.

    The teacher is fine-tuned on the labelled sentences first, unless it is a token classifier with
    their labels.

    Args:
        train: see `train`.
        unlabelled: see `train`.
        teacher: as `--teacher` names it, a Hugging Face model, say; several are averaged.
        dev: see `train`.
        test: see `train`.
        output_dir: see `train`.
        progress: see `train`.
        settings: flags of `nlp-train tagger_kd_pseudo` by name, as ``epochs=4``.

    Returns:
        The tagger and its scores, those of the teacher among them.

    Raises:
        UserError: anything given that can't be used.
        TypeError: no setting has such a name.
    """
    names = [teacher] if isinstance(teacher, str | Path) else list(teacher or ())
    if not names:
        raise UserError(
            where="teacher",
            wrong="none is named",
            expected="a Hugging Face model, folder or hub name",
            remedy="name one, or call train",
        )
    has_raw_text = unlabelled is not None or _has_file(train, "unlabeled.txt")
    return _train(
        PSEUDO_LABELS if has_raw_text else DISTILLATION,
        {"train": train, "dev": dev, "test": test},
        unlabelled,
        output_dir,
        progress,
        {**settings, "teacher": tuple(map(str, names))},
    )


def train(
    train: LabelledData,
    unlabelled: UnlabelledData | None = None,
    *,
    method: Method[Any] | None = None,
    dev: LabelledData | None = None,
    test: LabelledData | None = None,
    output_dir: Place | None = None,
    progress: Callable[[Progress], None] | bool | None = None,
    **settings: Any,
) -> TrainingResult:
    """Train a compact tagger without a teacher, or by a method of your own.

    Args:
        train: labelled data: a folder or a column file; or any mixture of `Sentence` with labels,
            (words, tags), (text, [(start, end, type), ...]) and mappings with ``text`` and
            ``spans`` of ``start``, ``end`` and ``label``.
        unlabelled: a text file, or strings, lists of words or `Sentence`; an iterator is read
            once, and no further than ``unlabeled_size``.
        method: how the student learns; by default from labels alone, or with unlabelled text by
            Cross-View Training.
        dev: as `train`; picks the best epoch. Without it a part of train does
            (``dev_fraction``).
        test: as `train`; scored once, at the end.
        output_dir: the result folder, as the commands leave it; None keeps nothing on disk.
        progress: True for bars, False for nothing, or a function that is told of every `Progress`;
            by default bars where somebody watches. What the commands say is logged under
            ``nlp_architect_ext``.
        settings: flags of the method's command by name, as ``epochs=4, use_crf=False``.

    Returns:
        The tagger and its scores.

    Raises:
        UserError: anything given that can't be used.
        TypeError: no setting has such a name.
    """
    chosen = method or (SUPERVISED if unlabelled is None else CROSS_VIEW)
    parts = {"train": train, "dev": dev, "test": test}
    return _train(chosen, parts, unlabelled, output_dir, progress, settings)


def _train(
    method: Method[Any],
    parts: dict[str, LabelledData | None],
    unlabelled: UnlabelledData | None,
    output_dir: Place | None,
    progress: Callable[[Progress], None] | bool | None,
    given: dict[str, Any],
) -> TrainingResult:
    _check_names(method, given)
    others = (parts["dev"], parts["test"], unlabelled)
    in_files = isinstance(parts["train"], str | Path) and all(
        data is None or isinstance(data, str | Path) for data in others
    )
    data = _files(parts, unlabelled) if in_files else {"data_dir": MEMORY}
    scratch = nullcontext(str(output_dir)) if output_dir else TemporaryDirectory()
    with scratch as folder, listening(is_watched() if progress is None else progress):
        settings = resolved(method.settings, {**data, **given, "output_dir": folder})
        if settings.run.report_to != NONE and not output_dir:
            raise UserError(
                where="report_to",
                wrong="the tracker's files would vanish with everything else of the run",
                expected="an output_dir",
                remedy="name one",
            )
        corpus = None if in_files else _in_memory(settings, parts, unlabelled)
        result = train_student(method, settings, corpus, None if in_files else _digests(corpus))
        assert result is not None, "only a dry run has no result"
    if output_dir:
        return result
    result.tagger.folder = None
    return replace(result, folder=None)


def _check_names(method: Method[Any], given: dict[str, Any]) -> None:
    known = {flag.name for flag in flags_of(method.settings)} - NOT_HERE
    for name in given:
        if name not in known:
            hint = nearest(name, known)
            raise TypeError(f"{name!r} is no setting of this method{f'; {hint}' if hint else ''}")


def _files(
    parts: dict[str, LabelledData | None], unlabelled: UnlabelledData | None
) -> dict[str, Any]:
    """The settings that name these files; a folder has files of the usual names."""
    place = Path(str(parts["train"]))
    named = {f"{part}_filename": parts[part] for part in ("dev", "test") if parts[part]}
    if unlabelled is not None:
        named["unlabeled_filename"] = str(unlabelled)
    files = {name: str(Path(str(path)).absolute()) for name, path in named.items()}
    if place.is_dir():
        return {"data_dir": str(place), **files}
    # Beside a single file there may be others, which nobody asked for.
    absent = {"dev_filename": "", "test_filename": ""}
    return {"data_dir": str(place.parent), "train_filename": place.name, **absent, **files}


def _in_memory(
    settings: TaggerSettings,
    parts: dict[str, LabelledData | None],
    unlabelled: UnlabelledData | None,
) -> Corpus:
    data, text = settings.data, settings.text
    splitter = cache(partial(WordSplitter, text.language, text.tokenizer))
    options = ReadOptions(
        offsets=data.offsets,
        tag_col=data.tag_col,
        ignore_token=data.ignore_token,
        scheme=data.scheme,
    )
    given = {name: part for name, part in parts.items() if not isinstance(part, str | Path)}
    files = {
        name: read_labelled_file(Path(part), data.data_format, options, splitter)
        for name, part in parts.items()
        if isinstance(part, str | Path)
    }
    size = settings.unlabelled.unlabeled_size if settings.unlabelled is not None else None
    if isinstance(unlabelled, str | Path):
        unlabelled = _streamed(Path(unlabelled), settings, options, splitter)
    corpus = corpus_in_memory(
        {**given, **{name: file.sentences for name, (file, _) in files.items()}},
        unlabelled,
        splitter(),
        scheme=data.scheme,
        unlabelled_size=size,
    )
    notes = [note for _, remarks in files.values() for note in remarks]
    return replace(corpus, notes=(*notes, *corpus.notes))


def _streamed(
    path: Path,
    settings: TaggerSettings,
    options: ReadOptions,
    splitter: Callable[[], WordSplitter],
) -> Iterable[Sentence]:
    """The sentences of a file of unlabelled text, as they are asked for."""
    name = settings.unlabelled.unlabeled_format if settings.unlabelled else AUTO
    format_ = detect(path, "text") if name == AUTO else format_named(name)
    return sentences_of(format_, path, replace(options, labelled=False), splitter)


def _digests(corpus: Corpus | None) -> dict[str, str]:
    """What a continued run must find unchanged."""
    assert corpus is not None
    parts = {"train": corpus.train, "dev": corpus.dev, "test": corpus.test}
    parts["unlabelled"] = corpus.unlabelled
    return {name: digest(sentences) for name, sentences in parts.items() if sentences}


def _has_file(data: LabelledData, name: str) -> bool:
    return isinstance(data, str | Path) and (Path(data) / name).is_file()
