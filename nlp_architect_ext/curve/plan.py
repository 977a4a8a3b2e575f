"""Which cells a curve has: a command for every size, seed and system, and what each needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.manifest import MANIFEST, METRICS
from nlp_architect_ext.curve.flags import TRANSFORMER
from nlp_architect_ext.curve.systems import LABELS, TEACHER, System, teacher_of
from nlp_architect_ext.settings.curve import LearningCurveSettings

CELLS = "cells"
STORE = "soft_labels"

DATA = ("train_filename", "dev_filename", "test_filename", "tag_col", "ignore_token", "scheme")
SPLITTING = ("tokenizer", "language")
RAW_TEXT = ("unlabeled_filename", "unlabeled_format", "unlabeled_size", *SPLITTING)
READING = ("precision", "teacher_max_seq_len")  # with the weights they decide what a teacher says


@dataclass(frozen=True)
class Cell:
    """One command to run.

    Args:
        size: labelled sentences.
        seed: decides the draw and the training.
        system: the name of the system, or `LABELS`.
        arguments: of `nlp-train`.
        folder: what the cell writes, beside its log.
        done: the file that says that the cell is finished.
        needs: names of the cells that must be finished before.
    """

    size: int
    seed: int
    system: str
    arguments: tuple[str, ...]
    folder: Path
    done: Path
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name that the cell has on screen and on disk: ``150-1/plain``."""
        return f"{self.size}-{self.seed}/{self.system}"

    @property
    def log(self) -> Path:
        """What the command said."""
        return self.folder.with_name(f"{self.folder.name}.log")

    @property
    def is_done(self) -> bool:
        """Whether the cell is finished."""
        return self.done.exists()


def plan(settings: LearningCurveSettings, systems: Sequence[System]) -> list[Cell]:
    """All cells, seed by seed, so that every size has its first point early; needs come first."""
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    draws = [(size, seed) for seed in seeds for size in sorted(set(settings.sizes))]
    others = [system for system in systems if system.name != TEACHER]
    has_students = any(system.is_distilled for system in others)
    cells: list[Cell] = []
    for size, seed in draws:
        if has_students or len(others) < len(systems):
            cells.append(_cell(settings, teacher_of(settings), size, seed))
        if has_students:
            cells.append(_labelling(settings, size, seed))
        cells += [_cell(settings, system, size, seed) for system in others]
    return cells


def _cell(settings: LearningCurveSettings, system: System, size: int, seed: int) -> Cell:
    """The training of one system."""
    folder = _place(settings, size, seed) / system.name
    arguments = [
        system.command,
        f"--output_dir={folder}",
        "--resume",
        f"--seed={seed}",
        *_draw(settings, size, seed),
        *_flags(settings, "dev_sample"),
    ]
    if system.command == TRANSFORMER:
        arguments += [f"--model_name_or_path={settings.teacher}", *_flags(settings, "precision")]
        arguments += _flags(settings, "teacher_max_seq_len", called="max_seq_length")
    elif system.is_distilled:
        arguments += _taught(settings, size, seed)
    else:
        text = RAW_TEXT if system.needs_raw_text else SPLITTING
        arguments += [_store(settings), *_flags(settings, *text)]
    done = folder / (METRICS if system.command == TRANSFORMER else MANIFEST)
    needs = (f"{size}-{seed}/{LABELS}",) if system.is_distilled else ()
    return Cell(size, seed, system.name, (*arguments, *system.flags), folder, done, needs)


def _labelling(settings: LearningCurveSettings, size: int, seed: int) -> Cell:
    """The teacher of one draw labels all texts, once for all students."""
    place = _place(settings, size, seed)
    arguments = (LABELS, *_draw(settings, size, seed), *_taught(settings, size, seed))
    return Cell(
        size,
        seed,
        LABELS,
        arguments,
        place / LABELS,
        place / f"{LABELS}.json",
        (f"{size}-{seed}/{TEACHER}",),
    )


def _place(settings: LearningCurveSettings, size: int, seed: int) -> Path:
    return Path(settings.output_dir).absolute() / CELLS / f"{size}-{seed}"


def _draw(settings: LearningCurveSettings, size: int, seed: int) -> list[str]:
    """Which labelled sentences, and how the cell computes."""
    draw = [
        f"--data_dir={Path(settings.data_dir).absolute()}",
        f"--labeled_size={size}",
        f"--split_seed={seed}",
    ]
    return [*draw, *_flags(settings, *DATA, "threads", "no_cuda")]


def _taught(settings: LearningCurveSettings, size: int, seed: int) -> list[str]:
    """The teacher of the draw, where its answers lie, and what decides which they are."""
    teacher = [f"--teacher={_place(settings, size, seed) / TEACHER}", _store(settings)]
    return [*teacher, *_flags(settings, *RAW_TEXT, *READING)]


def _store(settings: LearningCurveSettings) -> str:
    """Where all cells keep what teachers and encoders answer."""
    return f"--soft_labels_dir={Path(settings.output_dir).absolute() / STORE}"


def _flags(settings: LearningCurveSettings, *names: str, called: str | None = None) -> list[str]:
    """The flags of these settings, where they aren't the defaults.

    ``--threads`` is always given, since the commands have another default.
    """
    defaults = {field.name: field.default for field in dataclasses.fields(settings)}
    flags = []
    for name in names:
        value = getattr(settings, name)
        if name == "threads" or value != defaults[name]:
            flags.append(f"--{called or name}" + ("" if value is True else f"={value}"))
    return flags
