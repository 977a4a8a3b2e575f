"""What a command is: a class with two static methods, registered under a name.

The contract is NLP Architect's: `add_arguments(parser)` and `run_procedure(args)`. A package of
your own brings a command by an entry point in the group `nlp_architect_ext.train` or
`nlp_architect_ext.inference`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import ClassVar, TypeVar


class Procedure(ABC):
    """One command; import what is slow (torch) inside `run_procedure`: help stays quick."""

    name: ClassVar[str]
    description: ClassVar[str]

    @staticmethod
    @abstractmethod
    def add_arguments(parser: ArgumentParser) -> None:
        """Declare the command's flags."""

    @staticmethod
    @abstractmethod
    def run_procedure(args: Namespace) -> None:
        """Do the work; what the user can mend is raised as `UserError`."""


Class = TypeVar("Class", bound=type[Procedure])


def _register(name: str, description: str) -> Callable[[Class], Class]:
    def mark(cls: Class) -> Class:
        if not (isinstance(cls, type) and issubclass(cls, Procedure)):
            raise TypeError(
                f"{cls!r} is no Procedure; a command has add_arguments(parser) and "
                "run_procedure(args)"
            )
        cls.name, cls.description = name, description
        return cls

    return mark


def register_train_cmd(name: str, description: str) -> Callable[[Class], Class]:
    """Name a command of `nlp-train`; the entry point of the same name makes it known."""
    return _register(name, description)


def register_inference_cmd(name: str, description: str) -> Callable[[Class], Class]:
    """Name a command of `nlp-inference`; the entry point of the same name makes it known."""
    return _register(name, description)
