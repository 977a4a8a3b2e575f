"""The settings of the commands that prepare texts for students to come."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.data import (
    DataSettings,
    DrawSettings,
    TokenizerSettings,
    UnlabelledSettings,
)
from nlp_architect_ext.settings.fields import borrowed, group, setting
from nlp_architect_ext.settings.run import DeviceSettings
from nlp_architect_ext.settings.teacher import (
    FineTuningSettings,
    LanguageModelSettings,
    TeacherSettings,
)


@dataclass(frozen=True, kw_only=True)
class TeacherAnswersSettings:
    """The teacher and the store of its answers."""

    teacher: tuple[str, ...] = setting(
        help=(
            "fine-tuned transformer (folder or hub name), trained tagger, or KIND:ARGUMENT; may be "
            "given several times"
        ),
        flags=("--teacher_model_path",),
    )
    label_map: str | None = borrowed(TeacherSettings, "label_map")
    label_descriptions: str | None = borrowed(TeacherSettings, "label_descriptions")
    soft_labels_dir: str = setting(help="store of the teacher's answers; made or added to")
    teacher_max_seq_len: int | None = borrowed(FineTuningSettings, "max_seq_len")
    precision: str = borrowed(FineTuningSettings, "precision")


@dataclass(frozen=True, kw_only=True)
class SoftLabelsSettings:
    """Settings of `nlp-train soft_labels`."""

    answers: TeacherAnswersSettings = group(TeacherAnswersSettings)
    language_model: LanguageModelSettings = group(LanguageModelSettings)
    data: DataSettings = group(DataSettings)
    unlabelled: UnlabelledSettings = group(UnlabelledSettings)
    text: TokenizerSettings = group(TokenizerSettings)
    draw: DrawSettings = group(DrawSettings)
    device: DeviceSettings = group(DeviceSettings)


@dataclass(frozen=True, kw_only=True)
class PoolSettings:
    """The pool of raw text, and what is kept of it."""

    pool_file: str = setting(help="raw text, one sentence or paragraph a line, plain or .gz")
    size: int = setting(help="lines to keep", minimum=1)
    min_words: int = setting(
        4, help="shorter lines are left out", flags=("--least_words",), minimum=1
    )
    output_file: str = setting(help="where the lines are written, in their order")
    overwrite: bool = setting(False, help="replace output_file")


@dataclass(frozen=True, kw_only=True)
class SelectUnlabelledSettings:
    """Settings of `nlp-train select_unlabelled`."""

    pool: PoolSettings = group(PoolSettings)
    data: DataSettings = group(DataSettings)
    text: TokenizerSettings = group(TokenizerSettings)
    draw: DrawSettings = group(DrawSettings)


@dataclass(frozen=True, kw_only=True)
class ConversionSettings:
    """The file that is read, and the one that is written."""

    input_file: str = setting(help="the file to read; may be the first argument")
    output_file: str = setting(help="the file to write; may be the second argument")
    data_format: str = setting(
        "auto",
        help="format of input_file; auto: what it shows, else columns",
        flags=("--from", "--format"),
        common=True,
    )
    output_format: str = setting(
        "auto",
        help="format of output_file; auto: the one whose files end so",
        flags=("--to",),
        common=True,
    )
    only: str = setting(
        "all",
        help="which texts are written; predicted: those whose labels nobody has checked",
        choices=("all", "labelled", "unlabelled", "predicted"),
        common=True,
    )
    offsets: str = borrowed(DataSettings, "offsets")
    tag_col: int = borrowed(DataSettings, "tag_col")
    ignore_token: str = borrowed(DataSettings, "ignore_token")
    scheme: str = borrowed(DataSettings, "scheme")
    overwrite: bool = setting(False, help="replace output_file", common=True)


@dataclass(frozen=True, kw_only=True)
class ConvertSettings:
    """Settings of `nlp-train convert`."""

    files: ConversionSettings = group(ConversionSettings)
    text: TokenizerSettings = group(TokenizerSettings)


@dataclass(frozen=True, kw_only=True)
class InspectSettings:
    """Settings of `nlp-train inspect`."""

    data: DataSettings = group(DataSettings)
    unlabelled: UnlabelledSettings = group(UnlabelledSettings)
    text: TokenizerSettings = group(TokenizerSettings)
    output_dir: str = setting(
        "inspection", help="folder for data.png and findings.json; made or added to", common=True
    )
