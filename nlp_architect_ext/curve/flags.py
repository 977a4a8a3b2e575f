"""Flags of the systems that are compared, read and checked as their commands would."""

from __future__ import annotations

import dataclasses
import shlex
from argparse import ArgumentParser, Namespace
from typing import Any, NoReturn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.settings.cross_view import TaggerCvtSettings, TaggerKdCvtSettings
from nlp_architect_ext.settings.data import DataSettings, DrawSettings, TokenizerSettings
from nlp_architect_ext.settings.fields import MISSING, flags_of
from nlp_architect_ext.settings.flags import add_flags
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.run import DeviceSettings, RunSettings
from nlp_architect_ext.settings.training import (
    TaggerKdPseudoSettings,
    TaggerSettings,
    TransformerTokenSettings,
)

TRANSFORMER = "transformer_token"
SUPERVISED = "tagger"
DISTILLED = "tagger_kd_pseudo"
SELF_TAUGHT = "tagger_cvt"
DISTILLED_VIEWS = "tagger_kd_cvt"
COMMANDS: dict[str, type[Any]] = {
    TRANSFORMER: TransformerTokenSettings,
    SUPERVISED: TaggerSettings,
    DISTILLED: TaggerKdPseudoSettings,
    SELF_TAUGHT: TaggerCvtSettings,
    DISTILLED_VIEWS: TaggerKdCvtSettings,
}
# Set by the curve itself, for all cells alike or for each one.
SHARED = (RunSettings, DataSettings, DrawSettings, DeviceSettings, TokenizerSettings)
ITS_OWN = {field.name for group in SHARED for field in dataclasses.fields(group)} | {
    "dev_sample",
    "teacher",
    "soft_labels_dir",
    "model_name_or_path",
    "precision",
    "teacher_max_seq_len",
    "max_seq_len",
    "unlabeled_filename",
    "unlabeled_format",
}


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


def checked(command: str, text: str, where: str, taken: set[str]) -> tuple[str, ...]:
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
        resolved(command, words, where)
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


def resolved(command: str, words: tuple[str, ...], where: str) -> Any:
    """The settings that these flags give, whatever the cell sets beside them."""
    settings_class = COMMANDS[command]
    found = vars(_parsed(command, words, where))
    required = [flag for flag in flags_of(settings_class) if flag.default is MISSING]
    stand_ins = {flag.name: ("x",) if flag.kind is tuple else "x" for flag in required}
    return resolve(settings_class, Namespace(**{**stand_ins, **found}))
