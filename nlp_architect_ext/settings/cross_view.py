"""The settings of the commands that train a student by views of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nlp_architect_ext.settings.annotation import AnnotationSettings
from nlp_architect_ext.settings.data import UnlabelledSettings
from nlp_architect_ext.settings.fields import group, setting
from nlp_architect_ext.settings.recipes import CVT_RECIPES
from nlp_architect_ext.settings.student import ScheduleSettings
from nlp_architect_ext.settings.training import TaggerKdPseudoSettings, TaggerSettings


@dataclass(frozen=True, kw_only=True)
class CrossViewSettings:
    """The auxiliary heads, each of which sees a part of the sentence."""

    view_w: float = setting(1.0, help="weight of the views' loss on unlabelled text", minimum=0.0)
    view_width: int = setting(64, help="numbers between the two layers of a view's head", minimum=1)


@dataclass(frozen=True, kw_only=True)
class SelfTeachingSettings:
    """Steps of unlabelled text, in which the student is its own teacher."""

    unlabeled_dropout: float | None = setting(
        None,
        help="dropout in steps of unlabelled text; the student's own if not given",
        minimum=0.0,
        maximum=0.9,
    )
    view_ramp: float | None = setting(
        None,
        help=(
            "share of training in which view_w grows from nearly 0; 0.33 with pretrained word "
            "vectors, else 0"
        ),
        minimum=0.0,
        maximum=1.0,
    )
    empty_raw_words: bool = setting(
        True, help="start the vectors of words that only raw text has as zeros"
    )


@dataclass(frozen=True, kw_only=True)
class TaughtViewsSettings:
    """What views learn where there is a teacher."""

    view_teacher_w: float = setting(
        0.5,
        help="share of the teacher in what views learn; the rest is the student's own word",
        minimum=0.0,
        maximum=1.0,
    )


@dataclass(frozen=True, kw_only=True)
class TaggerCvtSettings(TaggerSettings):
    """Settings of `nlp-train tagger_cvt`."""

    recipes: ClassVar[Mapping[str, Mapping[str, object]]] = CVT_RECIPES

    unlabelled: UnlabelledSettings = group(UnlabelledSettings)
    annotation: AnnotationSettings = group(AnnotationSettings)
    schedule: ScheduleSettings = group(ScheduleSettings, epochs=12, ema_decay=0.998)
    views: CrossViewSettings = group(CrossViewSettings)
    self_teaching: SelfTeachingSettings = group(SelfTeachingSettings)


@dataclass(frozen=True, kw_only=True)
class TaggerKdCvtSettings(TaggerKdPseudoSettings):
    """Settings of `nlp-train tagger_kd_cvt`."""

    views: CrossViewSettings = group(CrossViewSettings)
    taught_views: TaughtViewsSettings = group(TaughtViewsSettings)
