"""A checkpoint's folder: found here or on the Hugging Face hub, checked before it's loaded."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import huggingface_hub
from huggingface_hub import constants

from nlp_architect_ext.core import hub
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.inner_files import inner_file
from nlp_architect_ext.core.tensor_header import TensorEntry, header_of

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
WEIGHTS = (WHOLE, INDEX)
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "model.bin", "tf_model.h5")
VOCABULARIES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
TOKENIZER_FILES = (
    *VOCABULARIES,
    "tokenizer_config.json",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
)
FINE_TUNED = "model"  # the folder within a run's folder
# What is fetched of a repository on the hub.
WANTED = ["config.json", *WEIGHTS, "model-*-of-*.safetensors", *TOKENIZER_FILES]

constants.HF_HUB_DISABLE_TELEMETRY = True  # nothing about a run leaves the machine


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A checkpoint in Hugging Face format, weights as safetensors.

    Args:
        name: what the user called it.
        path: where it lies.
        revision: the commit on the hub, None for a folder of the user's.
    """

    name: str
    path: Path
    revision: str | None = None

    @property
    def label_names(self) -> tuple[str, ...] | None:
        """The labels of a token classifier by id; None if there are none with names.

        Names like LABEL_0 are those that transformers gives where nobody has given any.
        """
        config = read_json(self.path / "config.json")
        architectures, by_id = config.get("architectures") or [], config.get("id2label")
        listed = isinstance(architectures, list)
        names_of_classes = architectures if listed else []
        is_classifier = any(str(one).endswith("ForTokenClassification") for one in names_of_classes)
        if not is_classifier or not isinstance(by_id, dict):
            return None
        try:
            names = tuple(str(by_id[key]) for key in sorted(by_id, key=int))
        except ValueError:
            return None
        return None if all(re.fullmatch(r"LABEL_\d+", name) for name in names) else names

    def header(self) -> dict[str, TensorEntry]:
        """What the files of weights say of their tensors, by name; none of these is read.

        Raises:
            UserError: an index that isn't one, or a file that is missing.
            ValueError: not a safetensors file.
        """
        is_whole = (self.path / WHOLE).exists()
        parts = {WHOLE} if is_whole else set(read_json(self.path / INDEX)["weight_map"].values())
        headers = [header_of(inner_file(self.path, part)) for part in sorted(parts)]
        return {name: entry for header in headers for name, entry in header.items()}

    def fingerprint(self, labels: Sequence[str], **settings: object) -> str:
        """SHA-256 of all that decides what the model says: files, order of labels, settings.

        The folder's place doesn't count.
        """
        wanted = {"config.json", *TOKENIZER_FILES}
        total = hashlib.sha256(json.dumps([list(labels), settings], sort_keys=True).encode())
        for path in sorted(self.path.iterdir()):
            if path.name in wanted or path.suffix == ".safetensors":
                with path.open("rb") as file:
                    total.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
        return total.hexdigest()


def find(name_or_path: str | Path) -> Pretrained:
    """The folder of a checkpoint, downloaded from the hub if the name isn't one of a folder here.

    Raises:
        UserError: there is no such folder or repository, the hub can't be reached, or what is there
            is no model with safetensors weights and a tokenizer.
    """
    name, path = str(name_or_path), Path(name_or_path).expanduser()
    if path.is_dir():
        inner = path / FINE_TUNED
        is_run = inner.is_dir() and not (path / "config.json").exists()
        return _checked(Pretrained(name, inner if is_run else path))
    if path.exists():
        raise UserError(
            where=name,
            wrong="is a file",
            expected="the folder of a Hugging Face model",
            remedy="give the folder that holds it",
        )
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise UserError(
            where=name,
            wrong="no such folder",
            expected="a folder with a Hugging Face model",
            remedy="check the path",
        )
    path = from_hub(name, WANTED, where=name, missing="no such folder")
    return _checked(Pretrained(name, path, revision=path.name))


def labels_of(name_or_path: str | Path) -> tuple[str, ...] | None:
    """See `Pretrained.label_names`.

    Raises:
        UserError: as :func:`find`.
    """
    return find(name_or_path).label_names


def from_hub(name: str, wanted: Sequence[str], *, where: str, missing: str) -> Path:
    """Where a model's files from the hub lie; the folder's name is their commit.

    Args:
        name: on the hub; there's no folder of this name here.
        wanted: the names of the files, as far as it has them.
        where: what the user called it, for error messages.
        missing: what isn't there, for the same.

    Raises:
        UserError: they can't be had.
    """
    try:
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=list(wanted)))
    except Exception as error:  # the network and the hub fail in many ways
        wrong, remedy = hub.trouble(error)
        raise UserError(
            where=where,
            wrong=f"{missing}, and {wrong}",
            expected="a folder here, or a model on the Hugging Face hub",
            remedy=remedy,
        ) from error


def _checked(folder: Pretrained) -> Pretrained:
    has = {path.name for path in folder.path.iterdir()}
    pickles = has.intersection(PICKLES)
    if pickles and not has.intersection(WEIGHTS):
        listed = ", ".join(sorted(pickles))
        wrong = f"has its weights only as {listed}, which can run code when loaded"
        remedy = "choose a checkpoint that has it, or convert this one where you trust it"
        raise UserError(where=folder.name, wrong=wrong, expected="model.safetensors", remedy=remedy)
    expected = "a Hugging Face model folder: config.json, model.safetensors, tokenizer.json"
    for needed in (("config.json",), WEIGHTS, VOCABULARIES):
        if not has.intersection(needed):
            wrong = "has no tokenizer" if needed is VOCABULARIES else f"has no {needed[0]}"
            raise UserError(
                where=folder.name,
                wrong=wrong,
                expected=expected,
                remedy="give another folder, or add what is missing",
            )
    for name in sorted(has.intersection({"config.json", *WEIGHTS, *TOKENIZER_FILES})):
        inner_file(folder.path, name)
    if WHOLE not in has:
        _check_parts(folder.path)
    return folder


def _check_parts(folder: Path) -> None:
    """Whether the weights that an index lists are safetensors files of the folder.

    Raises:
        UserError: one isn't; what would be loaded then could be anything.
    """
    parts = read_json(folder / INDEX).get("weight_map")
    names = list(parts.values()) if isinstance(parts, dict) else [None]
    for name in names:
        if not isinstance(name, str) or not name.endswith(".safetensors"):
            raise UserError(
                where=str(folder / INDEX),
                wrong=f"lists {name!r} as weights",
                expected="names of safetensors files",
                remedy="get the folder again, from someone you trust",
            )
        inner_file(folder, name)
