"""Settings written once: the fields of a frozen dataclass become flags, JSON keys and help text.

A value comes from, the later the stronger: the field's default, the recipe, the JSON file of
`--config`, the flag.
"""

from __future__ import annotations

import dataclasses
import math
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json

Settings = TypeVar("Settings")

FLOAT_BITS = 1024  # whole numbers of more bits are beyond a float's range


def setting(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    flags: tuple[str, ...] = (),
    choices: tuple[str, ...] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    spread: bool = False,
) -> Any:
    """A field of a settings dataclass; without a default it must be given.

    Args:
        default: its value when nobody says otherwise.
        help: one line for `--help`.
        flags: further flags beside `--NAME`, short forms and aliases.
        choices: the values allowed.
        minimum: the smallest number allowed.
        maximum: the largest number allowed.
        spread: whether a flag of several values takes them all at once, ``--sizes 150 300``; else
            it's repeated.
    """
    metadata = {
        "help": help,
        "flags": flags,
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
        "spread": spread,
    }
    return dataclasses.field(default=default, metadata=metadata)


def borrowed(cls: type[Any], name: str, **other: Any) -> Any:
    """A field that means the same as the one of this name in another settings dataclass; `other`
    may hold a default.
    """
    field = next(field for field in _fields(cls) if field.name == name)
    return dataclasses.field(**{"default": field.default, **other}, metadata=field.metadata)


def add_flags(parser: ArgumentParser, cls: type[Any]) -> None:
    """Give the parser one flag a field; a flag that isn't used leaves no trace in the namespace."""
    types = get_type_hints(cls)
    for field in _fields(cls):
        note = (
            "required"
            if field.default is dataclasses.MISSING
            else f"default: {_shown(field.default)}"
        )
        text = f"{field.metadata['help']} ({note})".replace("%", "%%")
        options: dict[str, Any] = {"dest": field.name, "default": SUPPRESS, "help": text}
        kind = _kind(types[field.name])
        if kind is bool:
            if field.default is True:
                parser.add_argument(
                    off(field.name),
                    action="store_false",
                    **{**options, "help": f"not --{field.name}"},
                )
            options["action"] = "store_true"
        else:
            one = get_args(types[field.name])[0] if kind is tuple else kind
            options |= {"type": one, "choices": field.metadata["choices"]}
            options["metavar"] = (
                None if field.metadata["choices"] else ("N" if one in (int, float) else "VALUE")
            )
            if kind is tuple:
                options |= (
                    {"action": "extend", "nargs": "+"}
                    if field.metadata["spread"]
                    else {"action": "append"}
                )
        parser.add_argument(*field.metadata["flags"], f"--{field.name}", **options)


def off(name: str) -> str:
    """The flag that switches off what is on by default."""
    return f"--no_{name}"


def resolve(
    cls: type[Settings], args: Namespace, recipes: Mapping[str, Mapping[str, Any]] | None = None
) -> Settings:
    """The settings of one run, from flags, the JSON file of `--config` and the recipe of
    `--recipe`.

    Args:
        cls: the settings dataclass.
        args: what the parser found; only flags that were used.
        recipes: values by name of recipe, for those settings whose defaults a recipe changes.

    Raises:
        UserError: an unknown key, a value of the wrong type or out of its range, or a required one
            that's missing.
    """
    names = {field.name for field in _fields(cls)}
    flags = {name: value for name, value in vars(args).items() if name in names}
    file = flags.get("config")
    written = {} if file is None else read_json(Path(file))
    for key in written:
        if key not in names:
            raise UserError(
                where=str(file),
                wrong=f"unknown setting {key!r}",
                expected=f"some of: {', '.join(sorted(names))}",
                remedy="correct it",
            )
    values = {**written, **flags}
    chosen = str(values.get("recipe", "default"))  # of another type, it's refused below
    values = {**{k: v for k, v in (recipes or {}).get(chosen, {}).items() if k in names}, **values}
    types = get_type_hints(cls)
    for field in _fields(cls):
        if field.name in values:
            where = f"--{field.name}" if field.name in flags else f"{file}"
            values[field.name] = _checked(field, types[field.name], values[field.name], where)
        elif field.default is dataclasses.MISSING:
            raise UserError(
                where=f"--{field.name}",
                wrong="missing",
                expected=field.metadata["help"],
                remedy="give it as a flag or in --config",
            )
    return cls(**values)


def to_json(settings: Any) -> dict[str, Any]:
    """Settings as plain data, as `--config` reads them."""
    return {field.name: getattr(settings, field.name) for field in _fields(type(settings))}


def shared(settings: Any, cls: type[Any]) -> dict[str, Any]:
    """The values of those settings that another dataclass has too."""
    names = {field.name for field in _fields(cls)}
    return {name: value for name, value in to_json(settings).items() if name in names}


def _fields(cls: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


def _kind(hint: Any) -> type[Any]:
    """The plain type of a field: int of `int | None`, tuple of `tuple[str, ...]`."""
    if isinstance(hint, UnionType):
        hint = next(part for part in get_args(hint) if part is not NoneType)
    kind: type[Any] = get_origin(hint) or hint
    return kind


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return " ".join(map(str, default)) or "none"
    return "none" if default is None else repr(default) if default == "" else str(default)


def _checked(field: dataclasses.Field[Any], hint: Any, value: Any, where: str) -> Any:
    """The value in the field's type, or an error that says which values would do."""
    kind, about = _kind(hint), field.metadata
    name = f"{where}: {field.name}" if not where.startswith("--") else where
    if value is None and NoneType in get_args(hint):
        return None
    if kind is tuple and isinstance(value, list | tuple):
        return tuple(_checked(field, get_args(hint)[0], item, where) for item in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if value.bit_length() < FLOAT_BITS else math.inf
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise UserError(
            where=name,
            wrong=f"{value!r}",
            expected=f"a value of type {kind.__name__}",
            remedy="correct it",
        )
    if kind is float and not math.isfinite(value):
        raise UserError(
            where=name, wrong=f"{value}", expected="a finite number", remedy="correct it"
        )
    if kind is str and "\0" in value:
        raise UserError(
            where=name, wrong=f"{value!r}", expected="text without NUL", remedy="correct it"
        )
    if about["choices"] and value not in about["choices"]:
        raise UserError(
            where=name,
            wrong=f"{value!r}",
            expected=f"one of: {', '.join(about['choices'])}",
            remedy="correct it",
        )
    if about["minimum"] is not None and not value >= about["minimum"]:
        raise UserError(
            where=name,
            wrong=f"{value}",
            expected=f"at least {about['minimum']}",
            remedy="correct it",
        )
    if about["maximum"] is not None and not value <= about["maximum"]:
        raise UserError(
            where=name,
            wrong=f"{value}",
            expected=f"at most {about['maximum']}",
            remedy="correct it",
        )
    return value
