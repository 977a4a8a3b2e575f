"""The models that are served, by name, and their teachers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import LABEL_ERRORS
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.suspected import check_suspected
from nlp_architect_ext.runtime.folder import INSIDE
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.load import load
from nlp_architect_ext.settings.inference import TransformerInferenceSettings
from nlp_architect_ext.settings.serving import ServeSettings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class ServedModel:
    """A tagger with a name.

    Args:
        name: in the paths of the service.
        tagger: what tags.
        folder: of the run that made it; its sentences to annotate lie there.
        open_teacher: loads the transformer to compare with; None without one.
        label_check: a folder of `nlp-train check_labels`; None without one.
    """

    name: str
    tagger: TextTagger
    folder: Path
    open_teacher: Callable[[], TextTagger] | None = None
    label_check: Path | None = None


def load_models(settings: ServeSettings) -> list[ServedModel]:
    """The taggers of `--model_dir`, with the teachers of `--teacher_dir`; these aren't loaded yet.

    Raises:
        UserError: a name twice or unfit, a folder without a tagger, a teacher or a check of labels
            of no model.
    """
    folders = named_folders(settings.model_dir, "--model_dir")
    first = next(iter(folders))
    teachers = named_folders(settings.teacher_dir, "--teacher_dir", first)
    checks = named_folders(settings.label_check_dir, "--label_check_dir", first)
    for name, folder in teachers.items():
        _check_teacher(name, folder, folders)
    for name, folder in checks.items():
        _check_model(name, folder, "--label_check_dir", folders)
    models = []
    for name, folder in folders.items():
        # Several models in ONNX Runtime share the processor; so do several threads of torch.
        tagger = load(folder, threads=settings.threads, engine=settings.engine)
        tagger("The first text loads the tokenizer.")  # seconds, where that is spaCy
        opened = _opener(teachers[name], tagger) if name in teachers else None
        check = checks.get(name)
        if check is not None:
            check_suspected(check / LABEL_ERRORS, tagger.labels)
        models.append(ServedModel(name, tagger, _run_of(folder), opened, check))
    return models


def named_folders(given: Sequence[str], where: str, name: str | None = None) -> dict[str, Path]:
    """Folders by name.

    Args:
        given: ``FOLDER`` or ``NAME=FOLDER``.
        where: for messages.
        name: of a folder without a name; that of the folder itself if None.

    Raises:
        UserError: a name twice, or one that can't be part of a path.
    """
    found: dict[str, Path] = {}
    for text in given:
        before, separator, behind = text.partition("=")
        is_named = bool(separator) and not Path(text).exists()
        folder = Path(behind if is_named else text)
        key = before if is_named else name or _name_of(folder)
        if not _NAME.fullmatch(key) or key in found:
            wrong = f"the name {key!r} is there twice" if key in found else f"the name {key!r}"
            raise UserError(
                where=f"{where} {text}",
                wrong=wrong,
                expected="a name of its own of letters, digits, dots, hyphens and underscores",
                remedy="write NAME=FOLDER",
            )
        found[key] = folder
    return found


def _run_of(folder: Path) -> Path:
    """The folder of the run: the one around an export that lies where exports lie."""
    resolved = folder.resolve()
    return resolved.parent if resolved.name == INSIDE else resolved


def _name_of(folder: Path) -> str:
    return _run_of(folder).name


def _check_model(name: str, folder: Path, flag: str, models: dict[str, Path]) -> None:
    if name not in models:
        raise UserError(
            where=f"{flag} {name}={folder}",
            wrong=f"no model {name!r}",
            expected=f"one of {', '.join(models)}",
            remedy="write NAME=FOLDER with the name of a model",
        )


def _check_teacher(name: str, folder: Path, models: dict[str, Path]) -> None:
    _check_model(name, folder, "--teacher_dir", models)
    if not (folder / "config.json").is_file():
        raise UserError(
            where=f"--teacher_dir {folder}",
            wrong="no config.json",
            expected="the folder of a fine-tuned transformer, such as teacher/ of a run",
            remedy="check the path",
        )
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise UserError(
            where=f"--teacher_dir {folder}",
            wrong="needs torch and transformers, which aren't installed",
            expected="an installation that trains",
            remedy="call pip install nlp-architect-ext[serve], or leave the teacher out",
        )


def _opener(folder: Path, student: TextTagger) -> Callable[[], TextTagger]:
    """What loads a teacher that sees the student's words, when it's asked for the first time."""

    def opened() -> TextTagger:
        import torch

        from nlp_architect_ext.taggers.transformer import load_transformer_tagger

        settings = TransformerInferenceSettings(
            data_file="-",
            output_dir="-",
            model_path=str(folder),
            tokenizer=student.tokenizer,
            language=student.language,
        )
        tagger = load_transformer_tagger(settings, torch.device("cpu"))
        say(f"{folder} runs in torch, as a teacher")
        return tagger

    return opened
