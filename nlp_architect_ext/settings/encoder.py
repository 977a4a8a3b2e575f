"""The settings of the command that makes a smaller encoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nlp_architect_ext.settings.data import (
    DataSettings,
    DevSettings,
    DrawSettings,
    UnlabelledSettings,
)
from nlp_architect_ext.settings.fields import borrowed, group, setting
from nlp_architect_ext.settings.run import DeviceSettings, RunSettings
from nlp_architect_ext.settings.student import ScheduleSettings
from nlp_architect_ext.settings.teacher import FineTuningSettings

LESSONS = ("hidden", "attention", "scores", "relations", "embedding")

# What the papers do, as far as it is a choice here. Reference: docs of `distill_encoder`.
ENCODER_RECIPES: dict[str, dict[str, object]] = {
    "default": {},
    # Extract Then Distill (2104.11928): a piece of the teacher, then any distillation.
    "etd": {"init": "etd-impt", "targets": ("hidden",), "mapping": "last", "schedule": "joint"},
    # TinyBERT (1909.10351), its general stage.
    "tinybert": {
        "init": "random",
        "targets": ("embedding", "hidden", "scores"),
        "mapping": "uniform",
        "schedule": "joint",
    },
    # MiniLM (2002.10957), with relations of queries and keys in place of attention itself.
    "minilm": {
        "init": "random",
        "targets": ("relations",),
        "mapping": "last",
        "schedule": "joint",
    },
    # MobileBERT (2004.02984), with LayerNorm: without it, training needs far more text.
    "mobilebert": {
        "architecture": "mobilebert",
        "init": "embeddings",
        "feed_forwards": 4,
        "targets": ("hidden", "attention"),
        "mapping": "uniform",
        "schedule": "progressive",
    },
    # Layer mapping by genetic algorithm (2012.06153).
    "layer-search": {
        "init": "etd-impt",
        "targets": ("embedding", "hidden", "attention"),
        "mapping": "ga",
        "schedule": "joint",
    },
}


@dataclass(frozen=True, kw_only=True)
class LargeEncoderSettings:
    """The encoder that teaches, and the raw text."""

    encoder: str = setting(
        help="Hugging Face encoder, folder or hub name", flags=("--teacher",), common=True
    )
    unlabeled_filename: str = setting(
        help="raw text, one sentence or paragraph a line",
        flags=("--unlabeled_file", "--unlabelled_file"),
        common=True,
    )
    unlabeled_format: str = borrowed(UnlabelledSettings, "unlabeled_format")
    unlabeled_size: int | None = borrowed(UnlabelledSettings, "unlabeled_size")
    split_seed: int = setting(
        0, help="decides which sentences unlabeled_size draws and which are held out", minimum=0
    )
    max_seq_len: int | None = borrowed(FineTuningSettings, "max_seq_len")
    states_dir: str | None = setting(
        None,
        help="store of the encoder's states, kept for other runs; if not given, removed at the end",
    )


@dataclass(frozen=True, kw_only=True)
class SmallEncoderSettings:
    """The smaller encoder, and what it starts from."""

    recipe: str = setting(
        "default", help="what a paper does", choices=tuple(ENCODER_RECIPES), common=True
    )
    architecture: str = setting(
        "bert", help="how it's built", choices=("bert", "mobilebert"), common=True
    )
    layers: int | None = setting(
        None,
        help="transformer layers; half of the teacher's if not given, all of them for mobilebert",
        minimum=1,
        common=True,
    )
    hidden: int | None = setting(
        None, help="width of its states; the teacher's if not given", minimum=1, common=True
    )
    bottleneck: int | None = setting(
        None, help="width inside a layer of mobilebert; a quarter if not given", minimum=1
    )
    feed_forwards: int = setting(
        2, help="feed-forward blocks in a layer of mobilebert", minimum=1, maximum=16
    )
    normalization: str = setting(
        "layer_norm", help="of mobilebert", choices=("layer_norm", "no_norm")
    )
    init: str | None = setting(
        None,
        help="where it starts: random, the teacher's embeddings, or a piece of the teacher; "
        "etd-impt if not given, embeddings for mobilebert",
        choices=("random", "embeddings", "etd-rand", "etd-impt"),
        common=True,
    )
    importance_size: int = setting(
        256, help="windows of text that say which of the teacher's units matter", minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class LessonSettings:
    """What it learns from the teacher's layers."""

    targets: tuple[str, ...] = setting(
        (),
        help=f"what is taught: {', '.join(LESSONS)}; if not given, embedding, hidden and attention "
        "to a piece of the teacher of its own width, hidden to others",
        choices=LESSONS,
        spread=True,
        common=True,
    )
    mapping: str | None = setting(
        None,
        help="which layer teaches which: uniform, last, ga, or a list such as 0,0,6 (0: none); "
        "if not given, uniform to a piece of the teacher of its own width, last to others",
        common=True,
    )
    schedule: str = setting(
        "joint",
        help="all layers at once, or one after the other",
        choices=("joint", "progressive"),
        common=True,
    )
    batch_size: int = borrowed(ScheduleSettings, "batch_size")
    epochs: int = setting(3, help="passes over the text", flags=("-e",), minimum=1, common=True)
    lr: float = setting(0.0005, help="highest learning rate", minimum=1e-8, common=True)
    parts: int = setting(
        1, help="parts of an epoch after each of which held-out text is scored", minimum=1
    )
    max_grad_norm: float = borrowed(ScheduleSettings, "max_grad_norm", default=1.0)
    logging_steps: int = borrowed(ScheduleSettings, "logging_steps")
    save_steps: int = borrowed(ScheduleSettings, "save_steps")


@dataclass(frozen=True, kw_only=True)
class MappingSearchSettings:
    """How `--mapping ga` searches: by the F1 of a probe on labelled sentences."""

    data_dir: str | None = setting(
        None, help="folder of labelled data, for mapping ga: its dev F1 tells mappings apart"
    )
    train_filename: str = borrowed(DataSettings, "train_filename")
    dev_filename: str = borrowed(DataSettings, "dev_filename")
    data_format: str = borrowed(DataSettings, "data_format")
    tag_col: int = borrowed(DataSettings, "tag_col")
    scheme: str = borrowed(DataSettings, "scheme")
    labeled_size: int | None = borrowed(DrawSettings, "labeled_size")
    dev_sample: int = borrowed(DevSettings, "dev_sample", default=500)
    search_evaluations: int = setting(
        40, help="mappings that the genetic algorithm tries, and random search as well", minimum=1
    )
    search_steps: int = setting(
        100, help="steps that a mapping teaches before the probe", minimum=1
    )
    search_repeats: int = setting(
        4, help="further seeds of the uniform mapping, for the noise of the F1", minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class DistillEncoderSettings:
    """Settings of `nlp-train distill_encoder`."""

    recipes: ClassVar[Mapping[str, Mapping[str, object]]] = ENCODER_RECIPES

    large: LargeEncoderSettings = group(LargeEncoderSettings)
    small: SmallEncoderSettings = group(SmallEncoderSettings)
    lessons: LessonSettings = group(LessonSettings)
    search: MappingSearchSettings = group(MappingSearchSettings)
    run: RunSettings = group(RunSettings)
    device: DeviceSettings = group(DeviceSettings)
