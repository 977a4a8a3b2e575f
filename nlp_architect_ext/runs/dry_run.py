"""What a run would do and about how long it would take: the answer to `--dry_run`."""

from __future__ import annotations

import math
import time

from torch.optim import SGD

from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.encoders.size import TRAINING_PASSES
from nlp_architect_ext.runs.known_teacher import ChosenTeacher
from nlp_architect_ext.runs.pretraining_plan import Pretraining
from nlp_architect_ext.runs.teacher import TOLD_EPOCHS
from nlp_architect_ext.runs.teacher_plan import TeacherPlan
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.base import parameters_of
from nlp_architect_ext.training.loop import Read, Stream
from nlp_architect_ext.training.objectives import Objective, StepObjective

STEPS = 4  # steps of the student that are timed, after one that warms up
SAMPLE = 32  # sentences on which a teacher is timed
MEGABYTE = 1e6


def describe(
    settings: TaggerSettings,
    teachers: TeacherPlan | None,
    pretraining: Pretraining | None,
    corpus: Corpus,
    tagger: NeuralTagger,
    objective: Objective,
    stream: BatchStream,
) -> str:
    """What would be trained, its sizes, and about how long it takes; nothing is written.

    A few steps of the student are run, and the teacher labels a few sentences.

    Args:
        settings: of the run.
        teachers: who teaches; None for nobody.
        pretraining: what comes before the student's training; None for nothing.
        corpus: what is read.
        tagger: untrained.
        objective: what a step minimises.
        stream: the batches of an epoch.
    """
    parameters = sum(parameter.numel() for parameter in tagger.model.parameters())
    lines = [
        f"would train {tagger.config.student} ({tagger.config.decoder}): {parameters:,} "
        f"parameters, {4 * parameters / MEGABYTE:.1f} MB, {len(tagger.vocabulary.words):,} words "
        "in its vocabulary"
    ]
    total, later = 0.0, 0.0
    if teachers is not None:
        for one in teachers.teachers:
            seconds, seconds_later, line = _teacher(teachers, one, corpus)
            total += seconds
            later += seconds_later
            lines.append(line)
    if pretraining is not None:
        seconds, line = _pretraining(pretraining, tagger)
        total += seconds
        lines.append(line)
    epochs = settings.schedule.epochs
    seconds = epochs * stream.steps_an_epoch * _a_step(tagger, objective, stream)
    total += seconds
    lines.append(
        f"student: at most {counted(epochs, 'epoch')} of "
        f"{counted(stream.steps_an_epoch, 'step')}, "
        f"about {_minutes(seconds)}"
    )
    if settings.rounds is not None and (others := settings.rounds.rounds - 1):
        sentences = len(corpus.train) + len(corpus.unlabelled)
        later += seconds
        total += others * later
        lines.append(
            f"{counted(others, 'further round')}: teachers are fine-tuned on {sentences:,} "
            f"sentences, then another student; about {_minutes(later)} each"
        )
    lines.append(
        f"in all at most about {_minutes(total)} on this machine, evaluation left out; nothing "
        "was written"
    )
    return "\n".join(lines)


def _teacher(plan: TeacherPlan, one: ChosenTeacher, corpus: Corpus) -> tuple[float, float, str]:
    """Seconds for fine-tuning and labelling, the same in a later round, and a line about it."""
    if one.kind.estimate is not None:
        parts = (corpus.train, corpus.unlabelled, corpus.dev or (), corpus.test or ())
        asked = [sentence for part in parts for sentence in part]
        cost = one.kind.estimate(one.argument, corpus.labels, plan.options, asked)
        return 0.0, 0.0, f"teacher {one.name}: {cost}"
    training = one.kind.training if one.needs_training else None
    make = one.kind.make if training is None else training.untrained
    teacher = make(one.argument, corpus.labels, plan.options)
    sample = (corpus.train or corpus.unlabelled)[:SAMPLE]
    teacher.logits(sample[:2])
    started = time.perf_counter()
    teacher.logits(sample)
    a_sentence = (time.perf_counter() - started) / len(sample)
    to_label = sum(map(len, (corpus.train, corpus.unlabelled, corpus.dev or (), corpus.test or ())))
    labelling, fine_tuning, later = a_sentence * to_label, 0.0, 0.0
    facts = ["used as it is"]
    if training is not None:
        passes = plan.tuning.epochs * len(corpus.train)
        sentences = max(passes, plan.tuning.min_steps * plan.tuning.batch_size)
        fine_tuning = TRAINING_PASSES * a_sentence * sentences
        told = TOLD_EPOCHS * (len(corpus.train) + len(corpus.unlabelled))
        later = TRAINING_PASSES * a_sentence * told + labelling
        about = _minutes(fine_tuning)
        facts = [f"fine-tuned on {len(corpus.train):,} sentences, about {about}"]
    if parameters := parameters_of(teacher):
        facts.insert(0, f"{parameters:,} parameters")
    line = (
        f"teacher {one.name}: {', '.join(facts)}; "
        f"labels {to_label:,} sentences, about {_minutes(labelling)}"
    )
    return fine_tuning + labelling, later, line


def _pretraining(plan: Pretraining, tagger: NeuralTagger) -> tuple[float, str]:
    """Seconds for reading the text and for learning it, and a line about it."""
    sample = plan.text[:SAMPLE]
    answers = plan.reader.states([sample[:2], sample])
    next(answers)  # loads the encoder
    started = time.perf_counter()
    next(answers)
    reading = (time.perf_counter() - started) / len(sample) * len(plan.text)
    few = plan.targets_to_come((STEPS + 1) * plan.settings.schedule.batch_size)
    stream = plan.stream(tagger, few)
    steps = math.ceil(stream.steps_an_epoch * len(plan.text) / len(few.vectors))
    training = plan.epochs * steps * _a_step(tagger, plan.objective(tagger), stream)
    line = (
        f"pre-training: {counted(len(plan.text), 'sentence')} read by {plan.reader.folder.name}, "
        f"about {_minutes(reading)}; {counted(plan.epochs, 'epoch')} of {counted(steps, 'step')}, "
        f"about {_minutes(training)}"
    )
    return reading + training, line


def _a_step(tagger: NeuralTagger, objective: StepObjective[Read], stream: Stream[Read]) -> float:
    """Seconds of a training step, mean over a few; the weights stay as they are."""
    optimizer = SGD(tagger.model.parameters(), lr=0.0)
    started = 0.0
    steps = 0
    for batch in stream.epoch(0):
        if steps == 1:
            started = time.perf_counter()
        optimizer.zero_grad()
        loss, _ = objective.loss(tagger.model["student"], batch.to(tagger.device))
        loss.backward()
        optimizer.step()
        steps += 1
        if steps > STEPS:
            break
    return (time.perf_counter() - started) / (steps - 1) if steps > 1 else 0.1


def _minutes(seconds: float) -> str:
    if seconds >= 90:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds), "second")
