"""Who teaches and how teachers are fine-tuned, by the settings; checked before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.encoders.loading import load_outline, load_tokenizer
from nlp_architect_ext.runs.known_teacher import is_tagger
from nlp_architect_ext.settings.teacher import FineTuningSettings
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.tagger_teacher import TaggerTeacher
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


@dataclass(frozen=True)
class TeacherPlan:
    """The plain part of the settings that says who teaches.

    Args:
        names: folders or hub names.
        tuning: how those are fine-tuned that aren't token classifiers yet.
        dev_sample: dev sentences that pick the best epoch; 0 takes all.
    """

    names: tuple[str, ...]
    tuning: FineTuning
    dev_sample: int


def teacher_plan(settings: TaggerSettings, device: torch.device) -> TeacherPlan | None:
    """Who teaches, by the settings; None of a method without teachers."""
    if settings.teachers is None:
        return None
    assert settings.fine_tuning is not None, "teachers without a group of fine-tuning"
    tuning = fine_tuning(settings.fine_tuning, seed=settings.run.seed, device=device)
    return TeacherPlan(settings.teachers.teacher, tuning, settings.dev.dev_sample)


def check_teachers(plan: TeacherPlan, labels: LabelSet) -> None:
    """Refuse teachers that can't be used, before anything is written or computed.

    Raises:
        UserError: a checkpoint or tagger that isn't there or can't be loaded, one with other
            labels, or settings that don't fit the checkpoint.
    """
    tuning = plan.tuning
    for name in plan.names:
        if is_tagger(name):
            TaggerTeacher(Path(name).expanduser(), labels)
        else:
            check_transformer(
                name, labels, precision=tuning.precision, max_pieces=tuning.max_pieces
            )


def check_transformer(
    name: str, labels: LabelSet, *, precision: str, max_pieces: int | None, relabel: bool = False
) -> None:
    """See that a checkpoint can be loaded, without loading it, and that the settings fit it.

    Args:
        name: folder or hub name.
        labels: of the data.
        precision: see `TransformerTokenClassifier`.
        max_pieces: see `TransformerTokenClassifier`.
        relabel: whether a token classifier with other labels will do, because it gets a new last
            layer.

    Raises:
        UserError: see `check_teachers`.
    """
    folder = find(name)
    known = folder.label_names
    kept = (
        known if known is not None and not (relabel and set(known) != set(labels.names)) else None
    )
    names = kept or labels.names
    outline, tokenizer = load_outline(folder, names, new_head=kept is None), load_tokenizer(folder)
    TransformerTokenClassifier(
        outline,
        tokenizer,
        names,
        labels,
        name=folder.name,
        precision=precision,
        max_pieces=max_pieces,
    )


def fine_tuning(
    settings: FineTuningSettings, *, seed: int, device: torch.device, **further: Any
) -> FineTuning:
    """The plain part of the settings that fine-tuning takes.

    Args:
        settings: of the teacher or the transformer.
        seed: of this one.
        device: where it's trained.
        further: fields of `FineTuning` that only a transformer by itself has flags for.
    """
    return FineTuning(
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        min_steps=settings.min_steps,
        batch_size=settings.batch_size,
        max_pieces=settings.max_seq_len,
        precision=settings.precision,
        seed=seed,
        device=str(device),
        **further,
    )
