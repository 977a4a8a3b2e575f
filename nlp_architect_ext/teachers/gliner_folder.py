"""A GLiNER's folder: found here or on the hub, and checked before the library sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp_architect_ext.core import hub
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.inner_files import inner_file
from nlp_architect_ext.encoders.folder import PICKLES, TOKENIZER_FILES, WHOLE, from_hub

CONFIG = "gliner_config.json"
LABELS_TOKENIZER = "labels_tokenizer"  # a folder in it, of those that read types by themselves
WANTED = [
    CONFIG,
    WHOLE,
    *TOKENIZER_FILES,
    *(f"{LABELS_TOKENIZER}/{one}" for one in TOKENIZER_FILES),
]
ENCODER_FILES = ["config.json", *TOKENIZER_FILES]
# Settings of models that answer with something else than entities of the types asked for.
OTHER_TASKS = ("relations_layer", "labels_decoder", "precomputed_prompts_mode")
STREAMING = "gliner_streaming_span"


@dataclass(frozen=True)
class GlinerFolder:
    """A GLiNER with weights as safetensors, without code of its own.

    Args:
        name: what the user called it.
        path: where it lies.
        revision: the commit on the hub, None for a folder of the user's.
        config: its settings.
        encoders: folders of the encoders whose settings or tokenizers it lacks.
    """

    name: str
    path: Path
    revision: str | None
    config: dict[str, Any]
    encoders: Sequence[Path] = field(default=())

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all files that decide what the model says; their place doesn't count."""
        total = hashlib.sha256(b"gliner 1")
        for home, names in [(self.path, WANTED), *((one, ENCODER_FILES) for one in self.encoders)]:
            for name in names:
                if (home / name).is_file():
                    with (home / name).open("rb") as file:
                        digest = hashlib.file_digest(file, "sha256").digest()
                    total.update(name.encode() + digest)
        return total.hexdigest()


def find_gliner(name: str) -> GlinerFolder:
    """The folder of a GLiNER, downloaded from the hub if the name isn't one of a folder here.

    Raises:
        UserError: there is none, the hub can't be reached, its weights aren't safetensors, it needs
            code of its own, or it does something else than to find entities of given types.
    """
    path, revision = _place(f"gliner:{name}", name, WANTED)
    where = f"gliner:{name}"
    _check_files(where, path)
    config = read_json(path / CONFIG)
    _check_task(where, config)
    encoders = [_place(where, one, ENCODER_FILES)[0] for one in _lacking(path, config)]
    for home in (path, path / LABELS_TOKENIZER, *encoders):
        for file in (CONFIG, "config.json", "tokenizer_config.json"):
            if (home / file).is_file():
                _refuse_code(where, file, read_json(home / file))
    return GlinerFolder(name, path, revision, config, encoders)


def _place(where: str, name: str, wanted: list[str]) -> tuple[Path, str | None]:
    """A folder here, or its files from the hub and their commit."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path, None
    if path.exists() or not (hub.looks_like_name(name) or name == path.name):
        raise UserError(
            where=where,
            wrong=f"{name} is a file" if path.exists() else f"no such folder: {name}",
            expected="a folder here, or a model on the Hugging Face hub",
            remedy="correct the path",
        )
    found = from_hub(name, wanted, where=where, missing=f"no folder {name}")
    return found, found.name


def _check_files(where: str, path: Path) -> None:
    has = {one.name for one in path.iterdir()}
    pickles = sorted(has.intersection(PICKLES))
    if CONFIG in has and WHOLE not in has and pickles:
        raise UserError(
            where=where,
            wrong=f"has its weights only as {pickles[0]}, which can run code when loaded",
            expected=WHOLE,
            remedy="choose one that has it, or convert this one where you trust it",
        )
    for file in (CONFIG, WHOLE):
        if file not in has:
            raise UserError(
                where=where,
                wrong=f"has no {file}",
                expected=f"the folder of a GLiNER: {CONFIG}, {WHOLE}",
                remedy="give another one",
            )
    for file in sorted(has.intersection(WANTED)):
        inner_file(path, file)


def _check_task(where: str, config: dict[str, Any]) -> None:
    others = [one for one in OTHER_TASKS if config.get(one)]
    others += [STREAMING] if config.get("model_type") == STREAMING else []
    if others:
        raise UserError(
            where=where,
            wrong=f"isn't made for entities of given types alone ({others[0]})",
            expected="a GLiNER that finds entities",
            remedy="give another one",
        )
    # Sentences have their words; but the others need packages, and fetch models of their own.
    splitter = config.get("words_splitter_type", "whitespace")
    if splitter != "whitespace":
        raise UserError(
            where=where,
            wrong=f"splits text by {splitter!r}",
            expected="one with words_splitter_type 'whitespace', for it's given words",
            remedy=f"give another one, or change that in its {CONFIG}",
        )
    most = config.get("max_len", 1)
    if type(most) is not int or most < 1:
        raise UserError(
            where=where,
            wrong=f"reads {most!r} words at most (max_len in {CONFIG})",
            expected="a number of words",
            remedy="correct it, or give another one",
        )


def _lacking(path: Path, config: dict[str, Any]) -> Iterator[str]:
    """The encoders that the library asks for settings or tokenizers, because the folder has none.

    Many on the hub are but weights, and name the encoder that they began with.
    """
    texts = (path, "model_name", "encoder_config")
    types = (path / LABELS_TOKENIZER, "labels_encoder", "labels_encoder_config")
    for home, name, settings in (texts, types):
        is_whole = config.get(settings) and (home / "tokenizer_config.json").is_file()
        if config.get(name) and not is_whole:
            yield str(config[name])


def _refuse_code(where: str, file: str, settings: Any) -> None:
    """The library would run code that settings name, from the hub or from the folder."""
    if isinstance(settings, list):
        for one in settings:
            _refuse_code(where, file, one)
    if not isinstance(settings, dict):
        return
    for key, value in settings.items():
        is_kernel = str(key).endswith("attn_implementation") and "/" in str(value)
        if (key == "auto_map" and value) or is_kernel:
            raise UserError(
                where=where,
                wrong=f"needs code of its own ({key} in {file})",
                expected="a model that the installed libraries know",
                remedy="give another one",
            )
        _refuse_code(where, file, value)
