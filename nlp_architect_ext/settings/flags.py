"""Settings as flags of a command: few in `--help`, all in `--help-all`."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from typing import Any, get_args

from nlp_architect_ext.settings.dead_flags import DEAD_FLAGS
from nlp_architect_ext.settings.fields import MISSING, Flag, flags_of

RARE = "rare"  # attribute of an argparse action that `--help` leaves out
WITHOUT_EFFECT = "flags of NLP Architect that are accepted without effect"


def add_flags(parser: ArgumentParser, cls: type[Any]) -> None:
    """Give the parser one flag a setting; a flag that isn't used leaves no trace in the namespace.

    Flags that aren't common are marked `RARE`, unless none of the command's is common. NLP
    Architect's flags that have no effect are accepted too.
    """
    flags = flags_of(cls)
    sections: dict[str, Any] = {}
    all_shown = not any(flag.about["common"] for flag in flags)
    for flag in flags:
        section = sections.get(flag.title)
        if section is None:
            section = sections[flag.title] = parser.add_argument_group(flag.title)
        is_rare = not (all_shown or flag.about["common"] or flag.default is MISSING)
        _add(section, flag, is_rare)
    file = parser.add_argument_group("settings from a file")
    note = "JSON file of settings; flags are stronger (default: none)"
    action = file.add_argument("--config", default=SUPPRESS, metavar="FILE", help=note)
    setattr(action, RARE, not all_shown)
    _add_dead(parser, {flag.name for flag in flags})


def off(name: str) -> str:
    """The flag that switches off what is on by default."""
    return f"--no_{name}"


def spellings(name: str) -> list[str]:
    """The same flag with ``labelled`` for ``labeled`` and the other way round."""
    pairs = (("labeled", "labelled"), ("labelled", "labeled"))
    return [name.replace(one, other) for one, other in pairs if one in name]


def _add(section: Any, flag: Flag, is_rare: bool) -> None:
    options: dict[str, Any] = {"dest": flag.name, "default": SUPPRESS}
    if flag.kind is bool:
        if flag.default is True:
            note = f"switch off: {flag.about['help']}".replace("%", "%%")
            negative = {**options, "action": "store_false", "help": note}
            setattr(section.add_argument(off(flag.name), **negative), RARE, is_rare)
        options["action"] = "store_true"
    else:
        options |= _of_value(flag)
    short = [alias for alias in flag.aliases if not alias.startswith("--")]
    names = [*short, f"--{flag.name}"]
    is_default = flag.default is True  # only switching it off does something
    action = section.add_argument(*names, **options, help=_help(flag))
    setattr(action, RARE, is_rare or is_default)
    hidden = [alias for alias in flag.aliases if alias not in short]
    hidden += [f"--{name}" for name in spellings(flag.name)]
    if hidden:
        section.add_argument(*hidden, **options, help=SUPPRESS)


def _of_value(flag: Flag) -> dict[str, Any]:
    """What argparse needs to know of a flag that takes a value."""
    is_many = flag.kind is tuple
    one = get_args(flag.hint)[0] if is_many else flag.kind
    choices = flag.about["choices"]
    options: dict[str, Any] = {"type": one, "choices": choices}
    options["metavar"] = None if choices else ("N" if one in (int, float) else "VALUE")
    if is_many:
        at_once = flag.about["spread"]
        options |= {"action": "extend", "nargs": "+"} if at_once else {"action": "append"}
    return options


def _help(flag: Flag) -> str:
    note = "required" if flag.default is MISSING else f"default: {_shown(flag.default)}"
    return f"{flag.about['help']} ({note})".replace("%", "%%")


def _add_dead(parser: ArgumentParser, known: set[str]) -> None:
    section = parser.add_argument_group(WITHOUT_EFFECT)
    for name, reason in DEAD_FLAGS.items():
        if name not in known:
            options: dict[str, Any] = {"nargs": "?", "const": True, "default": SUPPRESS}
            options["dest"] = f"dead.{name}"
            action = section.add_argument(f"--{name}", **options, help=reason, metavar="VALUE")
            setattr(action, RARE, True)


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return " ".join(map(str, default)) or "none"
    if default is None:
        return "none"
    return repr(default) if default == "" else str(default)
