"""The teachers' part of a run: fine-tune them, then store what they say of every sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.evaluation.opinions import Opinions, opinions
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.joined_teachers import (
    DEV,
    TEST,
    TRAIN,
    UNLABELLED,
    Answers,
    Joined,
    join,
    splits_of,
)
from nlp_architect_ext.runs.known_teacher import ChosenTeacher
from nlp_architect_ext.runs.teacher_plan import TeacherPlan
from nlp_architect_ext.teachers.base import Teacher, costs_of, parameters_of
from nlp_architect_ext.teachers.best_labels import best_labels
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.store import Rows
from nlp_architect_ext.teachers.stored_mean import StoredMean

TOLD_EPOCHS = 2  # passes over text that isn't labelled by people: it's more, and less certain
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
        opinions: what each has opinions of.
    """

    train: SoftLabels
    unlabelled: SoftLabels
    labels: dict[str, list[tuple[str, ...]]]
    scores: dict[str, dict[str, Any]]
    parameters: int
    teachers: tuple[dict[str, Any], ...]
    opinions: tuple[Opinions, ...] = ()


def no_answers(corpus: Corpus) -> TeacherAnswers:
    """What stands for the answers before a teacher was asked: every label is as likely."""
    train, unlabelled = (
        [np.ones((len(sentence), len(corpus.labels)), np.float16) for sentence in sentences]
        for sentences in (corpus.train, corpus.unlabelled)
    )
    return TeacherAnswers(train, unlabelled, {}, {}, 0, ())


def teach(
    plan: TeacherPlan, corpus: Corpus, run: RunFolder, told: Sequence[Sentence] = ()
) -> TeacherAnswers:
    """Fine-tune the teachers that don't know the labels yet, and read or compute what they say.

    A teacher that was fine-tuned before an interruption is kept; so are the sentences that were
    labelled.

    Args:
        plan: who teaches.
        corpus: whose sentences are asked of them.
        run: where all is kept.
        told: further sentences to learn from, with labels that aren't gold.
    """
    dev = dev_sample(corpus, plan.dev_sample)
    folders = _folders(run, len(plan.teachers))
    teachers = []
    for index, (one, folder) in enumerate(zip(plan.teachers, folders, strict=True)):
        # Teachers of one name differ by their seeds, or an ensemble would be one teacher twice.
        tuning = replace(plan.tuning, seed=plan.tuning.seed + index)
        if told:
            tuning = replace(tuning, epochs=TOLD_EPOCHS)
        ready = _trained(one, folder, tuning, [*corpus.train, *told], dev, run, corpus.labels)
        teachers.append(ready.make(corpus.labels, replace(plan.options, store=run.store)))
    stored = StoredMean(run.store, teachers)
    splits = splits_of(corpus)
    answers = _training_answers(stored, splits, run)
    with run.phase("teacher evaluation"):
        scored = {split: splits[split] for split in (DEV, TEST) if split in splits}
        for split, sentences in scored.items():
            answers[split] = stored.each(sentences, f"teacher labels {split}")
        together = join(answers, teachers, corpus)
        found = _opinions(plan, teachers, corpus, answers, together)
        labels = {split: best_labels(together.answers[split], corpus.labels) for split in scored}
        scores = {
            split: score(
                [sentence.labels or () for sentence in sentences], labels[split], corpus.labels
            )
            for split, sentences in scored.items()
        }
    who = "teacher" if len(teachers) == 1 else "teachers together"
    for split, values in scores.items():
        say(f"{who}: {split} F1 {100 * values['f1']:.2f}")
    return TeacherAnswers(
        together.taught.get(TRAIN, []),
        together.taught.get(UNLABELLED, []),
        labels,
        scores,
        sum(map(parameters_of, teachers)),
        tuple(map(_described, plan.teachers, teachers)),
        found,
    )


def sources(plan: TeacherPlan, run: RunFolder) -> tuple[str, ...]:
    """How another run names the teachers of a run: where they were fine-tuned to, or as here."""
    pairs = zip(plan.teachers, _folders(run, len(plan.teachers)), strict=True)
    return tuple(str(folder) if one.needs_training else one.name for one, folder in pairs)


def _training_answers(
    stored: StoredMean, splits: Mapping[str, list[Sentence]], run: RunFolder
) -> dict[str, list[list[Rows]]]:
    """What each teacher says of the labelled and of the unlabelled sentences."""
    asked = {split: splits[split] for split in (TRAIN, UNLABELLED) if split in splits}
    with run.phase("labelling") as meter:
        answers = {
            split: stored.each(
                [one.without_labels() for one in sentences], f"teacher labels {split}"
            )
            for split, sentences in asked.items()
        }
        meter.stop()
        meter.operations = stored.operations([one for part in asked.values() for one in part])
        meter.earlier = stored.saved
    return answers


def _opinions(
    plan: TeacherPlan,
    teachers: Sequence[Teacher],
    corpus: Corpus,
    answers: Answers,
    together: Joined,
) -> tuple[Opinions, ...]:
    """What each teacher has opinions of; said and returned."""
    found = []
    for index, one in enumerate(plan.teachers):
        of_splits = {split: of_each[index] for split, of_each in answers.items()}
        of_training = [*of_splits.get(TRAIN, ()), *of_splits.get(UNLABELLED, ())]
        dev = corpus.dev or []
        found.append(opinions(one.name, of_training, of_splits.get(DEV, ()), dev, corpus.labels))
        if together.worth:
            found[-1] = replace(found[-1], **vars(together.worth[index]))
        found[-1] = replace(found[-1], costs=costs_of(teachers[index]))
        say(f"teacher {one.name}: {found[-1]}")
    return tuple(found)


def _described(chosen: ChosenTeacher, teacher: Teacher) -> dict[str, Any]:
    revision = getattr(teacher, "revision", None)
    return {"name": chosen.name, "fingerprint": teacher.fingerprint, "revision": revision}


def _folders(run: RunFolder, count: int) -> list[Path]:
    """Where each teacher is fine-tuned to: `teacher`, or `teacher/1`, `teacher/2`, ..."""
    return [run.path / "teacher" / (str(index + 1) if count > 1 else "") for index in range(count)]


def _trained(
    teacher: ChosenTeacher,
    folder: Path,
    tuning: FineTuning,
    train: Sequence[Sentence],
    dev: list[Sentence] | None,
    run: RunFolder,
    labels: LabelSet,
) -> ChosenTeacher:
    """The teacher, fine-tuned into `folder` unless it knows the labels already."""
    if not teacher.needs_training:
        return teacher
    training = teacher.kind.training
    assert training is not None, "it needs it"
    if not folder.exists():
        say(f"fine-tuning the teacher {teacher.name} on {len(train):,} sentences")
        with run.phase("teacher") as meter:
            outcome = training.train(teacher.argument, train, dev, labels, folder, tuning)
            meter.operations = outcome["operations"]
        for line in outcome["log"]:
            run.journal.write("teacher", **line)
    return replace(teacher, argument=str(folder))
