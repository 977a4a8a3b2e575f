"""Settings of the commands that train a student by views of its own."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.config import setting
from nlp_architect_ext.settings import TaggerSettings, UnlabelledSettings


@dataclass(frozen=True, kw_only=True)
class CrossViewSettings:
    """The auxiliary heads, each of which sees a part of the sentence."""

    view_w: float = setting(1.0, help="weight of the views' loss on unlabelled text", least=0.0)
    view_width: int = setting(64, help="numbers between the two layers of a view's head", least=1)
    unlabelled_dropout: float | None = setting(
        None, help="dropout in steps of unlabelled text; the student's own if not given", least=0.0, most=0.9
    )


@dataclass(frozen=True, kw_only=True)
class TaggerCvtSettings(TaggerSettings, UnlabelledSettings, CrossViewSettings):
    """Settings of `nlp-train tagger_cvt`."""
