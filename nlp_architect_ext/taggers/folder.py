"""A trained tagger on disk: config, weights and vocabulary, checked by `MANIFEST.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.json_content import json_object
from nlp_architect_ext.core.manifest import read_verified, to_text
from nlp_architect_ext.runtime.config import TaggerConfig

CONFIG, WEIGHTS, VOCABULARY = "config.json", "model.safetensors", "vocabulary.json"
NEEDED = (CONFIG, WEIGHTS, VOCABULARY)


def write_model(
    folder: Path, config: TaggerConfig, vocabulary: dict[str, Any], weights: dict[str, Tensor]
) -> None:
    """Write the three files of a tagger, each atomically; `write_manifest` seals the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write_text(folder / CONFIG, to_text(config.to_json()))
    atomic_write_text(folder / VOCABULARY, json.dumps(vocabulary, ensure_ascii=False) + "\n")
    owned = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    atomic_write_bytes(folder / WEIGHTS, save(owned))


def holds_model(folder: Path) -> bool:
    """Whether a folder looks like a trained tagger or its export."""
    return (folder / CONFIG).exists() and (folder / VOCABULARY).exists()


def read_content(folder: Path) -> tuple[TaggerConfig, dict[str, Any], bytes]:
    """Config, vocabulary, and the file of the weights; every byte is checked before it's used.

    Raises:
        UserError: no model folder, one of NLP Architect, one of another version, a file missing,
            cut or altered.
    """
    contents = read_verified(folder, NEEDED)
    try:
        config = TaggerConfig.read(contents[CONFIG], str(folder / CONFIG))
        return config, json_object(contents[VOCABULARY], VOCABULARY), contents[WEIGHTS]
    except ValueError as error:
        raise _no_tagger(folder, error) from error


def read_model(folder: Path) -> tuple[TaggerConfig, dict[str, Any], dict[str, Tensor]]:
    """See `read_content`; the weights as tensors by name.

    Raises:
        UserError: as `read_content`.
    """
    config, vocabulary, content = read_content(folder)
    try:
        return config, vocabulary, load(content)
    except (ValueError, SafetensorError) as error:
        raise _no_tagger(folder, error) from error


def _no_tagger(folder: Path, error: Exception) -> UserError:
    return UserError(
        where=str(folder),
        wrong=f"not a tagger ({error})",
        expected="a folder written by nlp-train",
        remedy="train it again",
    )


def holds(
    folder: Path, config: TaggerConfig, vocabulary: dict[str, Any], weights: dict[str, Tensor]
) -> bool:
    """Whether a folder holds just this tagger, weights to the last bit.

    Raises:
        UserError: see `read_model`.
    """
    found_config, found_vocabulary, found = read_model(folder)
    return (
        (found_config, found_vocabulary) == (config, vocabulary)
        and found.keys() == weights.keys()
        and all(torch.equal(found[name], weights[name].cpu()) for name in found)
    )
