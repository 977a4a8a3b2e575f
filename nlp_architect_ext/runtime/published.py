"""What others get of a tagger: the files that run it and describe it, and none that hold texts."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.hub import first_line
from nlp_architect_ext.core.manifest import (
    MANIFEST,
    METRICS,
    SETTINGS,
    read_manifest,
    read_verified,
    to_text,
    write_manifest,
)
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime.card import CARD, bare_card, for_hub, teacher_name
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.folder import (
    CONFIG,
    EXPORTED,
    ON_HUB,
    OPTIONAL,
    ORIGIN,
    REFERENCE,
    VOCABULARY,
    damaged,
    export_of,
    inner_export,
    is_export,
    published_files,
    read_origin,
)

MODEL = (CONFIG, "model.safetensors", VOCABULARY)
EXPORT = (*EXPORTED, *OPTIONAL, ORIGIN)
# As far as they are there; none of them quotes a sentence.
DESCRIPTION = (CARD, METRICS, REFERENCE, "learning_curve.png", "reliability.png")
# All that is ever published, and all that is ever fetched: no other file of a repository counts.
PUBLISHED = (
    *sorted({*MODEL, *EXPORT, *DESCRIPTION, MANIFEST}),
    *(f"{ON_HUB}/{name}" for name in (*EXPORT, MANIFEST)),
)
OF_GIT = {".git", ".gitattributes", ".gitignore", ".cache"}  # of a clone, or of the hub's client


def publish(
    folder: Path,
    place: Path,
    *,
    name: str | None = None,
    license: str | None = None,
    datasets: Sequence[str] = (),
    overwrite: bool = True,
) -> None:
    """Write what is published of a model's folder, or of an export, into another folder.

    Nothing there says where the user's files lie. The weights stay as they are to the last bit.

    Args:
        folder: what `nlp-train` wrote; every file is checked before it's copied.
        place: new, empty, a clone of a repository, or what this function wrote earlier.
        name: on the hub, for the model card.
        license: for the model card, as the hub knows it: "apache-2.0", ...
        datasets: for the model card, names on the hub.
        overwrite: whether what this function wrote earlier may be replaced.

    Raises:
        UserError: no tagger, a damaged one, a place that's taken, or no huggingface_hub to write
            a licence or datasets into the card.
    """
    is_alone = is_export(folder)
    contents = read_verified(folder, published_files(folder) if is_alone else MODEL)
    export = None if is_alone else export_of(folder)
    if export is None and not is_alone and (inner := inner_export(folder)) is not None:
        say(f"{inner} was made from an earlier model and isn't published")
    try:
        config = TaggerConfig.read(contents[CONFIG], str(folder / CONFIG))
    except ValueError as error:
        raise damaged(folder, error) from error
    try:
        card = _card(folder, config)
        if license or datasets:
            card = _with_metadata(card, license, datasets)
    except UserError:
        raise
    except Exception as error:  # its owner may have edited it, and YAML fails in many ways
        raise UserError(
            where=str(folder / CARD),
            wrong=f"can't be read as a model card ({first_line(error)})",
            expected="UTF-8 text, with metadata in YAML between two lines of ---",
            remedy="correct it, or remove it to get a new one",
        ) from error
    _check_apart(folder, place)
    _prepare(place, overwrite)
    atomic_write_text(place / CARD, card if name is None else for_hub(card, name))
    _write(place, contents)
    for described in DESCRIPTION[1:]:
        if (folder / described).is_file():
            atomic_write_bytes(place / described, (folder / described).read_bytes())
    write_manifest(place)
    if export is not None:
        (place / ON_HUB).mkdir(exist_ok=True)
        _write(place / ON_HUB, read_verified(export, published_files(export)))
        _of_this_model(place)


def _check_apart(folder: Path, place: Path) -> None:
    """Whether making room would leave the source alone.

    Raises:
        UserError: it lies there.
    """
    source = folder.resolve()
    if place.resolve() in (source, *source.parents):
        raise UserError(
            where=str(place),
            wrong="holds the tagger itself",
            expected="another folder",
            remedy="choose another one",
        )


def _prepare(place: Path, overwrite: bool) -> None:
    """Make room for it.

    Raises:
        UserError: the place is taken by something else.
    """
    written = [path for path in PUBLISHED if "/" not in path]
    target = OutputFolder(place, "published model", [ON_HUB, *written], is_ours=_is_free)
    target.check(overwrite=overwrite)
    target.clear()
    place.mkdir(parents=True, exist_ok=True)


def _is_free(names: Collection[str]) -> bool:
    """Whether a folder holds a published model, or a repository that is still empty; no run."""
    is_new = {*names} <= {*OF_GIT, CARD}
    return is_new or (MANIFEST in names and SETTINGS not in names)


def _write(place: Path, contents: dict[str, bytes]) -> None:
    """Write files, and seal the folder; of teachers on this machine only their names are told."""
    for name, content in contents.items():
        atomic_write_bytes(place / name, _without_places(content) if name == CONFIG else content)
    write_manifest(place)


def _without_places(content: bytes) -> bytes:
    config: dict[str, Any] = json.loads(content)
    teachers = [{**teacher, "name": teacher_name(teacher)} for teacher in config["teachers"]]
    if teachers == config["teachers"]:
        return content
    return to_text({**config, "teachers": teachers}).encode()


def _of_this_model(place: Path) -> None:
    """Tie the export to the model as it is published: names of teachers may differ."""
    sums, origin = read_manifest(place), read_origin(place / ON_HUB)
    tied = replace(origin, model={name: sums[name] for name in origin.model if name in sums})
    atomic_write_text(place / ON_HUB / ORIGIN, to_text(tied.to_json()))
    write_manifest(place / ON_HUB)


def _card(folder: Path, config: TaggerConfig) -> str:
    """The card of the folder, as its owner may have edited it; a bare one where there is none."""
    path = folder / CARD
    return path.read_text(encoding="utf-8") if path.is_file() else bare_card(config)


def _with_metadata(card: str, license: str | None, datasets: Sequence[str]) -> str:
    try:
        from huggingface_hub import ModelCard
    except ModuleNotFoundError as error:
        raise without_client() from error
    found = ModelCard(card)
    if license:
        found.data["license"] = license
    if datasets:
        found.data["datasets"] = list(datasets)
    return str(found)


def without_client() -> UserError:
    """What is said where the hub's client isn't installed."""
    return UserError(
        where="Hugging Face hub",
        wrong="needs huggingface_hub, which isn't installed",
        expected="the extra hub",
        remedy="call pip install 'nlp-architect-ext[hub]'",
    )
