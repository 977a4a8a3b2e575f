"""Writes `command-line.md` from the settings: `python docs/make_command_line.py`."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from nlp_architect_ext.core import registry
from nlp_architect_ext.settings import (
    annotation,
    cross_view,
    curve,
    deployment,
    encoder,
    hub,
    inference,
    label_check,
    monitoring,
    search,
    serving,
    texts,
    training,
)
from nlp_architect_ext.settings.dead_flags import DEAD_FLAGS
from nlp_architect_ext.settings.fields import MISSING, Flag, flags_of
from nlp_architect_ext.settings.flags import off

MODULES = (
    annotation,
    training,
    inference,
    monitoring,
    cross_view,
    texts,
    curve,
    deployment,
    hub,
    serving,
    encoder,
    search,
    label_check,
)
PAGE = Path(__file__).with_name("command-line.md")
PROGRAMS = {"nlp-train": registry.TRAIN, "nlp-inference": registry.INFERENCE}
BUILT_IN = "nlp_architect_ext_procedures"  # commands of other packages aren't described here

HEAD = """\
# Commands and flags

This page is made from the files in `nlp_architect_ext/settings/` by
`python docs/make_command_line.py`; don't edit it by hand.

```sh
nlp-train tagger_kd_pseudo --teacher bert-base-cased --data_dir data --output_dir out
nlp-train tagger_kd_pseudo --config out/run.json --output_dir again
nlp-inference tagger --model_dir out --data_file notes.txt --output_dir tagged
cat notes.txt | nlp-inference tagger --model_dir out --data_file - --output_dir - \\
    --output_format json
```

A value comes from, the later the stronger: its default, the recipe, the JSON file of `--config`,
the flag.
A file for `--config` holds one JSON object whose keys are the names of flags; `run.json` in a
result folder is one.

Results go to files or standard output; progress, tables and errors go to standard error.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a fault of the program, with a traceback: please report it |
| 2 | something given can't be used, or a disk is full; one line says what was wrong, what to do |
| 130 | interrupted by Ctrl-C; what was finished is kept |
| 141 | the reader of standard output left |

`nlp-train --help` and `nlp-inference --help` list the commands, those of other installed packages
among them.
With `HF_HUB_OFFLINE=1` in the environment nothing is downloaded: a teacher is a folder, or already
in the hub's cache.
"""


def page() -> str:
    """The whole page."""
    sections = [HEAD, "## Commands\n", _commands()]
    sections += [_section(*one) for one in _groups().items()]
    sections += [
        "## Without effect\n",
        "NLP Architect's flags that decide nothing any more. They are accepted, and the command "
        "says so.\n",
        _dead(),
        "## Recipes\n",
        "What `--recipe` sets; a flag or `--config` is stronger.\n",
        _recipes(training.TaggerKdPseudoSettings),
        "For `nlp-train tagger_cvt`:\n",
        _recipes(cross_view.TaggerCvtSettings),
    ]
    return "\n".join(sections)


def built_in_commands() -> dict[tuple[str, str], str]:
    """Description by program and name of every command of this package."""
    found = {}
    for program, group in PROGRAMS.items():
        for name in registry.names(group):
            procedure = registry.load(group, name)
            if procedure.__module__.startswith(BUILT_IN):
                found[program, name] = procedure.description
    return found


def settings_of(program: str, name: str) -> type[Any] | None:
    """The dataclass whose docstring names this command; None for one without flags."""
    said = f"Settings of `{program} {name}`."
    known = [value for module in MODULES for value in vars(module).values()]
    classes = [one for one in known if isinstance(one, type) and dataclasses.is_dataclass(one)]
    docs = {cls: (inspect.getdoc(cls) or "").partition("\n")[0] for cls in classes}
    return next((cls for cls, first_line in docs.items() if first_line == said), None)


def flags(flag: Flag) -> list[str]:
    """The main flag of a setting, then its short forms and aliases, then what switches it off."""
    negative = [off(flag.name)] if flag.default is True else []
    return [f"--{flag.name}", *flag.aliases, *negative]


def _own_title(cls: type[Any], flag: Flag) -> str:
    """The heading of a group's flags, or of those that a command has for itself."""
    if flag.group is not None:
        return flag.title
    said = re.search(r"`(.+)`", inspect.getdoc(cls) or "")
    return f"{said[1]}, its own flags" if said else flag.title


def _groups() -> dict[str, dict[str, Flag]]:
    """The flags of all commands by heading and name, each once."""
    found: dict[str, dict[str, Flag]] = {}
    for command in built_in_commands():
        cls = settings_of(*command)
        for flag in [] if cls is None else flags_of(cls):
            found.setdefault(_own_title(cls, flag), {}).setdefault(flag.name, flag)
    return found


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _commands() -> str:
    rows = ["| command | what it does | flags |", "|---|---|---|"]
    for (program, name), description in built_in_commands().items():
        cls = settings_of(program, name)
        titles = [] if cls is None else [_own_title(cls, flag) for flag in flags_of(cls)]
        links = "; ".join(f"[{title}](#{_anchor(title)})" for title in dict.fromkeys(titles))
        rows.append(f"| `{program} {name}` | {description} | {links or 'none'} |")
    return "\n".join(rows) + "\n"


def _section(title: str, found: Mapping[str, Flag]) -> str:
    rows = [f"## {title}\n", "| flag | value | default | meaning |", "|---|---|---|---|"]
    for flag in found.values():
        names = ", ".join(f"`{name}`" for name in flags(flag))
        meaning = flag.about["help"].replace("|", "\\|")
        rows.append(f"| {names} | {_value(flag)} | {_default(flag.default)} | {meaning} |")
    return "\n".join(rows) + "\n"


def _dead() -> str:
    rows = ["| flag | because |", "|---|---|"]
    rows += [f"| `--{name}` | {reason} |" for name, reason in DEAD_FLAGS.items()]
    return "\n".join(rows) + "\n"


def _value(flag: Flag) -> str:
    """What may follow the flag."""
    about, kind = flag.about, flag.kind
    if about["spread"]:
        is_number = get_args(flag.hint)[0] is int
        return "whole numbers, one or more" if is_number else "words, one or more"
    if kind is bool:
        return "none: a switch"
    if about["choices"]:
        return ", ".join(f"`{choice}`" for choice in about["choices"])
    if kind is tuple:
        return "text; the flag may be repeated"
    if kind is str:
        return "text"
    return ("whole number" if kind is int else "number") + _limits(about)


def _limits(about: Mapping[str, Any]) -> str:
    minimum, maximum = _number(about["minimum"]), _number(about["maximum"])
    if minimum and maximum:
        return f", {minimum} to {maximum}"
    return f", at least {minimum}" if minimum else ""


def _number(limit: float | None) -> str:
    if limit is None:
        return ""
    return str(int(limit)) if limit == int(limit) else f"{limit:g}"


def _default(value: object) -> str:
    if value is MISSING:
        return "**required**"
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return f"`{' '.join(map(str, value))}`" if value else "not set"
    return "empty" if value == "" else f"`{value}`"


def _recipes(cls: type[Any]) -> str:
    """What `--recipe` changes."""
    defaults = {flag.name: _default(flag.default) for flag in flags_of(cls)}
    others = {name: values for name, values in cls.recipes.items() if name != "default"}
    rows = [f"| setting | default | {' | '.join(f'`{name}`' for name in others)} |"]
    rows.append("|---|---|" + "---|" * len(others))
    for key in sorted({key for values in others.values() for key in values}):
        columns = others.values()
        cells = [_default(values[key]) if key in values else defaults[key] for values in columns]
        rows.append(f"| `{key}` | {defaults[key]} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
