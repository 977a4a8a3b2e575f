"""What is compared: each system is a training command with flags, checked before anything runs."""

from __future__ import annotations

import dataclasses
import re
import shlex
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from typing import Any, NoReturn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.settings.cross_view import TaggerCvtSettings, TaggerKdCvtSettings
from nlp_architect_ext.settings.curve import LearningCurveSettings
from nlp_architect_ext.settings.fields import add_flags, resolve
from nlp_architect_ext.settings.groups import DataSettings, RunSettings
from nlp_architect_ext.settings.recipes import CVT_RECIPES, RECIPES
from nlp_architect_ext.settings.training import (
    TaggerKdPseudoSettings,
    TaggerSettings,
    TransformerTokenSettings,
)

TEACHER, PLAIN = "teacher", "plain"
# endings of names; else the recipe decides
DECODERS = {"": (), "-crf": ("--use_crf",), "-softmax": ("--no_use_crf",)}
LABELS = "soft_labels"  # a cell beside the systems': the teacher labels all texts
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")  # becomes the name of a folder

TRANSFORMER, SUPERVISED, DISTILLED = "transformer_token", "tagger", "tagger_kd_pseudo"
SELF_TAUGHT, DISTILLED_VIEWS = "tagger_cvt", "tagger_kd_cvt"
COMMANDS: dict[str, type[Any]] = {
    TRANSFORMER: TransformerTokenSettings,
    SUPERVISED: TaggerSettings,
    DISTILLED: TaggerKdPseudoSettings,
    SELF_TAUGHT: TaggerCvtSettings,
    DISTILLED_VIEWS: TaggerKdCvtSettings,
}
VIEWS = {"cvt": SELF_TAUGHT, "kd-cvt": DISTILLED_VIEWS}
TAUGHT = (DISTILLED, DISTILLED_VIEWS)
STUDENTS = (SUPERVISED, SELF_TAUGHT, *TAUGHT)
# Set by the curve itself, for all cells alike or for each one.
ITS_OWN = {
    field.name for group in (RunSettings, DataSettings) for field in dataclasses.fields(group)
} | {
    "teacher",
    "soft_labels_dir",
    "model_name_or_path",
    "precision",
    "teacher_max_seq_len",
    "max_seq_length",
    "tokenizer",
    "language",
    "unlabeled_filename",
    "unlabeled_format",
}
WORD_ENCODER = "word_encoder"


@dataclass(frozen=True)
class System:
    """One line of the curve.

    Args:
        name: what the user calls it; the name of its folders.
        command: of `nlp-train`.
        flags: beside those that the curve sets for every cell.
    """

    name: str
    command: str
    flags: tuple[str, ...] = ()

    @property
    def is_distilled(self) -> bool:
        """Whether it learns from the teacher of its cell."""
        return self.command in TAUGHT

    @property
    def needs_teacher(self) -> bool:
        """Whether it's nothing without an encoder."""
        return self.is_distilled or self.command == TRANSFORMER

    @property
    def needs_raw_text(self) -> bool:
        """Whether it reads unlabelled sentences."""
        return self.is_distilled or self.command == SELF_TAUGHT


def systems_of(settings: LearningCurveSettings) -> list[System]:
    """The systems in the order in which they were named, variants last.

    Raises:
        UserError: an unknown name, a name twice, flags that the command doesn't have, or no teacher
            and one is needed.
    """
    shared = _checked(SUPERVISED, settings.student_flags, "--student_flags", {"recipe"})
    known = {TEACHER: teacher_of(settings)}
    for ending, more in DECODERS.items():
        known[PLAIN + ending] = System(PLAIN + ending, SUPERVISED, (*shared, *more))
        for recipe in RECIPES:
            flags = (f"--recipe={recipe}", *shared, *more)
            known[recipe + ending] = System(
                recipe + ending, DISTILLED, (*_words(settings, DISTILLED, flags), *flags)
            )
        for name, command in VIEWS.items():
            flags = (*shared, *more)
            known[name + ending] = System(
                name + ending, command, (*_words(settings, command, flags), *flags)
            )
    chosen = []
    for name in dict.fromkeys(settings.systems):
        if name not in known:
            raise UserError(
                where=f"--systems {name}",
                wrong="no such system",
                expected=f"some of: {', '.join(known)}",
                remedy="correct it, or describe it with --variant",
            )
        chosen.append(known[name])
    for name, text in variants(settings).items():
        if name in known or name == LABELS:
            raise UserError(
                where=f"--variant {name}",
                wrong="is a system already",
                expected="a name of its own",
                remedy="choose another name",
            )
        first, _, rest = text.strip().partition(" ")
        command, text = (first, rest) if first in STUDENTS else (DISTILLED, text)
        flags = (*shared, *_checked(command, text, f"--variant {name}", set()))
        chosen.append(System(name, command, (*_words(settings, command, flags), *flags)))
    if settings.teacher is None and any(system.needs_teacher for system in chosen):
        raise UserError(
            where="--teacher",
            wrong="missing",
            expected="an encoder, folder or hub name",
            remedy="give it, or only plain systems",
        )
    return chosen


def teacher_of(settings: LearningCurveSettings) -> System:
    """The fine-tuned teacher, a system like the others and what the distilled ones learn from.

    Raises:
        UserError: flags that the command doesn't have.
    """
    return System(
        TEACHER,
        TRANSFORMER,
        _checked(TRANSFORMER, settings.teacher_flags, "--teacher_flags", set()),
    )


def variants(settings: LearningCurveSettings) -> dict[str, str]:
    """Name and flags of each variant.

    Raises:
        UserError: one without a name that can be a folder's, or a name twice.
    """
    found: dict[str, str] = {}
    for text in settings.variant:
        name, equals, flags = text.partition("=")
        if not equals or not NAME.fullmatch(name):
            raise UserError(
                where=f"--variant {text!r}",
                wrong="has no name of letters, digits, - and _",
                expected='NAME="FLAGS"',
                remedy='write it like --variant "no-dropout=--word_dropout 0"',
            )
        if name in found:
            raise UserError(
                where=f"--variant {name}",
                wrong="is given twice",
                expected="a name of its own",
                remedy="choose another name",
            )
        found[name] = flags
    return found


class _Parser(ArgumentParser):
    """A parser whose complaint is one line that says which text it was about."""

    def error(self, message: str) -> NoReturn:
        command, _, where = self.prog.partition(" ")
        raise UserError(
            where=where,
            wrong=message,
            expected=f"flags of nlp-train {command}",
            remedy=f"see nlp-train {command} --help",
        )


def _checked(command: str, text: str, where: str, taken: set[str]) -> tuple[str, ...]:
    """The words of these flags, after the command has understood them."""
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UserError(
            where=where,
            wrong=f"{error} in {text!r}",
            expected="flags as on a command line",
            remedy="correct it",
        ) from error
    found = vars(_parsed(command, words, where))
    refused = sorted(found.keys() & (ITS_OWN | taken))
    if refused:
        flags = ", ".join(f"--{name}" for name in refused)
        raise UserError(
            where=where,
            wrong=f"{flags} can't be given here",
            expected="flags that may differ from system to system",
            remedy="leave it out: learning_curve has a flag of its own, or sets it by system",
        )
    try:
        _resolved(command, words, where)
    except UserError as error:
        raise UserError(
            where=f"{where}: {error.where}",
            wrong=error.wrong,
            expected=error.expected,
            remedy=error.remedy,
        ) from error
    return words


def _parsed(command: str, words: tuple[str, ...], where: str) -> Namespace:
    parser = _Parser(prog=f"{command} {where}", add_help=False, allow_abbrev=False)
    add_flags(parser, COMMANDS[command])
    return parser.parse_args(words)


def _resolved(command: str, words: tuple[str, ...], where: str) -> Any:
    """The settings that these flags give, whatever the cell sets beside them."""
    cls, found = COMMANDS[command], vars(_parsed(command, words, where))
    fields = {
        field.name for field in dataclasses.fields(cls) if field.default is dataclasses.MISSING
    }
    values = {name: ("x",) if name == "teacher" else "x" for name in fields}
    return resolve(
        cls, Namespace(**{**values, **found}), CVT_RECIPES if command == SELF_TAUGHT else RECIPES
    )


def _words(
    settings: LearningCurveSettings, command: str, flags: tuple[str, ...]
) -> tuple[str, ...]:
    """The encoder of a taught student's word vectors: the teacher's own.

    Of a fine-tuned copy a cell has the weights only for itself.
    """
    if command not in TAUGHT:
        return ()
    chosen = _resolved(command, flags, "--student_flags")
    is_given = getattr(chosen, WORD_ENCODER) is not None or chosen.embedding_file is not None
    return () if is_given or chosen.recipe == "paper" else (f"--{WORD_ENCODER}={settings.teacher}",)
