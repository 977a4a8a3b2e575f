"""Our commands inside Intel's NLP Architect 0.5, where that is installed.

>>> from nlp_architect_ext.host import register
>>> register()
{'train': ['benchmark', ..., 'ext_tagger', ...], 'inference': ['ext_tagger', ...]}

From then on `nlp_architect.cli` lists and runs them.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import Any

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import show_on_terminal
from nlp_architect_ext.procedure import Procedure

GROUPS = {"train": registry.TRAIN, "inference": registry.INFERENCE}
PREFIX = "ext_"  # of a command of ours whose name NLP Architect has taken
OURS = "nlp_architect_ext"  # marks what `register` added


def register(*, replace: bool = False) -> dict[str, list[str]]:
    """Add our commands to NLP Architect's registry; again does nothing more.

    Its own commands stay as they are: where it has one of that name, ours is called `ext_tagger`
    instead of `tagger`.

    Args:
        replace: whether ours take the place of its own instead.

    Returns:
        The names of our commands there, by its program: "train" and "inference".

    Raises:
        UserError: NLP Architect isn't installed, or can't be imported.
        BrokenPluginError: a command of an installed package of others can't be imported.
    """
    theirs = _imported("nlp_architect.procedures.registry")
    procedure_class = _imported("nlp_architect.procedures.procedure").Procedure
    names: dict[str, list[str]] = {}
    for program, group in GROUPS.items():
        commands: list[dict[str, Any]] = theirs.CMD_REGISTRY[program]
        commands[:] = [command for command in commands if OURS not in command]
        add = {"train": theirs.register_train_cmd, "inference": theirs.register_inference_cmd}
        for name in registry.names(group):
            ours: type[Procedure] = registry.load(group, name)
            taken = [command for command in commands if command["name"] == name]
            if replace:
                commands[:] = [command for command in commands if command not in taken]
            there = PREFIX + name if taken and not replace else name
            add[program](name=there, description=ours.description)(_hosted(ours, procedure_class))
            commands[-1][OURS] = True
            names.setdefault(program, []).append(there)
    return names


def _hosted(ours: type[Procedure], procedure_class: type[Any]) -> type[Any]:
    """A command of ours as a class of theirs, whose errors are one line as ours are."""

    class Hosted(procedure_class):  # type: ignore[misc]
        @staticmethod
        def add_arguments(parser: ArgumentParser) -> None:
            ours.add_arguments(parser)

        @staticmethod
        def run_procedure(args: Namespace) -> None:
            try:
                with show_on_terminal():
                    ours.run_procedure(args)
            except UserError as error:
                sys.stderr.write(f"{error}\n")
                raise SystemExit(2) from error

    Hosted.__name__ = Hosted.__qualname__ = ours.__name__
    Hosted.__doc__ = ours.__doc__
    return Hosted


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except Exception as error:  # an old package in a new environment may raise anything
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == "nlp_architect"
        reason = f"{type(error).__name__}: {error}"
        raise UserError(
            where="nlp_architect",
            wrong="isn't installed" if is_missing else f"can't be imported ({reason})",
            expected="NLP Architect 0.5.4 and all that it needs",
            remedy="install it, or call nlp-train and nlp-inference, which need none of it",
        ) from error
