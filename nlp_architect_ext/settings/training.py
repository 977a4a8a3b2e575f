"""The settings of the commands that train."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.groups import (
    DataSettings,
    DistillationSettings,
    FineTuningSettings,
    MixingSettings,
    RunSettings,
    StudentSettings,
    UnlabelledSettings,
    WordSettings,
)


@dataclass(frozen=True, kw_only=True)
class TaggerSettings(RunSettings, DataSettings, WordSettings, StudentSettings):
    """Settings of `nlp-train tagger`."""


@dataclass(frozen=True, kw_only=True)
class TaggerKdSettings(TaggerSettings, DistillationSettings):
    """Settings of `nlp-train tagger_kd`."""


@dataclass(frozen=True, kw_only=True)
class TaggerKdPseudoSettings(TaggerKdSettings, UnlabelledSettings, MixingSettings):
    """Settings of `nlp-train tagger_kd_pseudo`."""


@dataclass(frozen=True, kw_only=True)
class TransformerTokenSettings(RunSettings, DataSettings, FineTuningSettings):
    """Settings of `nlp-train transformer_token`."""
