"""The settings of the commands that train."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nlp_architect_ext.settings.annotation import AnnotationSettings
from nlp_architect_ext.settings.data import (
    DataSettings,
    DevSettings,
    DrawSettings,
    MixingSettings,
    TokenizerSettings,
    UnlabelledSettings,
)
from nlp_architect_ext.settings.fields import group
from nlp_architect_ext.settings.pretraining import PretrainingSettings
from nlp_architect_ext.settings.recipes import RECIPES
from nlp_architect_ext.settings.run import DeviceSettings, RunSettings
from nlp_architect_ext.settings.student import ScheduleSettings, StudentSettings, WordSettings
from nlp_architect_ext.settings.teacher import (
    DistillationSettings,
    FineTuningSettings,
    LanguageModelSettings,
    RoundSettings,
    TeacherSettings,
    TrainerSettings,
)


@dataclass(frozen=True, kw_only=True)
class TaggerSettings:
    """Settings of `nlp-train tagger`.

    They are what every student's training needs; other methods add groups, and fill in those that
    are None here.
    """

    recipes: ClassVar[Mapping[str, Mapping[str, object]]] = RECIPES

    teachers: TeacherSettings | None = None
    data: DataSettings = group(DataSettings)
    unlabelled: UnlabelledSettings | None = None
    annotation: AnnotationSettings | None = None
    run: RunSettings = group(RunSettings)
    student: StudentSettings = group(StudentSettings)
    schedule: ScheduleSettings = group(ScheduleSettings)
    words: WordSettings = group(WordSettings)
    pretraining: PretrainingSettings = group(PretrainingSettings)
    text: TokenizerSettings = group(TokenizerSettings)
    draw: DrawSettings = group(DrawSettings)
    dev: DevSettings = group(DevSettings)
    device: DeviceSettings = group(DeviceSettings)
    fine_tuning: FineTuningSettings | None = None
    language_model: LanguageModelSettings | None = None
    rounds: RoundSettings | None = None


@dataclass(frozen=True, kw_only=True)
class TaggerKdSettings(TaggerSettings):
    """Settings of `nlp-train tagger_kd`."""

    teachers: TeacherSettings = group(TeacherSettings)
    fine_tuning: FineTuningSettings = group(FineTuningSettings, prefix="teacher_")
    language_model: LanguageModelSettings = group(LanguageModelSettings)
    distillation: DistillationSettings = group(DistillationSettings)


@dataclass(frozen=True, kw_only=True)
class TaggerKdPseudoSettings(TaggerKdSettings):
    """Settings of `nlp-train tagger_kd_pseudo`."""

    unlabelled: UnlabelledSettings = group(UnlabelledSettings)
    mixing: MixingSettings = group(MixingSettings)
    rounds: RoundSettings = group(RoundSettings)
    annotation: AnnotationSettings = group(AnnotationSettings)


@dataclass(frozen=True, kw_only=True)
class TransformerTokenSettings:
    """Settings of `nlp-train transformer_token`."""

    trainer: TrainerSettings = group(TrainerSettings)
    data: DataSettings = group(DataSettings)
    run: RunSettings = group(RunSettings)
    fine_tuning: FineTuningSettings = group(FineTuningSettings)
    text: TokenizerSettings = group(TokenizerSettings)
    draw: DrawSettings = group(DrawSettings)
    dev: DevSettings = group(DevSettings)
    device: DeviceSettings = group(DeviceSettings)
