"""Plugins by name: the entry points of one group, built-ins and strangers' alike."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.names import nearest

TRAIN = "nlp_architect_ext.train"
INFERENCE = "nlp_architect_ext.inference"
STUDENTS = "nlp_architect_ext.students"
FORMATS = "nlp_architect_ext.formats"
TEACHERS = "nlp_architect_ext.teachers"
OWN = ("nlp_architect_ext", "nlp_architect_ext_procedures")  # packages of the built-ins


class BrokenPluginError(UserError):
    """An installed plugin that can't be imported, or a name that two packages claim."""


def _found(group: str) -> dict[str, list[EntryPoint]]:
    by_name: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=group):
        same = by_name.setdefault(point.name, [])
        if all(point.value != other.value for other in same):
            same.append(point)
    return {name: _built_in(points) or points for name, points in by_name.items()}


def _built_in(points: list[EntryPoint]) -> list[EntryPoint]:
    """Those of this package: a name of its own is nobody else's, whatever is installed."""
    return [point for point in points if point.module.partition(".")[0] in OWN]


def names(group: str) -> list[str]:
    """The installed names of a group, sorted; nothing is imported."""
    return sorted(_found(group))


def load(group: str, name: str) -> Any:
    """Import the one plugin of this name.

    Raises:
        UserError: no plugin has this name; the message lists those that are installed.
        BrokenPluginError: the plugin fails to import, or two packages register the name.
    """
    kind = _kind(group)
    found = _found(group).get(name)
    if not found:
        installed = ", ".join(names(group)) or "none"
        raise UserError(
            where=f"{kind} {name!r}",
            wrong="no such name is installed",
            expected=f"one of: {installed}",
            remedy=nearest(name, names(group)) or "correct the name or install its package",
        )
    return _imported(kind, name, found)


def load_all(group: str) -> dict[str, Any]:
    """Import every plugin of a group, by name; those that are broken are left out.

    They are refused by `load`, when one of them is asked for.
    """
    loaded = {}
    for name, points in sorted(_found(group).items()):
        with suppress(BrokenPluginError):
            loaded[name] = _imported(_kind(group), name, points)
    return loaded


def _kind(group: str) -> str:
    """What its plugins are called in errors."""
    return "command" if group in (TRAIN, INFERENCE) else group.rpartition(".")[2].rstrip("s")


def _imported(kind: str, name: str, found: list[EntryPoint]) -> Any:
    if len(found) > 1:
        claims = " and ".join(point.value for point in found)
        raise BrokenPluginError(
            where=f"{kind} {name!r}",
            wrong=f"registered twice ({claims})",
            expected="one package for a name",
            remedy="uninstall one of the packages",
        )
    try:
        return found[0].load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's module may call sys.exit while it's imported
        raise BrokenPluginError(
            where=f"{kind} {name!r}",
            wrong=f"{found[0].value} fails to import ({type(error).__name__}: {error})",
            expected="a module that imports",
            remedy="update or uninstall that package",
        ) from error
