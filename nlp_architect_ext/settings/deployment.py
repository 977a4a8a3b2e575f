"""Settings of the commands that make a trained tagger ready for production."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.core.costs import WATTS
from nlp_architect_ext.settings.data import TokenizerSettings
from nlp_architect_ext.settings.fields import borrowed, setting
from nlp_architect_ext.settings.inference import InferenceSettings


@dataclass(frozen=True, kw_only=True)
class ExportSettings:
    """Settings of `nlp-train export`."""

    model_dir: str = setting(help="folder that nlp-train wrote")
    output_dir: str | None = setting(
        None, help="folder for the export; MODEL_DIR/export if not given"
    )
    overwrite_output_dir: bool = setting(False, help="replace an earlier export")
    precision: str = setting(
        "int8", help="numbers of word vectors and LSTMs", choices=("int8", "fp32")
    )
    dev_file: str | None = setting(
        None, help="labelled file to check the export on; that of training if not given"
    )
    tag_col: int = borrowed(InferenceSettings, "tag_col")
    ignore_token: str = borrowed(InferenceSettings, "ignore_token")
    force: bool = setting(False, help="write it though it loses accuracy, or without any check")


@dataclass(frozen=True, kw_only=True)
class BenchmarkSettings:
    """Settings of `nlp-train benchmark`."""

    model_dir: str = setting(help="folder that nlp-train wrote, or an export")
    output_dir: str = setting(help="folder for report.html, benchmark.md, .json and .png")
    overwrite_output_dir: bool = setting(False, help="replace an earlier benchmark")
    against: tuple[str, ...] = setting(
        ("bert-base",),
        help="bert-base, spacy, crfsuite, students, token classifiers; BERTs with :int8 too",
        spread=True,
    )
    batch_sizes: tuple[int, ...] = setting(
        (1, 32, 64, 128), help="sentences at once", spread=True, minimum=1
    )
    data_file: str | None = setting(
        None, help="file to tag, scored if it is labelled; the dev file of training if not given"
    )
    sentences: int = setting(256, help="most sentences of data_file that are timed", minimum=1)
    rounds: int = setting(5, help="how often each system is timed, turn by turn", minimum=1)
    tag_col: int = borrowed(InferenceSettings, "tag_col")
    ignore_token: str = borrowed(InferenceSettings, "ignore_token")
    threads: int = setting(1, help="processor threads of every system", minimum=1, maximum=1024)
    rival_minutes: float = setting(
        5.0,
        help="most minutes that spacy and crfsuite each are trained, on what the tagger was",
        minimum=0.0,
    )
    watts: float = setting(WATTS, help="of a busy core with its memory, for energy", minimum=0.0)


@dataclass(frozen=True, kw_only=True)
class ImportSettings:
    """Settings of `nlp-train import_nlp_architect`."""

    model_dir: str = setting(help="folder with old_model.json and weights.safetensors")
    output_dir: str = setting(help="folder for the tagger")
    overwrite_output_dir: bool = setting(False, help="replace an earlier import")
    scheme: str = setting(
        "auto",
        help="what the labels are: IOB2, or plain for labels that go their own ways; auto is IOB2 "
        "if it fits",
        choices=("auto", "IOB2", "plain"),
        common=True,
    )
    tokenizer: str = borrowed(TokenizerSettings, "tokenizer")
    language: str = borrowed(TokenizerSettings, "language")
