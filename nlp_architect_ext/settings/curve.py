"""The settings of a learning curve."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.data import (
    DataSettings,
    DevSettings,
    TokenizerSettings,
    UnlabelledSettings,
)
from nlp_architect_ext.settings.fields import borrowed, setting
from nlp_architect_ext.settings.run import DeviceSettings, RunSettings
from nlp_architect_ext.settings.teacher import FineTuningSettings


@dataclass(frozen=True, kw_only=True)
class LearningCurveSettings:
    """Settings of `nlp-train learning_curve`."""

    data_dir: str = borrowed(DataSettings, "data_dir")
    train_filename: str = borrowed(DataSettings, "train_filename")
    dev_filename: str = borrowed(DataSettings, "dev_filename")
    test_filename: str = borrowed(DataSettings, "test_filename")
    data_format: str = borrowed(DataSettings, "data_format")
    offsets: str = borrowed(DataSettings, "offsets")
    tag_col: int = borrowed(DataSettings, "tag_col")
    ignore_token: str = borrowed(DataSettings, "ignore_token")
    scheme: str = borrowed(DataSettings, "scheme")
    tokenizer: str = borrowed(TokenizerSettings, "tokenizer")
    language: str = borrowed(TokenizerSettings, "language")
    no_cuda: bool = borrowed(DeviceSettings, "no_cuda")
    unlabeled_filename: str = borrowed(UnlabelledSettings, "unlabeled_filename")
    unlabeled_format: str = borrowed(UnlabelledSettings, "unlabeled_format")
    unlabeled_size: int | None = borrowed(UnlabelledSettings, "unlabeled_size")
    teacher_max_seq_len: int | None = borrowed(FineTuningSettings, "max_seq_len")
    precision: str = borrowed(FineTuningSettings, "precision")
    output_dir: str = borrowed(RunSettings, "output_dir")
    overwrite_output_dir: bool = setting(False, help="replace the earlier curve in output_dir")
    resume: bool = setting(
        False, help="continue the curve in output_dir, or start it if there is none"
    )
    dry_run: bool = borrowed(RunSettings, "dry_run")
    dev_sample: int = borrowed(DevSettings, "dev_sample")
    teacher: str | None = setting(
        None, help="encoder, folder or hub name; fine-tuned anew for every size and seed"
    )
    sizes: tuple[int, ...] = setting(help="numbers of labelled sentences", spread=True, minimum=1)
    seeds: int = setting(
        5, help="how often each size is drawn and trained", minimum=1, maximum=1_000_000
    )
    first_seed: int = setting(
        1, help="where seeds start; each decides a draw and a training", minimum=0, maximum=2**30
    )
    systems: tuple[str, ...] = setting(
        ("teacher", "plain", "paper", "default"),
        help=(
            "teacher, plain (no teacher), or a recipe of distillation; plain and recipes also "
            "with -crf"
        ),
        spread=True,
    )
    variant: tuple[str, ...] = setting(
        (),
        help=(
            'NAME="FLAGS": one more system, of tagger_kd_pseudo or the command that the flags '
            "begin with"
        ),
    )
    student_flags: str = setting(
        "", help='flags of `nlp-train tagger` for every student, as in "--epochs 10"'
    )
    teacher_flags: str = setting(
        "", help="flags of `nlp-train transformer_token` for every teacher"
    )
    workers: int | None = setting(
        None,
        help="cells at once; one a GPU, or one for every --threads cores, if not given",
        minimum=1,
        maximum=10_000,
    )
    threads: int = setting(1, help="processor threads a cell", minimum=1, maximum=1024)
    engine: str = setting(
        "local", help="processes here, or tasks of a Ray cluster", choices=("local", "ray")
    )
