"""A trained tagger on disk: `config.json`, `model.safetensors`, `vocabulary.json`, checked by `MANIFEST.json`."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from nlp_architect_ext.calibration import Calibration
from nlp_architect_ext.errors import UserError
from nlp_architect_ext.formats.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.labels import SCHEMES

FORMAT_VERSION = 1
CONFIG, WEIGHTS, VOCABULARY, MANIFEST = "config.json", "model.safetensors", "vocabulary.json", "MANIFEST.json"
NEEDED = (CONFIG, WEIGHTS, VOCABULARY)
LATER = ("calibration", "handicap")  # fields that folders of this version may lack
PICKLES = ("model.bin", "crf.bin", "w_vocab.dat", "pytorch_model.bin")  # NLP Architect's own folders among them


@dataclass(frozen=True, kw_only=True)
class TaggerConfig:
    """Everything about a tagger but weights and vocabulary; what `config.json` holds.

    Args:
        student: registered name of the student.
        arguments: the arguments of its constructor.
        labels: `LabelSet.to_json()`.
        decoder: "softmax" or "crf".
        scheme: the scheme of the training data, in which tags are written.
        tokenizer: how raw text is split into words.
        language: the tokenizer's language.
        max_words: longest window, in words.
        teachers: name, fingerprint and revision of each teacher; empty without distillation.
        calibration: what turns words' probabilities into the score of an entity, a `Calibration` as a dict; None
            where no dev sentences could tell, and in folders of before there was any.
        handicap: how much the label O is held back, in logits; see `balance.fit_balance`.
    """

    student: str
    arguments: dict[str, Any]
    labels: dict[str, Any]
    decoder: str
    scheme: str
    tokenizer: str
    language: str
    max_words: int
    teachers: tuple[dict[str, Any], ...] = ()
    calibration: dict[str, float] | None = None
    handicap: float = 0.0


def write_model(folder: Path, config: TaggerConfig, vocabulary: dict[str, Any], weights: dict[str, Tensor]) -> None:
    """Write the three files that a tagger is made of, each atomically; `write_manifest` seals the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    id2label = dict(enumerate(config.labels["names"]))
    data = {"format_version": FORMAT_VERSION, **asdict(config), "id2label": id2label}
    atomic_write_text(folder / CONFIG, to_text(data))
    atomic_write_text(folder / VOCABULARY, json.dumps(vocabulary, ensure_ascii=False) + "\n")
    owned = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    atomic_write_bytes(folder / WEIGHTS, save(owned))


def write_manifest(folder: Path) -> None:
    """Write the SHA-256 of every file of the folder itself; those of sub-folders aren't part of the model."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    atomic_write_text(folder / MANIFEST, to_text({"sha256": {path.name: _sha256(path.read_bytes()) for path in files}}))


def read_model(folder: Path) -> tuple[TaggerConfig, dict[str, Any], dict[str, Tensor]]:
    """Read what `write_model` wrote: config, vocabulary, weights; every byte is checked before it's used.

    Raises:
        UserError: no model folder, one of NLP Architect, one of another version, a file missing, cut or altered.
    """
    contents = _verified(folder)
    try:
        data = json.loads(contents[CONFIG])
        version = data["format_version"]
        if version != FORMAT_VERSION:
            raise UserError(
                str(folder / CONFIG),
                f"format version {version}",
                f"version {FORMAT_VERSION}",
                "load it with the release that wrote it, or train again",
            )
        names = [field.name for field in fields(TaggerConfig) if field.name in data or field.name not in LATER]
        config = TaggerConfig(**{name: data[name] for name in names})
        config = replace(config, teachers=tuple(config.teachers))  # JSON has lists only
        if not isinstance(config.max_words, int) or config.max_words < 1 or config.scheme not in SCHEMES:
            raise ValueError(f"max_words {config.max_words!r}, scheme {config.scheme!r}")
        if not isinstance(config.handicap, float | int) or not math.isfinite(config.handicap):
            raise ValueError(f"handicap {config.handicap!r}")
        if config.calibration is not None:
            Calibration.from_json(config.calibration)
        return config, json.loads(contents[VOCABULARY]), load(contents[WEIGHTS])
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise UserError(
            str(folder), f"not a tagger ({error})", "a folder written by nlp-train", "train it again"
        ) from error


def to_text(data: Any) -> str:
    """Data as readable JSON."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _verified(folder: Path) -> dict[str, bytes]:
    """The bytes of the needed files, equal to what the manifest says."""
    if not folder.is_dir():
        raise UserError(str(folder), "no such folder", "a model folder", "check the path")
    if not (folder / MANIFEST).exists():
        pickles = [name for name in PICKLES if (folder / name).exists()]
        if pickles and not (folder / CONFIG).exists():
            raise UserError(
                str(folder / pickles[0]),
                "a pickle, which can run any code when it's loaded",
                "a folder with model.safetensors and MANIFEST.json",
                "train again with nlp-train; models of NLP Architect itself can't be converted",
            )
        raise UserError(str(folder), f"no {MANIFEST}", "a finished model folder", "let training finish (--resume)")
    manifest = _manifest(folder / MANIFEST)
    contents = {}
    for name in NEEDED:
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise UserError(str(folder / name), "can't be read", "the file", "copy the model folder again") from error
        if _sha256(contents[name]) != manifest.get(name):
            wrong = "isn't the file that MANIFEST.json describes (cut or altered)"
            raise UserError(str(folder / name), wrong, f"SHA-256 {manifest.get(name)}", "copy the model folder again")
    return contents


def _manifest(path: Path) -> dict[str, str]:
    try:
        sums: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["sha256"]
        return dict(sums)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(str(path), "can't be read", "the file that nlp-train wrote", "copy the folder again") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
