"""Settings of the commands that prepare or repeat other commands; what means the same there is
borrowed from there.
"""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import borrowed, setting
from nlp_architect_ext.settings.groups import (
    DataSettings,
    DistillationSettings,
    RunSettings,
    StudentSettings,
    UnlabelledSettings,
)


@dataclass(frozen=True, kw_only=True)
class CorpusSettings:
    """Which labelled texts are read, and how text is split into words."""

    config: str | None = borrowed(RunSettings, "config")
    data_dir: str = borrowed(DataSettings, "data_dir")
    train_filename: str = borrowed(DataSettings, "train_filename")
    dev_filename: str = borrowed(DataSettings, "dev_filename")
    test_filename: str = borrowed(DataSettings, "test_filename")
    tag_col: int = borrowed(DataSettings, "tag_col")
    ignore_token: str = borrowed(DataSettings, "ignore_token")
    scheme: str = borrowed(DataSettings, "scheme")
    tokenizer: str = borrowed(StudentSettings, "tokenizer")
    language: str = borrowed(StudentSettings, "language")


@dataclass(frozen=True, kw_only=True)
class DrawSettings:
    """Which of the labelled sentences."""

    labeled_size: int | None = borrowed(DataSettings, "labeled_size")
    split_seed: int = borrowed(DataSettings, "split_seed")


@dataclass(frozen=True, kw_only=True)
class TextsSettings(CorpusSettings):
    """Which other texts are read, and how a teacher reads them."""

    no_cuda: bool = borrowed(RunSettings, "no_cuda")
    unlabeled_filename: str = borrowed(UnlabelledSettings, "unlabeled_filename")
    unlabeled_format: str = borrowed(UnlabelledSettings, "unlabeled_format")
    unlabeled_size: int | None = borrowed(UnlabelledSettings, "unlabeled_size")
    teacher_max_seq_len: int | None = borrowed(DistillationSettings, "teacher_max_seq_len")
    precision: str = borrowed(DistillationSettings, "precision")


@dataclass(frozen=True, kw_only=True)
class SoftLabelsSettings(TextsSettings, DrawSettings):
    """Settings of `nlp-train soft_labels`."""

    soft_labels_dir: str = setting(help="store of the teacher's answers; made or added to")
    teacher: tuple[str, ...] = setting(
        help="fine-tuned transformer, folder or hub name; several are averaged",
        flags=("--teacher_model_path",),
    )
    device: str = borrowed(RunSettings, "device")
    threads: int | None = borrowed(RunSettings, "threads")


@dataclass(frozen=True, kw_only=True)
class SelectUnlabelledSettings(CorpusSettings, DrawSettings):
    """Settings of `nlp-train select_unlabelled`."""

    pool_file: str = setting(help="raw text, one sentence or paragraph a line, plain or .gz")
    size: int = setting(help="lines to keep", minimum=1)
    least_words: int = setting(4, help="shorter lines are left out", minimum=1)
    output_file: str = setting(help="where the lines are written, in their order")
    overwrite: bool = setting(False, help="replace output_file")
