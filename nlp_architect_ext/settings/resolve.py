"""The settings of one run: default, recipe, JSON file, flag, the later the stronger."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Any, get_args

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.names import nearest
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.settings import dead_flags
from nlp_architect_ext.settings.dead_flags import DEAD_FLAGS
from nlp_architect_ext.settings.fields import MISSING, Flag, Settings, built, flags_of
from nlp_architect_ext.settings.flags import spellings

Recipes = Mapping[str, Mapping[str, Any]]

FLOAT_BITS = 1024  # whole numbers of more bits are beyond a float's range
# In `run.json`, where the folder `data_dir` was: the path as given means another one elsewhere.
DATA_PLACE = "data_dir_absolute"
# Keys of a file of settings that runs wrote, and that no flag sets; "config" is version 0.1's.
NO_SETTINGS = ("config", DATA_PLACE)


def resolve(cls: type[Settings], args: Namespace) -> Settings:
    """The settings of one run, from flags, the file of `--config` and the recipe of `--recipe`.

    Args:
        cls: the settings dataclass; its `recipes`, if it has any, are values by name of recipe.
        args: what the parser found; only flags that were used.

    Raises:
        UserError: an unknown key, a value of the wrong type or out of its range, or required ones
            that are missing.
    """
    given = vars(args)
    for line in dead_flags.used(given):
        say(line)
    names = {flag.name for flag in flags_of(cls)}
    flags = {name: value for name, value in given.items() if name in names}
    file = given.get("config")
    written = {} if file is None else from_file(cls, Path(file))
    return resolved(cls, {**written, **flags}, _Places(flags, file))


def resolved(
    cls: type[Settings], values: Mapping[str, Any], places: _Places | None = None
) -> Settings:
    """Settings of flat values, each checked; what isn't given comes from the recipe.

    Raises:
        UserError: as `resolve`.
    """
    places = places or _Places({}, None)
    flags = flags_of(cls)
    names = {flag.name for flag in flags}
    chosen = str(values.get("recipe", "default"))  # of another type, it's refused below
    recipes: Recipes = getattr(cls, "recipes", {})
    of_recipe = recipes.get(chosen, {})
    complete = {**{key: of_recipe[key] for key in of_recipe if key in names}, **values}
    _check_missing(
        [flag for flag in flags if flag.default is MISSING and flag.name not in complete]
    )
    for flag in flags:
        if flag.name in complete:
            complete[flag.name] = _checked(flag, flag.hint, complete[flag.name], places.of(flag))
    return built(cls, complete)


def from_file(cls: type[Any], path: Path) -> dict[str, Any]:
    """The values that a file of settings gives, under the names of today.

    Raises:
        UserError: not a JSON object, or a key that no setting has.
    """
    flags = flags_of(cls)
    names = {flag.name: flag.name for flag in flags}
    for flag in flags:
        others = [alias.removeprefix("--") for alias in flag.aliases if alias.startswith("--")]
        names |= dict.fromkeys([*others, *spellings(flag.name)], flag.name)
    values = {}
    for key, value in read_json(path).items():
        if key in names:
            values[names[key]] = value
        elif key not in DEAD_FLAGS and key not in NO_SETTINGS:
            raise UserError(
                where=str(path),
                wrong=f"unknown setting {key!r}",
                expected=f"some of: {', '.join(sorted({flag.name for flag in flags}))}",
                remedy=nearest(key, names) or "correct it",
            )
    return values


class _Places:
    """Where a value was given, for error messages."""

    def __init__(self, flags: Mapping[str, Any], file: str | None) -> None:
        self.flags, self.file = flags, file

    def of(self, flag: Flag) -> str:
        if flag.name in self.flags:
            return f"--{flag.name}"
        return f"{self.file}: {flag.name}" if self.file else flag.name


def _check_missing(missing: list[Flag]) -> None:
    """All that is missing, at once."""
    if not missing:
        return
    raise UserError(
        where=", ".join(f"--{flag.name}" for flag in missing),
        wrong="missing",
        expected="; ".join(str(flag.about["help"]) for flag in missing),
        remedy="give it as a flag or in --config"
        if len(missing) == 1
        else "give them as flags or in --config",
    )


def _checked(flag: Flag, hint: Any, value: Any, where: str) -> Any:
    """The value in the setting's type, or an error that says which values would do."""
    kind, about = flag.kind, flag.about
    if value is None and NoneType in get_args(hint):
        return None
    if kind is tuple and isinstance(value, list | tuple):
        return tuple(_one(get_args(hint)[0], item, about, where) for item in value)
    return _one(kind, value, about, where)


def _one(kind: type[Any], value: Any, about: Mapping[str, Any], where: str) -> Any:
    """A single value."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if value.bit_length() < FLOAT_BITS else math.inf
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _refused(where, repr(value), f"a value of type {kind.__name__}")
    if kind is float and not math.isfinite(value):
        raise _refused(where, str(value), "a finite number")
    if isinstance(value, str) and "\0" in value:
        raise _refused(where, repr(value), "text without NUL")
    if isinstance(value, str) and not _is_utf8(value):
        raise _refused(where, repr(value), "text that is UTF-8, names of files too")
    if about["choices"] and value not in about["choices"]:
        raise _refused(where, repr(value), f"one of: {', '.join(about['choices'])}")
    if about["minimum"] is not None and not value >= about["minimum"]:
        raise _refused(where, str(value), f"at least {about['minimum']}")
    if about["maximum"] is not None and not value <= about["maximum"]:
        raise _refused(where, str(value), f"at most {about['maximum']}")
    return value


def _is_utf8(text: str) -> bool:
    """Whether it can be written down; names of files may hold any bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(where: str, wrong: str, expected: str) -> UserError:
    return UserError(where=where, wrong=wrong, expected=expected, remedy="correct it")
