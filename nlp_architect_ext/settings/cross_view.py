"""Settings of the commands that train a student by views of its own."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import borrowed, setting
from nlp_architect_ext.settings.groups import StudentSettings, UnlabelledSettings
from nlp_architect_ext.settings.training import TaggerKdPseudoSettings, TaggerSettings


@dataclass(frozen=True, kw_only=True)
class CrossViewSettings:
    """The auxiliary heads, each of which sees a part of the sentence."""

    view_w: float = setting(1.0, help="weight of the views' loss on unlabelled text", minimum=0.0)
    view_width: int = setting(64, help="numbers between the two layers of a view's head", minimum=1)


@dataclass(frozen=True, kw_only=True)
class SelfTeachingSettings:
    """Steps of unlabelled text, in which the student is its own teacher."""

    unlabelled_dropout: float | None = setting(
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
class TaggerCvtSettings(
    TaggerSettings, UnlabelledSettings, CrossViewSettings, SelfTeachingSettings
):
    """Settings of `nlp-train tagger_cvt`."""

    epochs: int = borrowed(StudentSettings, "epochs", default=12)
    ema_decay: float = borrowed(StudentSettings, "ema_decay", default=0.998)


@dataclass(frozen=True, kw_only=True)
class TaggerKdCvtSettings(TaggerKdPseudoSettings, CrossViewSettings, TaughtViewsSettings):
    """Settings of `nlp-train tagger_kd_cvt`."""
