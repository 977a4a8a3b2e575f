"""The settings of the search for labels that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nlp_architect_ext.settings.data import DataSettings, DrawSettings, TokenizerSettings
from nlp_architect_ext.settings.fields import borrowed, built, group, setting, shared
from nlp_architect_ext.settings.recipes import RECIPES
from nlp_architect_ext.settings.run import DeviceSettings, RunSettings
from nlp_architect_ext.settings.student import ScheduleSettings, StudentSettings, WordSettings
from nlp_architect_ext.settings.training import TaggerSettings


@dataclass(frozen=True, kw_only=True)
class CheckedSettings:
    """The labelled file that is checked; dev and test play no part."""

    data_dir: str = borrowed(DataSettings, "data_dir")
    train_filename: str = borrowed(DataSettings, "train_filename")
    data_format: str = borrowed(DataSettings, "data_format")
    offsets: str = borrowed(DataSettings, "offsets")
    tag_col: int = borrowed(DataSettings, "tag_col")
    ignore_token: str = borrowed(DataSettings, "ignore_token")
    scheme: str = borrowed(DataSettings, "scheme")


@dataclass(frozen=True, kw_only=True)
class SuspectSettings:
    """How labels are checked, and what becomes of the user's decisions."""

    folds: int = setting(
        5,
        help="parts of the sentences; each is judged by a tagger trained on the others",
        minimum=2,
        maximum=100,
        common=True,
    )
    min_score: float = setting(
        0.9, help="suspects that score less are left out", minimum=0.0, maximum=1.0, common=True
    )
    relabel: str | None = setting(
        None,
        help="label_errors.jsonl with decisions: write the corrected file, train nothing",
        common=True,
    )


@dataclass(frozen=True, kw_only=True)
class CheckLabelsSettings:
    """Settings of `nlp-train check_labels`."""

    recipes: ClassVar[Mapping[str, Mapping[str, object]]] = RECIPES

    suspects: SuspectSettings = group(SuspectSettings)
    data: CheckedSettings = group(CheckedSettings)
    run: RunSettings = group(RunSettings)
    student: StudentSettings = group(StudentSettings)
    schedule: ScheduleSettings = group(ScheduleSettings, epochs=4)
    words: WordSettings = group(WordSettings)
    text: TokenizerSettings = group(TokenizerSettings)
    draw: DrawSettings = group(DrawSettings)
    device: DeviceSettings = group(DeviceSettings)

    def of_tagger(self) -> TaggerSettings:
        """The same for `nlp-train tagger`: no sentence picks an epoch, none is scored."""
        values = shared(self, TaggerSettings)
        without = {"dev_filename": "", "test_filename": "", "dev_fraction": 0.0}
        return built(TaggerSettings, {**values, **without})
