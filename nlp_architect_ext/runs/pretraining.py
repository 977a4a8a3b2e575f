"""A stage before the student's training: it learns an encoder's states on raw text."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.encoders.state_targets import TargetStore
from nlp_architect_ext.runs.fit_student import schedule
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.pretraining_plan import Pretraining
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.curve import Curve
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.operations import operations_a_step
from nlp_architect_ext.training.schedule import Schedule

PHASE = "pretraining"


def pretrain(plan: Pretraining, tagger: NeuralTagger, run: RunFolder) -> None:
    """Train the student, word vectors included unless they're frozen; the heads are thrown away.

    An interrupted stage goes on from its last checkpoint to the same weights.
    """
    store = TargetStore(run.store, plan.reader)
    with run.phase("encoder states") as meter:
        targets = store.targets(plan.text)
        meter.stop()
        meter.operations, meter.earlier = store.operations(plan.text), store.saved
    say(f"pre-training on {len(plan.text):,} sentences")
    stream, objective = plan.stream(tagger, targets), plan.objective(tagger)
    # Without the decoder: it has nothing to learn here.
    model = nn.ModuleDict({"student": tagger.model["student"], "heads": objective.heads})
    torch.manual_seed(plan.settings.run.seed)
    with run.phase(PHASE) as meter:
        progress = fit(
            model,
            stream,
            objective,
            pretraining_schedule(plan.settings),
            run.stage(PHASE),
            Curve(run.journal, PHASE),
            meter=meter,
        )
        meter.stop()
        meter.operations = round(progress.step * operations_a_step(model, stream, objective))


def pretraining_schedule(settings: TaggerSettings) -> Schedule:
    """The student's schedule, with what is its own here."""
    return replace(
        schedule(settings.schedule),
        epochs=settings.pretraining.pretrain_epochs,
        lr=settings.pretraining.pretrain_lr,
        patience=0,
        optimizer="adam",
        lr_schedule="linear",
        ema_decay=0.0,
    )
