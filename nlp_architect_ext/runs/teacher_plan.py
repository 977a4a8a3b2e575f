"""Who teaches and how teachers are fine-tuned, by the settings; checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.runs.known_teacher import ChosenTeacher, chosen
from nlp_architect_ext.settings.data import TokenizerSettings
from nlp_architect_ext.settings.teacher import (
    FineTuningSettings,
    LanguageModelSettings,
    TeacherSettings,
)
from nlp_architect_ext.settings.texts import TeacherAnswersSettings
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.kind import TeacherOptions
from nlp_architect_ext.teachers.label_descriptions import read_descriptions
from nlp_architect_ext.teachers.label_map import LabelMap


@dataclass(frozen=True)
class TeacherPlan:
    """The plain part of the settings that says who teaches.

    Args:
        teachers: as they are named.
        options: what is said of all of them.
        tuning: how those are fine-tuned that don't know the labels yet.
        dev_sample: dev sentences that pick the best epoch; 0 takes all.
    """

    teachers: tuple[ChosenTeacher, ...]
    options: TeacherOptions
    tuning: FineTuning
    dev_sample: int


def teacher_plan(
    settings: TaggerSettings, corpus: Corpus, device: torch.device
) -> TeacherPlan | None:
    """Who teaches, by the settings; None of a method without teachers.

    Args:
        settings: of the run.
        corpus: whose labels are taught.
        device: where networks compute.

    Raises:
        UserError: a kind of teacher that isn't installed, or a label map that can't be used.
    """
    if settings.teachers is None:
        return None
    assert settings.fine_tuning is not None, "teachers without a group of fine-tuning"
    tuning = fine_tuning(settings.fine_tuning, seed=settings.run.seed, device=device)
    teachers = tuple(chosen(name) for name in settings.teachers.teacher)
    options = teacher_options(
        settings.teachers,
        settings.language_model or LanguageModelSettings(),
        corpus,
        settings.text,
        device=str(device),
        precision=tuning.precision,
        max_pieces=tuning.max_pieces,
    )
    return TeacherPlan(teachers, options, tuning, settings.dev.dev_sample)


def teacher_options(
    teachers: TeacherSettings | TeacherAnswersSettings,
    language_model: LanguageModelSettings,
    corpus: Corpus,
    text: TokenizerSettings,
    **computing: Any,
) -> TeacherOptions:
    """The plain part of the settings that teachers take.

    Args:
        teachers: files of a label map and of descriptions, if there are any.
        language_model: how one is asked.
        corpus: whose labels are taught.
        text: how raw text is split.
        computing: the other fields of `TeacherOptions`.

    Raises:
        UserError: a label map, descriptions or prices that can't be used.
    """
    mapped, described, labels = teachers.label_map, teachers.label_descriptions, corpus.labels
    if len(language_model.llm_price) not in (0, len(("in", "out"))):
        raise UserError(
            where="llm_price",
            wrong=f"{len(language_model.llm_price)} numbers",
            expected="two: the price of a million tokens in, and of a million out",
            remedy="give both",
        )
    return TeacherOptions(
        label_map=LabelMap.read(Path(mapped), labels) if mapped else LabelMap(),
        splitter=splitter_of(text),
        descriptions=read_descriptions(Path(described), labels) if described else {},
        labelled=corpus.train,
        **vars(language_model),
        **computing,
    )


def splitter_of(text: TokenizerSettings) -> Callable[[], WordSplitter]:
    """Makes what splits raw text when it's needed, and once: spaCy takes a second to import."""
    return cache(partial(WordSplitter, text.language, text.tokenizer))


def check_teachers(plan: TeacherPlan, labels: LabelSet) -> None:
    """Refuse teachers that can't be used, before anything is written or computed.

    Raises:
        UserError: see the kinds.
    """
    for teacher in plan.teachers:
        teacher.check(labels, plan.options)


def teacher_inputs(settings: TeacherSettings | None) -> list[Path]:
    """The files and folders that decide what the teachers say."""
    if settings is None:
        return []
    inputs = [path for name in settings.teacher for path in chosen(name).inputs]
    files = (settings.label_map, settings.label_descriptions)
    return [*inputs, *(Path(file) for file in files if file)]


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
