"""The settings of a learning curve."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import borrowed, setting
from nlp_architect_ext.settings.groups import (
    DataSettings,
    RunSettings,
)
from nlp_architect_ext.settings.texts import TextsSettings


@dataclass(frozen=True, kw_only=True)
class LearningCurveSettings(TextsSettings):
    """Settings of `nlp-train learning_curve`."""

    output_dir: str = borrowed(RunSettings, "output_dir")
    overwrite_output_dir: bool = setting(False, help="replace the earlier curve in output_dir")
    resume: bool = setting(
        False, help="continue the curve in output_dir, or start it if there is none"
    )
    dry_run: bool = borrowed(RunSettings, "dry_run")
    dev_sample: int = borrowed(DataSettings, "dev_sample")
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
