"""A teacher's folder: weights, config and tokenizer, there whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import transformers
from tokenizers import Tokenizer

from nlp_architect_ext.encoders.folder import TOKENIZER_FILES, Pretrained
from nlp_architect_ext.encoders.guard import quiet, translated_errors


def empty_partial(output_dir: Path) -> Path:
    """An empty folder beside ``output_dir``, for what isn't whole yet."""
    partial = output_dir.with_name(f"{output_dir.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # what an interrupted run left
    partial.mkdir(parents=True)
    return partial


def write(
    model: transformers.PreTrainedModel,
    tokenizer: Tokenizer,
    source: Pretrained,
    partial: Path,
    output_dir: Path,
) -> None:
    """Weights, config and tokenizer into ``partial``, which then becomes ``output_dir``.

    Raises:
        UserError: there is no room, or no permission.
    """
    wrong, expected, remedy = "can't be written", "room and permission", "make room, then go on"
    with translated_errors(str(partial), wrong, expected, remedy), quiet():
        model.save_pretrained(partial)
    for weights in partial.glob("*.safetensors"):  # they may be read by whoever may read the rest
        weights.chmod((partial / "config.json").stat().st_mode)
    for name in TOKENIZER_FILES:
        if (source.path / name).exists():
            shutil.copyfile(source.path / name, partial / name)
    if not (partial / "tokenizer.json").exists():
        tokenizer.save(str(partial / "tokenizer.json"))
    earlier = output_dir.with_name(f"{output_dir.name}.replaced")
    shutil.rmtree(earlier, ignore_errors=True)
    if output_dir.exists():
        output_dir.rename(earlier)
    partial.rename(output_dir)
    shutil.rmtree(earlier, ignore_errors=True)
