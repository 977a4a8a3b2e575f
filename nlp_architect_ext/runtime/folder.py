"""An exported tagger on disk: what it's made of, checked to the last byte before it's used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.json_content import json_object, json_value
from nlp_architect_ext.core.manifest import MANIFEST, read_manifest, read_verified
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.data.vocabulary_file import read_vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.origin import Origin
from nlp_architect_ext.runtime.splitting_rules import SplittingRules

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIG, VOCABULARY = "config.json", "vocabulary.json"
WEIGHTS, GRAPH, RULES = "words.safetensors", "sentences.onnx", "splitting.json"
EXPORTED = (CONFIG, VOCABULARY, WEIGHTS, GRAPH, RULES)
NETWORK = "network.safetensors"  # the graph's weights for the native kernel, where it knows them
REFERENCE = "reference.json"  # what the tagger's own text is like, to see drift
OPTIONAL = (NETWORK, REFERENCE)
ORIGIN = "export.json"  # what it was made from, and how close it is
INSIDE = "export"  # where an export lies in the folder of its model, if nothing else is said
ON_HUB = "onnx"  # and where in what is on the Hugging Face hub, as others have it there
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
    return export_in(read_verified(folder, EXPORTED), folder)


def export_in(contents: Mapping[str, bytes], folder: Path) -> Export:
    """What the files of an export hold.

    Args:
        contents: the bytes of `EXPORTED`.
        folder: they are from, for messages.

    Raises:
        UserError: they are damaged.
    """
    from nlp_architect_ext.runtime.tensors import read_tensors  # numpy, which the kernel can spare

    try:
        config = TaggerConfig.read(contents[CONFIG], str(folder / CONFIG))
        weights = read_tensors(contents[WEIGHTS], WEIGHTS)
        needed = NEEDED_WEIGHTS | (set(PAIRS) if config.decoder == "crf" else set())
        if not weights.keys() >= needed:
            raise ValueError(f"no {', '.join(sorted(needed - weights.keys()))} in {WEIGHTS}")
        return Export(
            config,
            read_vocabulary(json_object(contents[VOCABULARY], VOCABULARY)),
            weights,
            contents[GRAPH],
            read_rules(contents[RULES], config.tokenizer),
        )
    except ValueError as error:
        raise damaged(folder, error) from error


def read_rules(content: bytes, tokenizer: str) -> SplittingRules | None:
    """How raw text is split into words; None for white space, or where only spaCy itself can.

    Args:
        content: the file.
        tokenizer: of the config.

    Raises:
        ValueError: no rules, or rules beside a tokenizer that has none.
    """
    data = json_value(content, RULES)
    if data is not None and tokenizer == "whitespace":
        raise ValueError(f"{RULES} has rules; the tokenizer {tokenizer} has none")
    return None if data is None else SplittingRules.from_json(data)


def published_files(folder: Path) -> tuple[str, ...]:
    """The names of an export's files that go wherever it goes.

    Raises:
        UserError: no manifest, or a damaged one.
    """
    listed = read_manifest(folder)
    return (*EXPORTED, *(name for name in OPTIONAL if name in listed), ORIGIN)


def is_export(folder: Path) -> bool:
    """Whether a folder looks like an exported tagger."""
    return (folder / GRAPH).is_file()


def size_of(folder: Path) -> int:
    """Bytes of an export on disk."""
    return sum(path.stat().st_size for path in folder.iterdir())


def inner_export(model: Path) -> Path | None:
    """The export that lies in the folder of its model, fresh or not; None if there is none."""
    places = (model / INSIDE, model / ON_HUB)
    return next((place for place in places if is_export(place)), None)


def export_of(model: Path) -> Path | None:
    """The export that a folder is, or that lies in it and was made from just its model; or None.

    Raises:
        UserError: a damaged export.
    """
    if is_export(model):
        return model
    folder = inner_export(model)
    if folder is None or not (folder / ORIGIN).is_file() or not (model / MANIFEST).is_file():
        return None
    return folder if read_origin(folder).is_of(read_manifest(model)) else None


def read_origin(folder: Path) -> Origin:
    """What an export was made from.

    Raises:
        UserError: nothing says that, or it's damaged.
    """
    content = read_verified(folder, [ORIGIN])[ORIGIN]
    try:
        return Origin.from_json(json_value(content, ORIGIN))
    except ValueError as error:
        raise damaged(folder / ORIGIN, error) from error


def damaged(place: Path, error: Exception) -> UserError:
    """What is said of a folder or file that no export wrote so."""
    return UserError(
        where=str(place),
        wrong=f"not an exported tagger ({error})",
        expected="a folder written by nlp-train export",
        remedy="export it again",
    )
