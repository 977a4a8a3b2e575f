"""What `distill_encoder` would do, how long it would take, and how much room: `--dry_run`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from nlp_architect_ext.compression.architectures import parameter_count
from nlp_architect_ext.compression.distilling import Plan, lessons_of
from nlp_architect_ext.compression.piece_batches import PieceStream
from nlp_architect_ext.compression.starts import RANDOM, start
from nlp_architect_ext.compression.state_store import StateStore
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.encoders.alignment import PieceWindow
from nlp_architect_ext.runs.encoder_plan import GIGABYTE, EncoderPlan
from nlp_architect_ext.settings.encoder import LessonSettings
from nlp_architect_ext.training.schedule import OPTIMIZERS

STEPS = 4  # of the student that are timed, after one that warms up
MEGABYTE = 1e6


def describe(plan: EncoderPlan, store: StateStore, lessons: LessonSettings) -> str:
    """What would be trained, its sizes, how long it takes; nothing is written.

    The teacher reads a few batches, and the student learns a few.

    Args:
        plan: of the run.
        store: the teacher's states, as far as there are any.
        lessons: how it's trained.
    """
    parameters = parameter_count(plan.config)
    missing = store.missing(plan.text.windows, plan.stored_layers)
    sample = _sample(plan.text.train, (STEPS + 1) * lessons.batch_size)
    with TemporaryDirectory() as folder:
        scratch = StateStore(Path(folder), plan.teacher, store.device)
        a_window = _states(scratch, sample, plan.stored_layers)
        a_step = _step(plan, scratch, sample, lessons)
    steps = lessons.epochs * -(-len(plan.text.train) // lessons.batch_size)
    states, training = a_window * len(missing), a_step * steps
    mapped = ", ".join(map(str, plan.plan.mapping))
    return "\n".join(
        [
            f"would distil {plan.teacher.folder.name} into {plan.shape.architecture} of "
            f"{counted(plan.shape.layers, 'layer')} of {plan.shape.hidden}: {parameters:,} "
            f"parameters, {4 * parameters / MEGABYTE:.1f} MB; it starts as {plan.start}, layers "
            f"learn from {mapped}",
            f"teacher states: {len(missing):,} of {counted(len(plan.text.windows), 'window')}, "
            f"{_size(plan.missing_bytes(store))} on disk, about {_minutes(states)}",
            f"training: {counted(steps, 'step')}, about {_minutes(training)}",
            f"in all about {_minutes(states + training)} on this machine, importance and scores "
            "left out; nothing was written",
        ]
    )


def _sample(windows: Sequence[PieceWindow], size: int) -> list[PieceWindow]:
    """Some windows, evenly spread."""
    every = max(len(windows) // size, 1)
    return list(windows[::every][:size])


def _states(store: StateStore, sample: Sequence[PieceWindow], layers: Sequence[int]) -> float:
    """Seconds a window."""
    store.encoder.states(sample[:2], layers, store.device)
    started = time.perf_counter()
    store.add(sample, layers)
    return (time.perf_counter() - started) / len(sample)


def _step(
    plan: EncoderPlan, store: StateStore, sample: Sequence[PieceWindow], lessons: LessonSettings
) -> float:
    """Seconds a step of the student, on states that are stored."""
    student = start(RANDOM, plan.teacher.model, plan.shape, seed=0)
    student.to(store.device)  # type: ignore[arg-type]  # hidden by a decorator
    objective = lessons_of(Plan(plan.plan.lessons, plan.plan.mapping), student, store, sample, 0)

    optimizer = OPTIMIZERS["adam"]([{"params": list(student.parameters()), "lr": 0.0}])
    stream = PieceStream(sample, store, plan.plan.layers, lessons.batch_size, 0)
    started, steps = 0.0, 0
    for batch in stream.epoch(0):
        loss, _ = objective.loss(student, batch.to(store.device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not steps:  # the first one warms up
            started = time.perf_counter()
        steps += 1
    return (time.perf_counter() - started) / max(steps - 1, 1)


def _size(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE / 10 else f"{count / MEGABYTE:.1f} MB"


def _minutes(seconds: float) -> str:
    if seconds >= 90:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds), "second")
