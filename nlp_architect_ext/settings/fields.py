"""Settings written once: fields of frozen dataclasses become flags, JSON keys and help.

A command's settings are composed of groups, each a dataclass of its own; flags and JSON keys are
flat, and carry the names of the groups' fields.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Settings = TypeVar("Settings")

MISSING = dataclasses.MISSING
UNGROUPED = "settings"  # title of those that a command has outside of groups


def setting(  # noqa: PLR0913 (what may be said of a flag)
    default: Any = MISSING,
    *,
    help: str,
    flags: tuple[str, ...] = (),
    choices: tuple[str, ...] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    spread: bool = False,
    common: bool = False,
    prefixed: bool = True,
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
        common: whether `--help` shows it; `--help-all` shows every flag.
        prefixed: whether the prefix of its group is put before its name.
    """
    metadata = {
        "help": help,
        "flags": flags,
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
        "spread": spread,
        "common": common,
        "prefixed": prefixed,
    }
    return dataclasses.field(default=default, metadata=metadata)


def group(cls: type[Any], *, prefix: str = "", **defaults: Any) -> Any:
    """A field that holds a group of settings.

    Args:
        cls: the group's dataclass.
        prefix: put before the names of its flags.
        defaults: of this command, where they differ from the group's.
    """
    metadata = {"group": cls, "prefix": prefix, "defaults": defaults}
    return dataclasses.field(default_factory=lambda: cls(**defaults), metadata=metadata)


def borrowed(cls: type[Any], name: str, **other: Any) -> Any:
    """A field as the one of this name in another dataclass; `other` may hold a default."""
    field = next(field for field in dataclasses.fields(cls) if field.name == name)
    return dataclasses.field(**{"default": field.default, **other}, metadata=field.metadata)


@dataclass(frozen=True)
class Flag:
    """One setting of a command, wherever its group has it.

    Args:
        name: of the flag and the JSON key.
        field: the name of the field.
        group: the field of the command's dataclass that holds its group; None outside of groups.
        title: what the group is about.
        hint: the type.
        default: `MISSING` if it must be given.
        about: what `setting` was told.
    """

    name: str
    field: str
    group: str | None
    title: str
    hint: Any
    default: Any
    about: Mapping[str, Any]

    @property
    def kind(self) -> type[Any]:
        """The plain type: int of `int | None`, tuple of `tuple[str, ...]`."""
        hint = self.hint
        if isinstance(hint, UnionType):
            hint = next(part for part in get_args(hint) if part is not NoneType)
        kind: type[Any] = get_origin(hint) or hint
        return kind

    @property
    def aliases(self) -> tuple[str, ...]:
        """Short forms and older names, with their dashes; a prefixed flag has none."""
        is_prefixed = self.about["prefixed"] and self.name != self.field
        return () if is_prefixed else tuple(self.about["flags"])


def flags_of(cls: type[Any]) -> list[Flag]:
    """Every setting of a command, groups in their order.

    Raises:
        TypeError: two groups have a field of one name.
    """
    hints = get_type_hints(cls)
    found: list[Flag] = []
    for field in dataclasses.fields(cls):
        if "group" in field.metadata:
            found += _of_group(field)
        elif field.metadata:
            name = field.name
            flag = Flag(name, name, None, UNGROUPED, hints[name], field.default, field.metadata)
            found.append(flag)
    names = [flag.name for flag in found]
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise TypeError(f"{cls.__name__} has two settings of one name: {', '.join(double)}")
    return found


def _of_group(holder: dataclasses.Field[Any]) -> list[Flag]:
    cls, prefix = holder.metadata["group"], holder.metadata["prefix"]
    defaults, hints = holder.metadata["defaults"], get_type_hints(cls)
    title = (inspect.getdoc(cls) or "").partition("\n")[0].rstrip(".")
    return [
        Flag(
            (prefix if field.metadata["prefixed"] else "") + field.name,
            field.name,
            holder.name,
            title,
            hints[field.name],
            defaults.get(field.name, field.default),
            field.metadata,
        )
        for field in dataclasses.fields(cls)
    ]


def built(cls: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Settings of flat values by name; those that are left out have their defaults."""
    groups: dict[str, dict[str, Any]] = {}
    own: dict[str, Any] = {}
    for flag in flags_of(cls):
        if flag.name not in values and flag.default is MISSING:
            continue
        value = values.get(flag.name, flag.default)
        place = own if flag.group is None else groups.setdefault(flag.group, {})
        place[flag.field] = value
    held = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # a dataclass, as documented
        if field.name in groups:
            held[field.name] = field.metadata["group"](**groups[field.name])
    return cls(**own, **held)


def to_json(settings: Any) -> dict[str, Any]:
    """Settings as flat plain data, as `--config` reads them."""
    found = {}
    for flag in flags_of(type(settings)):
        holder = settings if flag.group is None else getattr(settings, flag.group)
        found[flag.name] = getattr(holder, flag.field)
    return found


def shared(settings: Any, cls: type[Any]) -> dict[str, Any]:
    """The values of those settings that another dataclass has too, by their flat names."""
    names = {flag.name for flag in flags_of(cls)}
    return {name: value for name, value in to_json(settings).items() if name in names}
