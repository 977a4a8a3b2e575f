"""Settings of the commands that prepare or repeat other commands; what means the same there is borrowed from there."""

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
        help="fine-tuned transformer, folder or hub name; several are averaged", flags=("--teacher_model_path",)
    )
    device: str = borrowed(RunSettings, "device")
    threads: int | None = borrowed(RunSettings, "threads")


@dataclass(frozen=True, kw_only=True)
class SelectUnlabelledSettings(CorpusSettings, DrawSettings):
    """Settings of `nlp-train select_unlabelled`."""

    pool_file: str = setting(help="raw text, one sentence or paragraph a line, plain or .gz")
    size: int = setting(help="lines to keep", least=1)
    least_words: int = setting(4, help="shorter lines are left out", least=1)
    output_file: str = setting(help="where the lines are written, in their order")
    overwrite: bool = setting(False, help="replace output_file")


@dataclass(frozen=True, kw_only=True)
class LearningCurveSettings(TextsSettings):
    """Settings of `nlp-train learning_curve`."""

    output_dir: str = borrowed(RunSettings, "output_dir")
    overwrite_output_dir: bool = setting(False, help="replace the earlier curve in output_dir")
    resume: bool = setting(False, help="continue the curve in output_dir, or start it if there is none")
    dry_run: bool = borrowed(RunSettings, "dry_run")
    dev_sample: int = borrowed(DataSettings, "dev_sample")
    teacher: str | None = setting(None, help="encoder, folder or hub name; fine-tuned anew for every size and seed")
    sizes: tuple[int, ...] = setting(help="numbers of labelled sentences", spread=True, least=1)
    seeds: int = setting(5, help="how often each size is drawn and trained", least=1, most=1_000_000)
    first_seed: int = setting(1, help="where seeds start; each decides a draw and a training", least=0, most=2**30)
    systems: tuple[str, ...] = setting(
        ("teacher", "plain", "paper", "default"),
        help="teacher, plain (no teacher), or a recipe of distillation; plain and recipes also with -crf",
        spread=True,
    )
    variant: tuple[str, ...] = setting(
        (), help='NAME="FLAGS": one more system, of tagger_kd_pseudo or the command that the flags begin with'
    )
    student_flags: str = setting("", help='flags of `nlp-train tagger` for every student, as in "--epochs 10"')
    teacher_flags: str = setting("", help="flags of `nlp-train transformer_token` for every teacher")
    workers: int | None = setting(
        None, help="cells at once; one a GPU, or one for every --threads cores, if not given", least=1, most=10_000
    )
    threads: int = setting(1, help="processor threads a cell", least=1, most=1024)
    engine: str = setting("local", help="processes here, or tasks of a Ray cluster", choices=("local", "ray"))
