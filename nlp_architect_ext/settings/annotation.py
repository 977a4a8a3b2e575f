"""The settings of what to annotate next."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.data import UnlabelledSettings
from nlp_architect_ext.settings.fields import borrowed, group, setting
from nlp_architect_ext.settings.run import DeviceSettings, RunSettings

RULES = ("least-confidence", "margin", "entropy", "total-entropy", "disagreement")


@dataclass(frozen=True, kw_only=True)
class AnnotationSettings:
    """Which unlabelled sentences to annotate next, and how many."""

    annotate_by: str = setting(
        "least-confidence",
        help="what makes a sentence worth it; disagreement is that of student and teacher",
        choices=RULES,
    )
    annotate_diverse: bool = setting(
        True, help="a word in doubt counts less in each further sentence that has it"
    )
    annotate_sentences: int | None = setting(
        None, help="most sentences; 100 without a budget in words", minimum=1
    )
    annotate_words: int | None = setting(None, help="most words of all of them together", minimum=1)


@dataclass(frozen=True, kw_only=True)
class AnnotatedPoolSettings:
    """The tagger that is in doubt, and the raw text."""

    model_dir: str = setting(help="folder of the tagger, as nlp-train wrote it", common=True)
    pool_file: str = setting(help="raw text, or a file of another format", common=True)
    pool_format: str = borrowed(UnlabelledSettings, "unlabeled_format")
    teacher: tuple[str, ...] = setting(
        (),
        help="fine-tuned transformer or trained tagger, for disagreement; may be repeated",
        common=True,
    )
    soft_labels_dir: str | None = setting(
        None, help="store of the teacher's answers; model_dir/soft_labels if not given"
    )
    output_dir: str = setting(help="folder for annotate_next.*; new or empty", common=True)
    overwrite_output_dir: bool = setting(False, help="replace an earlier queue")
    seed: int = borrowed(RunSettings, "seed")


@dataclass(frozen=True, kw_only=True)
class AnnotateNextSettings:
    """Settings of `nlp-train annotate_next`."""

    pool: AnnotatedPoolSettings = group(AnnotatedPoolSettings)
    annotation: AnnotationSettings = group(AnnotationSettings)
    device: DeviceSettings = group(DeviceSettings)
