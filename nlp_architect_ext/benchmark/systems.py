"""The systems compared: the student in its engines, transformers, spaCy, CRFsuite."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nlp_architect_ext.benchmark.system import System, in_torch, labels_of
from nlp_architect_ext.benchmark.transformer_systems import transformer_system
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.engines import Engine, engines
from nlp_architect_ext.runtime.folder import export_of, size_of
from nlp_architect_ext.taggers.folder import NEEDED, holds_model
from nlp_architect_ext.taggers.neural import NeuralTagger

SPACY, CRFSUITE = "spacy", "crfsuite"
TRAINED = (SPACY, CRFSUITE)  # before they are measured
SEED = 1  # of the rivals that are trained
MINUTES = 5.0


@dataclass(frozen=True)
class Lessons:
    """What rivals learn from.

    Args:
        corpus: the labelled sentences that the student had, and its dev; None where they can't be
            found any more.
        minutes: that the training of each rival may take at most.
    """

    corpus: Corpus | None = None
    minutes: float = MINUTES


def student_systems(model_dir: Path, scratch: Path, threads: int) -> list[System]:
    """The export of the model in each engine, and the model in torch, if any.

    The export is made in `scratch` if there is none.

    Raises:
        UserError: no tagger.
    """
    export = export_of(model_dir)
    if export == model_dir:
        return _exported(model_dir, threads)
    tagger = NeuralTagger.load(model_dir)
    if export is None:
        export = scratch / "export"
        tagger.export(export)
    parameters = sum(parameter.numel() for parameter in tagger.model.parameters())
    size = sum((model_dir / name).stat().st_size for name in NEEDED)
    return [
        *_exported(export, threads),
        in_torch("student, torch", tagger, tagger.model["student"], parameters, size),
    ]


def _another_student(folder: Path, threads: int) -> System:
    """The export of a model to compare with, by the name of its folder."""
    with tempfile.TemporaryDirectory() as scratch:
        first, *_ = student_systems(folder, Path(scratch), threads)
    return replace(first, name=first.name.replace("student", folder.name, 1))


def _exported(folder: Path, threads: int) -> list[System]:
    """The export in each engine."""
    return [_in_engine(engine, folder, threads) for engine in engines(folder)]


def _in_engine(engine: Engine, folder: Path, threads: int) -> System:
    tagger = engine.load(folder, threads)
    return System(
        f"student, {engine.name}",
        lambda batch: tagger.predict(batch, len(batch)),
        lambda batch: tagger.network(batch, len(batch)),
        bytes=size_of(folder),
        label=lambda batch: labels_of(tagger, batch),
        scheme=tagger.labels.scheme,
    )


def rival(
    name: str,
    labels: LabelSet,
    vocabulary: Vocabulary,
    threads: int,
    lessons: Lessons | None = None,
) -> System:
    """A system by name.

    `spacy`, `crfsuite`, the folder of a student, or a transformer: see `transformer_system`.

    Args:
        name: its name; of a student the folder.
        labels: for architectures with random weights, which are as fast as trained ones.
        vocabulary: the same; their tokenizer is made of it.
        threads: of the student's engines; torch has been told its own.
        lessons: what spaCy and CRFsuite are trained on.

    Raises:
        UserError: it can't be loaded, or has nothing to learn from.
    """
    lessons = lessons or Lessons()
    if name == SPACY:
        return _spacy(labels, lessons)
    if name == CRFSUITE:
        return _crfsuite(labels, lessons)
    if holds_model(Path(name)):
        return _another_student(Path(name), threads)
    return transformer_system(name, labels, vocabulary, threads)


def _spacy(labels: LabelSet, lessons: Lessons) -> System:
    """Trained on what the student was; with random weights where that isn't there any more."""
    from nlp_architect_ext.benchmark.spacy_ner import random_ner, spacy_system, trained_ner

    if lessons.corpus is None:
        say("spaCy's NER has random weights, so no F1: the sentences of training aren't there")
        return spacy_system(random_ner(labels), labels, is_trained=False)
    _told("spaCy's NER", lessons.corpus, lessons.minutes)
    trained = trained_ner(lessons.corpus, SEED, seconds=60 * lessons.minutes)
    return spacy_system(trained, lessons.corpus.labels, is_trained=True)


def _crfsuite(labels: LabelSet, lessons: Lessons) -> System:
    from nlp_architect_ext.benchmark.crfsuite import crfsuite_system, trained_crfsuite

    if lessons.corpus is None:
        raise UserError(
            where=CRFSUITE,
            wrong="has nothing to learn from: the sentences of training aren't where they were",
            expected="a model folder of nlp-train and its data",
            remedy="leave it out, or put the data back",
        )
    _told("CRFsuite", lessons.corpus, lessons.minutes)
    model = trained_crfsuite(lessons.corpus.train, 60 * lessons.minutes)
    return crfsuite_system(model, labels)


def _told(name: str, corpus: Corpus, minutes: float) -> None:
    count = counted(len(corpus.train), "sentence")
    say(f"{name} is trained on the student's {count}, for {minutes:g} minutes at most")


def check_names(names: Sequence[str]) -> None:
    """Whether every system has a name of its own.

    Raises:
        UserError: one is there twice.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(
            where="--against",
            wrong=f"{twice[0]!r} is there twice",
            expected="systems of different names",
            remedy="leave one out, or rename its folder",
        )
