"""`nlp-train` and `nlp-inference`: find the command, parse its flags, run it, without torch."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, Action, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any, NoReturn

from nlp_architect_ext import __version__
from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.interruption import TerminatedError, terminable
from nlp_architect_ext.core.names import nearest
from nlp_architect_ext.core.progress import show_on_terminal
from nlp_architect_ext.core.standard_error import lenient_standard_error
from nlp_architect_ext.core.threads import one_thread_if_need_be
from nlp_architect_ext.procedure import Procedure

# The modules that are missing where only a part of the program was installed, and the extra that
# brings them; an installation without extras has all the others.
DEPENDENCIES = {
    "accelerate": "",
    "fastapi": "serve",
    "huggingface_hub": "hub",
    "matplotlib": "",
    "numpy": "runtime",
    "onnx": "",
    "onnxruntime": "onnx",
    "prometheus_client": "serve",
    "pydantic": "serve",
    "ray": "ray",
    "safetensors": "",
    "seqeval": "",
    "spacy": "",
    "starlette": "serve",
    "tokenizers": "",
    "torch": "",
    "torchcrf": "",
    "tqdm": "",
    "transformers": "",
    "uvicorn": "serve",
}


class _Parser(ArgumentParser):
    """A parser whose complaint is one line, and whose help shows the flags that people use."""

    def __init__(self, **options: Any) -> None:
        options = {"usage": f"{options['prog']} [flags]", **options}
        super().__init__(**options, allow_abbrev=False)
        self.add_argument("--help-all", action=_HelpAll, help="show every flag and exit")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and which flag may have been meant."""
        known = [name for action in self._actions for name in action.option_strings]
        unknown = message.partition("unrecognized arguments: ")[2].partition("=")[0].split()
        hint = nearest(unknown[0], known) if unknown else ""
        meant = f"; {hint}" if hint else ""
        print(f"{self.prog}: {message}{meant}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)

    def format_help(self) -> str:
        """Help without the rare flags."""
        rare = [action for action in self._actions if getattr(action, "rare", False)]
        texts = [action.help for action in rare]
        for action in rare:
            action.help = SUPPRESS
        text = super().format_help()
        for action, shown in zip(rare, texts, strict=True):
            action.help = shown
        return f"{text}\n{self.prog} --help-all shows {len(rare)} more.\n" if rare else text

    def format_all(self) -> str:
        """Help with every flag."""
        return super().format_help()


class _HelpAll(Action):
    """`--help-all`."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=SUPPRESS, help=options["help"])

    def __call__(self, parser: ArgumentParser, *others: Any, **options: Any) -> NoReturn:
        assert isinstance(parser, _Parser)
        print(parser.format_all(), end="")
        raise SystemExit(0)


def train(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `nlp-train`; returns the exit code."""
    return _main("nlp-train", registry.TRAIN, arguments)


def inference(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `nlp-inference`; returns the exit code."""
    return _main("nlp-inference", registry.INFERENCE, arguments)


def _main(program: str, group: str, arguments: Sequence[str] | None) -> int:
    with lenient_standard_error():
        return _answered(program, group, list(sys.argv[1:] if arguments is None else arguments))


def _answered(program: str, group: str, arguments: Sequence[str]) -> int:
    """The exit code of a call; whatever goes wrong is one line."""
    if one_thread_if_need_be():
        print("no more threads may be started (ulimit -u): one computes", file=sys.stderr)
    try:
        with terminable():
            _call(program, group, arguments)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt as error:
        print("interrupted; what was finished is kept", file=sys.stderr)
        return 143 if isinstance(error, TerminatedError) else 130
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain once more while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        # Disks get full and folders lose permissions at any moment; what was finished before is
        # whole.
        where, wrong = str(error.filename or program), error.strerror or str(error)
        print(
            UserError(
                where=where,
                wrong=wrong,
                expected="a place with room and permission",
                remedy="check the path and the disk, then repeat",
            ),
            file=sys.stderr,
        )
        return 2
    return 0


def _call(program: str, group: str, arguments: Sequence[str]) -> None:
    if not arguments or arguments[0].startswith("-"):
        _overview(program, group, arguments)
        return
    procedure = _load(group, arguments[0])
    parser = _Parser(prog=f"{program} {arguments[0]}", description=procedure.description)
    procedure.add_arguments(parser)
    with show_on_terminal():
        _run(procedure, parser, arguments[1:])
    if sys.stdout is not None:
        sys.stdout.flush()  # here it can be said that there is no room; at exit it's a traceback


def _run(procedure: type[Procedure], parser: ArgumentParser, arguments: Sequence[str]) -> None:
    """The command itself; a package of ours that isn't installed is the user's to install."""
    try:
        procedure.run_procedure(parser.parse_args(arguments))
    except MemoryError as error:
        raise UserError(
            where=parser.prog,
            wrong="there isn't enough memory",
            expected="more of it, or less to do at once",
            remedy="give shorter texts, a smaller batch_size or fewer workers",
        ) from error
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in DEPENDENCIES:
            raise
        extra = f"[{DEPENDENCIES[name]}]" if DEPENDENCIES[name] else " with all it needs"
        remedy = "install it" + ("; an exported tagger needs no torch" if name == "torch" else "")
        wrong, expected = f"needs {name}, which isn't installed", f"nlp-architect-ext{extra}"
        raise UserError(where=parser.prog, wrong=wrong, expected=expected, remedy=remedy) from error


def _overview(program: str, group: str, arguments: Sequence[str]) -> None:
    """Help and version, where no command is named."""
    commands = "\n".join(
        f"  {name:<20} {_description(group, name)}" for name in registry.names(group)
    )
    parser = _Parser(
        prog=program,
        usage=f"{program} [-h] [-v] COMMAND ...",
        description=f"commands:\n{commands}\n\n{program} COMMAND --help lists a command's flags.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-v", "--version", action="version", version=f"nlp-architect-ext {__version__}"
    )
    parser.parse_args(arguments)
    parser.print_help()


def _load(group: str, name: str) -> type[Procedure]:
    procedure = registry.load(group, name)
    if (
        not (isinstance(procedure, type) and issubclass(procedure, Procedure))
        or getattr(procedure, "name", "") != name
    ):
        raise registry.BrokenPluginError(
            where=f"command {name!r}",
            wrong=f"{procedure!r} isn't registered under this name",
            expected=f"a Procedure with name={name!r}",
            remedy="update or uninstall its package",
        )
    return procedure


def _description(group: str, name: str) -> str:
    """What a command does, or in one line why its package is broken: it can't break the others."""
    try:
        return _load(group, name).description
    except UserError as error:
        return f"(broken: {error})"
