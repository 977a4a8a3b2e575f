"""The files of a finished folder: their names, and in `MANIFEST.json` what their bytes must be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.inner_files import inner_file
from nlp_architect_ext.core.json_content import json_object

MANIFEST, SETTINGS, METRICS = "MANIFEST.json", "run.json", "metrics.json"
# Gold, teacher and student side by side.
PREDICTIONS = {"dev": "dev_predictions.txt", "test": "test_predictions.txt"}
# Unlabelled sentences to annotate next, and their labels so far.
ANNOTATE, PREANNOTATED = "annotate_next.txt", "annotate_next.conll"
# Why each of them was chosen.
REASONS = "annotate_next_reasons.jsonl"
# The same in the format of the labelled data, if that isn't of columns.
PREANNOTATED_AS = "annotate_next{suffix}"
SUFFIXES = (".jsonl", ".json", ".spacy", ".conllu", ".parquet")
# The suspects of a check of labels.
LABEL_ERRORS = "label_errors.jsonl"
# NLP Architect's own folders are among those that hold pickles.
PICKLES = ("model.bin", "crf.bin", "w_vocab.dat", "pytorch_model.bin")

# Far above what taggers are; a file may say that it has terabytes, and have nothing.
MOST_BYTES, MOST_BYTES_OF_MANIFEST = 4_000_000_000, 10_000_000


def write_manifest(folder: Path) -> None:
    """Write the SHA-256 of every file of the folder itself; sub-folders aren't the model's."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    atomic_write_text(
        folder / MANIFEST,
        to_text({"sha256": {path.name: _sha256(path.read_bytes()) for path in files}}),
    )


def read_verified(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The bytes of these files by name, each of them checked before anything is made of it.

    Raises:
        UserError: no folder, no manifest, a file that isn't what the manifest says, or none of the
            folder's own: a link out of it, a pipe, a device.
    """
    if not folder.is_dir():
        raise UserError(
            where=str(folder),
            wrong="no such folder",
            expected="a model folder",
            remedy="check the path",
        )
    if not (folder / MANIFEST).exists():
        raise _without_manifest(folder)
    manifest = read_manifest(folder)
    contents = {}
    for name in names:
        contents[name] = _content(folder, name, MOST_BYTES)
        if _sha256(contents[name]) != manifest.get(name):
            wrong = f"isn't the file that {MANIFEST} describes (cut or altered)"
            raise UserError(
                where=str(folder / name),
                wrong=wrong,
                expected=f"SHA-256 {manifest.get(name)}",
                remedy="copy the model folder again",
            )
    return contents


def read_manifest(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file by its name.

    Raises:
        UserError: no manifest, or a damaged one.
    """
    path = folder / MANIFEST
    content = _content(folder, MANIFEST, MOST_BYTES_OF_MANIFEST)
    try:
        sums = json_object(content, MANIFEST).get("sha256")
        if not isinstance(sums, dict) or not all(isinstance(sum_, str) for sum_ in sums.values()):
            raise ValueError(f"{MANIFEST} has no sums by name")
        return sums
    except ValueError as error:
        raise UserError(
            where=str(path),
            wrong="can't be read",
            expected="the file that nlp-train wrote",
            remedy="copy the folder again",
        ) from error


def _content(folder: Path, name: str, most: int) -> bytes:
    """The bytes of a file of the folder.

    Raises:
        UserError: none of the folder's own, too large, or one that can't be read.
    """
    path = inner_file(folder, name)
    try:
        if path.stat().st_size <= most:
            return path.read_bytes()
    except OSError as error:
        raise UserError(
            where=str(path),
            wrong=f"can't be read ({error.strerror})",
            expected="the file",
            remedy="copy the model folder again",
        ) from error
    raise UserError(
        where=str(path),
        wrong=f"has more than {most / 1e6:,.0f} MB",
        expected="the file that nlp-train wrote",
        remedy="copy the model folder again",
    )


def to_text(data: Any) -> str:
    """Data as readable JSON."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _without_manifest(folder: Path) -> UserError:
    pickles = [name for name in PICKLES if (folder / name).exists()]
    if pickles and not (folder / "config.json").exists():
        return UserError(
            where=str(folder / pickles[0]),
            wrong="a pickle, which can run any code when it's loaded",
            expected=f"a folder with model.safetensors and {MANIFEST}",
            remedy=(
                "train again with nlp-train, or give a model of NLP Architect to "
                "nlp-train import_nlp_architect"
            ),
        )
    return UserError(
        where=str(folder),
        wrong=f"no {MANIFEST}",
        expected="a finished model folder",
        remedy="let training finish (--resume)",
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
