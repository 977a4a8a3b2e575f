"""The settings of the commands that tag."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.data import DataSettings
from nlp_architect_ext.settings.fields import borrowed, setting


@dataclass(frozen=True, kw_only=True)
class InferenceSettings:
    """What to tag, and how to write it."""

    data_file: str = setting(help="text or columns to tag; - is standard input")
    data_format: str = setting(
        "auto",
        help="format of data_file; auto: what it shows, else raw text",
        flags=("--format",),
    )
    offsets: str = borrowed(DataSettings, "offsets")
    output_dir: str = setting(help="folder for output.txt or output.jsonl; - is standard output")
    output_format: str = setting(
        "columns", help="word and tag a line, or JSON Lines", choices=("columns", "json")
    )
    html: str | None = setting(
        None, help="also a page to look at, with entities marked: its path, such as out.html"
    )
    min_score: float = setting(
        0.0,
        help="entities that score below are left out; their words get O",
        minimum=0,
        maximum=1,
    )
    overwrite_output_dir: bool = setting(False, help="replace an earlier output")
    evaluate: bool = setting(False, help="data_file is labelled: score the predictions")
    tag_col: int = setting(-1, help="column of the tag, for --evaluate")
    ignore_token: str = setting("", help="lines with this word are dropped, beside -DOCSTART-")
    batch_size: int = setting(
        100, help="sentences at once", flags=("-b", "--per_gpu_eval_batch_size"), minimum=1
    )
    device: str = setting("auto", help="cpu, cuda, cuda:1, ... or auto")
    no_cuda: bool = setting(False, help="the same as --device cpu")
    threads: int | None = setting(
        None,
        help="processor threads; all cores if not given, one for an export",
        minimum=1,
        maximum=1024,
    )


@dataclass(frozen=True, kw_only=True)
class TaggerInferenceSettings(InferenceSettings):
    """Settings of `nlp-inference tagger`."""

    model_dir: str = setting(help="folder that nlp-train wrote; its export is used if there is one")
    engine: str = setting(
        "auto",
        help="what computes; auto: for a CPU and an up-to-date export the native kernel or ONNX "
        "Runtime, else torch",
        choices=("auto", "native", "onnx", "torch"),
    )
    workers: int = setting(1, help="processes that tag side by side", minimum=1, maximum=1024)


@dataclass(frozen=True, kw_only=True)
class TransformerInferenceSettings(InferenceSettings):
    """Settings of `nlp-inference transformer_token`."""

    model_path: str = setting(
        help="fine-tuned transformer, folder or hub name", flags=("--model_dir",)
    )
    max_seq_length: int | None = setting(
        None, help="word pieces a window; the model's limit if not given", minimum=16
    )
    load_quantized_model: bool = setting(False, help="compute with 8-bit integers in linear layers")
    precision: str = setting(
        "auto",
        help="arithmetic; auto: labels in bf16 if that's faster",
        choices=("auto", "fp32", "bf16"),
    )
    tokenizer: str = setting(
        "spacy", help="how raw text is split into words", choices=("spacy", "whitespace")
    )
    language: str = setting("en", help="language of raw text, for the tokenizer")
