"""An exported tagger on disk: what it's made of, checked to the last byte before it's used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import MANIFEST, read_manifest, read_verified
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.splitting import SplittingRules
from nlp_architect_ext.runtime.tensors import read_tensors

CONFIG, VOCABULARY, WEIGHTS, GRAPH, RULES = (
    "config.json",
    "vocabulary.json",
    "words.safetensors",
    "sentences.onnx",
    "splitting.json",
)
EXPORTED = (CONFIG, VOCABULARY, WEIGHTS, GRAPH, RULES)
ORIGIN = "export.json"  # what it was made from, and how close it is
INSIDE = "export"  # where an export lies in the folder of its model, if nothing else is said
NEEDED_WEIGHTS = {"word_vectors", "character_vectors", "character_filters", "character_bias"}
PAIRS = ("transitions", "start", "end")  # of a conditional random field


@dataclass(frozen=True)
class Export:
    """The content of an exported folder.

    Args:
        config: as the student's.
        vocabulary: words and characters, as ids.
        weights: of the words' features, and of a conditional random field if there is one.
        graph: ONNX, from features to emissions.
        rules: how raw text is split into words; None for white space, or where only spaCy itself
            can.
    """

    config: TaggerConfig
    vocabulary: Vocabulary
    weights: dict[str, NDArray[Any]]
    graph: bytes
    rules: SplittingRules | None


def read_export(folder: Path) -> Export:
    """Read what `nlp-train export` wrote.

    Raises:
        UserError: no such folder, or one that is damaged.
    """
    contents = read_verified(folder, EXPORTED)
    try:
        config = TaggerConfig.from_json(json.loads(contents[CONFIG]), str(folder / CONFIG))
        rules = json.loads(contents[RULES])
        weights = read_tensors(contents[WEIGHTS])
        needed = NEEDED_WEIGHTS | (set(PAIRS) if config.decoder == "crf" else set())
        if not weights.keys() >= needed:
            raise ValueError(f"no {', '.join(sorted(needed - weights.keys()))} in {WEIGHTS}")
        return Export(
            config,
            Vocabulary.from_json(json.loads(contents[VOCABULARY])),
            weights,
            contents[GRAPH],
            None if rules is None else SplittingRules.from_json(rules),
        )
    except (ValueError, KeyError, TypeError) as error:
        wrong, expected = (
            f"not an exported tagger ({error})",
            "a folder written by nlp-train export",
        )
        raise UserError(
            where=str(folder), wrong=wrong, expected=expected, remedy="export it again"
        ) from error


def is_export(folder: Path) -> bool:
    """Whether a folder looks like an exported tagger."""
    return (folder / GRAPH).is_file()


def size_of(folder: Path) -> int:
    """Bytes of an export on disk."""
    return sum(path.stat().st_size for path in folder.iterdir())


def export_of(model: Path) -> Path | None:
    """The export that a model's folder is, or that lies in it and was made from just this model;
    None without one.
    """
    if is_export(model):
        return model
    folder = model / INSIDE
    needed = (folder / GRAPH, folder / ORIGIN, model / MANIFEST)
    if not all(path.is_file() for path in needed):
        return None
    origin = json.loads(read_verified(folder, [ORIGIN])[ORIGIN])
    sums = read_manifest(model)
    return (
        folder if all(sums.get(name) == value for name, value in origin["model"].items()) else None
    )
