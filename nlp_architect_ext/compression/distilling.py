"""Distil a large encoder into a small one, on stored states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import transformers
from torch import nn

from nlp_architect_ext.compression.encoder_objective import (
    EncoderDistillation,
    needed_layers,
    projections,
    relation_heads,
)
from nlp_architect_ext.compression.piece_batches import PieceBatch, PieceStream
from nlp_architect_ext.compression.progressive import ProgressiveDistillation
from nlp_architect_ext.compression.state_store import StateStore
from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.encoders.alignment import PieceWindow
from nlp_architect_ext.layers.dropout import dropping
from nlp_architect_ext.training.checkpoint import Checkpoints, NoCheckpoints, Progress
from nlp_architect_ext.training.curve import Curve
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.objectives import StepObjective
from nlp_architect_ext.training.schedule import Schedule

JOINT, PROGRESSIVE = "joint", "progressive"
ORDERS = (JOINT, PROGRESSIVE)
MEASURED = 200  # windows on which the variance of the teacher's states is measured
SCORE = "explained"


@dataclass(frozen=True)
class Plan:
    """What is taught.

    Args:
        lessons: see `EncoderDistillation`.
        mapping: see `layer_mapping`.
        order: `JOINT`, all layers at once, or `PROGRESSIVE`, one after the other.
    """

    lessons: tuple[str, ...]
    mapping: tuple[int, ...]
    order: str = JOINT

    @property
    def layers(self) -> tuple[int, ...]:
        """The teacher's layers whose states training reads."""
        return needed_layers(self.lessons, self.mapping)


def lessons_of(
    plan: Plan,
    student: transformers.PreTrainedModel,
    store: StateStore,
    windows: Sequence[PieceWindow],
    seed: int,
) -> EncoderDistillation:
    """The objective of all layers at once; its heads are drawn by the seed.

    Args:
        plan: what is taught.
        student: a bare encoder.
        store: with the states of `plan.layers`, and the teacher.
        windows: the training text.
        seed: of the heads.
    """
    teacher = store.encoder.model
    measured = windows[:MEASURED]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        heads = projections(plan.lessons, student.config.hidden_size, store.encoder.width)
    return EncoderDistillation(
        teacher,
        plan.lessons,
        plan.mapping,
        heads,
        {layer: store.variance(measured, layer) for layer in plan.layers},
        relation_heads(attention_width(teacher.config), attention_width(student.config)),
    )


def distil(  # noqa: PLR0913 (what may be kept of a training)
    student: transformers.PreTrainedModel,
    objective: EncoderDistillation,
    order: str,
    stream: PieceStream,
    schedule: Schedule,
    *,
    folder: Path | None = None,
    journal: Journal | None = None,
    score: Callable[[], float] | None = None,
    meter: Meter | None = None,
) -> Progress:
    """Train a student on stored states, and leave the best epoch's weights in it.

    There is no dropout: the targets are the same each time, and a few thousand sentences are
    learnt rather too little than too well.

    Args:
        student: a bare encoder, on the device where it's trained.
        objective: see `lessons_of`.
        order: see `Plan`.
        stream: the training text with its states.
        schedule: how long and how fast; a progressive order ignores the rate's course.
        folder: of the checkpoints, from which an interrupted training goes on; None keeps none,
            and the last epoch's weights stay.
        journal: of the curves; None keeps none.
        score: on held-out text, higher is better; without it the last epoch is kept.
        meter: see `fit`.
    """
    device = next(student.parameters()).device
    objective.teacher.to(device)  # type: ignore[arg-type]  # hidden by a decorator
    modules: dict[str, nn.Module] = {"student": student}
    if objective.heads is not None:
        modules["heads"] = objective.heads.to(device)
    chosen: StepObjective[PieceBatch] = objective
    if order == PROGRESSIVE:
        chosen, schedule = (
            ProgressiveDistillation(objective),
            replace(schedule, lr_schedule="constant"),
        )
    student.requires_grad_(True)
    with TemporaryDirectory() as scratch, dropping(student, 0.0):
        progress = fit(
            nn.ModuleDict(modules),
            stream,
            chosen,
            schedule,
            NoCheckpoints() if folder is None else Checkpoints(folder),
            Curve(journal or Journal(Path(scratch) / "curve.jsonl"), score_name=SCORE),
            score,
            meter,
        )
    student.requires_grad_(True).eval()
    return progress


def attention_width(config: transformers.PreTrainedConfig) -> int:
    """Numbers of all heads' queries together."""
    width: int = getattr(config, "true_hidden_size", config.hidden_size)
    return width
