"""Writes `command-line.md` from the settings: `python docs/make_command_line.py`."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from nlp_architect_ext.core import registry
from nlp_architect_ext.settings import (
    cross_view,
    curve,
    deployment,
    fields,
    groups,
    inference,
    recipes,
    texts,
    training,
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
    sections = [
        HEAD,
        "## Commands\n",
        _commands(),
        *map(_section, _groups()),
        "## Recipes\n",
        "What `--recipe` sets; a flag or `--config` is stronger.\n",
        _recipes(training.TaggerKdPseudoSettings, recipes.RECIPES),
        "For `nlp-train tagger_cvt`:\n",
        _recipes(cross_view.TaggerCvtSettings, recipes.CVT_RECIPES),
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
    """The dataclass whose docstring says that it holds this command's settings, or None."""
    said = f"Settings of `{program} {name}`."
    return next((cls for cls in _dataclasses() if inspect.getdoc(cls) == said), None)


def flags(field: dataclasses.Field[Any]) -> list[str]:
    """The main flag of a setting, then its short forms and aliases, then what switches it off."""
    off = [fields.off(field.name)] if field.default is True else []
    return [f"--{field.name}", *field.metadata["flags"], *off]


def _dataclasses() -> list[type[Any]]:
    modules = groups, training, inference, cross_view, texts, curve, deployment
    values = [value for module in modules for value in vars(module).values()]
    classes = [value for value in values if isinstance(value, type)]
    return list(dict.fromkeys(cls for cls in classes if dataclasses.is_dataclass(cls)))


def _own(cls: type[Any]) -> list[dataclasses.Field[Any]]:
    own = vars(cls).get("__annotations__", {})
    return [field for field in dataclasses.fields(cls) if field.name in own]


def _groups() -> list[type[Any]]:
    return [cls for cls in _dataclasses() if _own(cls)]


def _title(cls: type[Any]) -> str:
    words = re.findall(r"[A-Z][a-z]+", cls.__name__.removesuffix("Settings"))
    return " ".join([words[0], *map(str.lower, words[1:])]) + " flags"


def _commands() -> str:
    rows = ["| command | what it does | flags |", "|---|---|---|"]
    for (program, name), description in built_in_commands().items():
        cls = settings_of(program, name)
        groups = [] if cls is None else [group for group in _groups() if issubclass(cls, group)]
        links = ", ".join(_link(_title(group)) for group in groups)
        rows.append(f"| `{program} {name}` | {description} | {links or 'none'} |")
    return "\n".join(rows) + "\n"


def _link(title: str) -> str:
    return f"[{title}](#{title.lower().replace(' ', '-')})"


def _section(cls: type[Any]) -> str:
    types = get_type_hints(cls)
    rows = [f"## {_title(cls)}\n", f"{inspect.getdoc(cls)}\n"]
    rows += ["| flag | value | default | meaning |", "|---|---|---|---|"]
    for field in _own(cls):
        names = ", ".join(f"`{flag}`" for flag in flags(field))
        meaning = field.metadata["help"].replace("|", "\\|")
        value = _value(field, types[field.name])
        rows.append(f"| {names} | {value} | {_default(field)} | {meaning} |")
    return "\n".join(rows) + "\n"


def _value(field: dataclasses.Field[Any], hint: Any) -> str:
    """What may follow the flag."""
    parts: list[Any] = []
    if get_origin(hint) is not tuple:
        parts = [part for part in get_args(hint) if part is not type(None)]
    kind = parts[0] if parts else get_origin(hint) or hint
    about = field.metadata
    if about["spread"]:
        return "whole numbers, one or more" if get_args(hint)[0] is int else "words, one or more"
    if kind is bool:
        return "none: a switch"
    if about["choices"]:
        return ", ".join(f"`{choice}`" for choice in about["choices"])
    if kind is tuple:
        return "text; the flag may be repeated"
    if kind is str:
        return "text"
    number = "whole number" if kind is int else "number"
    return number + _limits(_number(about["minimum"]), _number(about["maximum"]))


def _limits(minimum: str, maximum: str) -> str:
    if not minimum:
        return ""
    return f", {minimum} to {maximum}" if maximum else f", at least {minimum}"


def _number(limit: float | None) -> str:
    if limit is None:
        return ""
    return str(int(limit)) if limit == int(limit) else f"{limit:g}"


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "**required**"
    return _shown(field.default)


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return f"`{' '.join(map(str, value))}`" if value else "not set"
    return "empty" if value == "" else f"`{value}`"


def _recipes(cls: type[Any], known: Mapping[str, Mapping[str, object]]) -> str:
    """What `--recipe` changes."""
    defaults = {field.name: _default(field) for field in dataclasses.fields(cls)}
    others = {name: values for name, values in known.items() if name != "default"}
    rows = [f"| setting | default | {' | '.join(f'`{name}`' for name in others)} |"]
    rows.append("|---|---|" + "---|" * len(others))
    for key in sorted({key for values in others.values() for key in values}):
        cells = [
            _shown(values[key]) if key in values else defaults[key] for values in others.values()
        ]
        rows.append(f"| `{key}` | {defaults[key]} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
