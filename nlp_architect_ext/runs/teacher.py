"""The teacher's part of a run: fine-tune it, then store what it says about every sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.encoders.folder import labels_of
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.known_teacher import KnownTeacher, is_tagger, known_teacher
from nlp_architect_ext.runs.teacher_plan import TeacherPlan
from nlp_architect_ext.teachers.best_labels import best_labels
from nlp_architect_ext.teachers.ensemble import joined
from nlp_architect_ext.teachers.fine_tuning import fine_tune
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.store import SoftLabelStore

SoftLabels = list[NDArray[np.float16]]


@dataclass(frozen=True)
class TeacherAnswers:
    """What the teacher says about the sentences of a corpus.

    Args:
        train: logits (words, labels) of each labelled sentence.
        unlabelled: the same of each unlabelled sentence.
        labels: the most likely legal labels of each dev and test sentence by split, for those
            splits that there are.
        scores: the teacher's own scores by split.
        parameters: of all teachers together.
        teachers: name, fingerprint and revision of each.
    """

    train: SoftLabels
    unlabelled: SoftLabels
    labels: dict[str, list[tuple[str, ...]]]
    scores: dict[str, dict[str, Any]]
    parameters: int
    teachers: tuple[dict[str, Any], ...]


def no_answers(corpus: Corpus) -> TeacherAnswers:
    """What stands for the answers before a teacher was asked: every label is as likely."""
    train, unlabelled = (
        [np.ones((len(sentence), len(corpus.labels)), np.float16) for sentence in sentences]
        for sentences in (corpus.train, corpus.unlabelled)
    )
    return TeacherAnswers(train, unlabelled, {}, {}, 0, ())


def teach(plan: TeacherPlan, corpus: Corpus, run: RunFolder) -> TeacherAnswers:
    """Fine-tune the teachers that aren't token classifiers yet, and read or compute what they say.

    A teacher that was fine-tuned before an interruption is kept; so are the sentences that were
    labelled.
    """
    dev = dev_sample(corpus, plan.dev_sample)
    folders = _folders(run, len(plan.names))
    teachers = []
    for index, (name, folder) in enumerate(zip(plan.names, folders, strict=True)):
        # Teachers of one name differ by their seeds, or an ensemble would be one teacher twice.
        tuning = replace(plan.tuning, seed=plan.tuning.seed + index)
        teachers.append(_teacher(name, folder, tuning, corpus, dev, run))
    store = SoftLabelStore(run.store, joined(teachers))
    with run.phase("labelling") as meter:
        train = store.labels(
            [sentence.without_labels() for sentence in corpus.train], "teacher labels train"
        )
        unlabelled = (
            store.labels(corpus.unlabelled, "teacher labels unlabelled")
            if corpus.unlabelled
            else []
        )
        meter.stop()
        read = [*corpus.train, *corpus.unlabelled]
        meter.operations = store.operations(read)
        meter.earlier = store.saved
    with run.phase("teacher evaluation"):
        splits = {
            split: sentences
            for split, sentences in (("dev", corpus.dev), ("test", corpus.test))
            if sentences
        }
        labels = {
            split: best_labels(store.labels(sentences, f"teacher labels {split}"), corpus.labels)
            for split, sentences in splits.items()
        }
        scores = {
            split: score(
                [sentence.labels or () for sentence in sentences], labels[split], corpus.labels
            )
            for split, sentences in splits.items()
        }
    for split, values in scores.items():
        say(f"teacher: {split} F1 {100 * values['f1']:.2f}")
    described = tuple(
        {"name": name, "fingerprint": one.fingerprint, "revision": one.revision}
        for name, one in zip(plan.names, teachers, strict=True)
    )
    return TeacherAnswers(
        train,
        unlabelled,
        labels,
        scores,
        sum(one.parameters for one in teachers),
        described,
    )


def sources(plan: TeacherPlan, run: RunFolder) -> tuple[str, ...]:
    """Where each teacher of a run is read from, once it's fine-tuned: its own folder, or the name.

    Another run that is given these asks the same teachers.
    """
    folders = _folders(run, len(plan.names))
    return tuple(map(_source, plan.names, folders))


def _source(name: str, folder: Path) -> str:
    """Where a teacher is read from: `folder` if it must be fine-tuned first."""
    return name if is_tagger(name) or labels_of(name) is not None else str(folder)


def _folders(run: RunFolder, count: int) -> list[Path]:
    """Where each teacher is fine-tuned to: `teacher`, or `teacher/1`, `teacher/2`, ..."""
    return [run.path / "teacher" / (str(index + 1) if count > 1 else "") for index in range(count)]


def _teacher(
    name: str,
    folder: Path,
    tuning: FineTuning,
    corpus: Corpus,
    dev: list[Sentence] | None,
    run: RunFolder,
) -> KnownTeacher:
    """The teacher of this name, fine-tuned into `folder` unless it knows the labels already."""
    source = _source(name, folder)
    if source != name and not folder.exists():
        say(f"fine-tuning the teacher {name} on {len(corpus.train):,} sentences")
        with run.phase("teacher") as meter:
            outcome = fine_tune(name, corpus.train, dev, corpus.labels, folder, tuning)
            meter.operations = outcome["operations"]
        for line in outcome["log"]:
            run.journal.write("teacher", **line)
    return known_teacher(
        source,
        corpus.labels,
        device=tuning.device,
        precision=tuning.precision,
        max_pieces=tuning.max_pieces,
    )
