"""A model of NLP Architect as `write_old_model.py` writes it down: data, nothing that can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.runtime.json_values import text, value, wrong

DESCRIPTION, WEIGHTS = "old_model.json", "weights.safetensors"
FORMAT, FORMAT_VERSION = "a model of NLP Architect", 1
NETWORKS = ("CNNLSTM", "IDCNN")
SCRIPT = "examples/from_nlp_architect/write_old_model.py"

# Far above anything that was ever trained.
GIGABYTE = 1 << 30
MAXIMUM_BYTES = {DESCRIPTION: GIGABYTE, WEIGHTS: 16 * GIGABYTE}


@dataclass(frozen=True)
class OldModel:
    """A trained network of NLP Architect 0.5.

    Args:
        network: "CNNLSTM" or "IDCNN".
        arguments: those that the shapes of the weights don't tell.
        labels: in the order of their ids, the first of which is 1: 0 is padding's.
        letters: the characters that the network knows, in the order of their ids.
        max_word_length: characters read of a word.
        words: in the order of their ids, the first of which is 2.
        weights: by name, `model.` or `crf.` before it.
        has_crf: whether a conditional random field was trained with it.
    """

    network: str
    arguments: Mapping[str, Any]
    labels: tuple[str, ...]
    letters: str
    max_word_length: int
    words: tuple[str, ...]
    weights: Mapping[str, Tensor]
    has_crf: bool


def read_old_model(folder: Path) -> OldModel:
    """Read the two files that the script wrote.

    Raises:
        UserError: they aren't there, or hold something else.
    """
    for name, most in MAXIMUM_BYTES.items():
        _check_file(folder / name, most)
    try:
        data = read_json(folder / DESCRIPTION)
        return _from_json(data, _weights((folder / WEIGHTS).read_bytes()))
    except (ValueError, SafetensorError) as error:
        raise UserError(
            where=str(folder),
            wrong=f"not a model of NLP Architect as data ({error})",
            expected=f"{DESCRIPTION} and {WEIGHTS} of {SCRIPT}",
            remedy="write them again where NLP Architect is installed",
        ) from error


def _check_file(path: Path, most: int) -> None:
    if not path.is_file():
        raise UserError(
            where=str(path),
            wrong="no such file",
            expected=f"{DESCRIPTION} and {WEIGHTS} of {SCRIPT}",
            remedy="run that script where NLP Architect is installed",
        )
    if path.stat().st_size > most:
        raise UserError(
            where=str(path),
            wrong=f"{path.stat().st_size:,} bytes",
            expected=f"at most {most:,}",
            remedy="check that it's the right file",
        )


def _weights(content: bytes) -> dict[str, Tensor]:
    weights = {name: tensor.float() for name, tensor in load(content).items()}
    for name, tensor in weights.items():
        if not tensor.isfinite().all():
            raise ValueError(f"{name} has other values than finite numbers")
    return weights


def _from_json(data: Any, weights: Mapping[str, Tensor]) -> OldModel:
    text(data, "format", [FORMAT])
    version = data.get("format_version")
    if version != FORMAT_VERSION:
        raise wrong("format_version", version, str(FORMAT_VERSION))
    length = value(data, "max_word_length", int, "a whole number")
    if length < 1:
        raise wrong("max_word_length", length, "at least 1")
    return OldModel(
        network=text(data, "network", NETWORKS),
        arguments=value(data, "arguments", dict, "an object"),
        labels=_texts(data, "labels"),
        letters=text(data, "letters"),
        max_word_length=length,
        words=_texts(data, "words"),
        weights=weights,
        has_crf=value(data, "crf", bool, "true or false"),
    )


def _texts(data: Any, key: str) -> tuple[str, ...]:
    """A list of texts that can be written as UTF-8."""
    found = value(data, key, list, "a list of texts")
    for item in found:
        if not isinstance(item, str):
            raise wrong(key, item, "texts")
        item.encode("utf-8")
    return tuple(found)
