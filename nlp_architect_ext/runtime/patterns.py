"""Regular expressions as data, for a kernel that has no `re`: parsed once, by Python's own parser.

A pattern is a tree of JSON values:

- a string: these characters, one after the other; a number: a character out of that set;
- a list: its items, one after the other;
- `{"or": [...]}`: the first that leads to a match;
- `{"repeat": ..., "least": 0, "most": null}`: as often as possible, or with `"lazy": true` as
  seldom as possible; null is any number of times;
- `{"ahead": ...}`, `{"behind": ...}`, `{"not ahead": ...}`, `{"not behind": ...}`: what follows, or
  comes before, is or isn't that;
- `{"at": "start"}`, `{"at": "end"}`, `{"at": "line end"}`: there, or before a last line feed too.

The sets are shared by the patterns of a language: `{"ranges": [first, last, first, last, ...]}`, in
order, and if need be `"classes"` (of `word`, `digit`, `space`, and `not word` and so on) and
`"negated"`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

Node = Any  # as above

LARGEST = 20_000  # characters of a pattern, repetitions written out
DEEPEST = 40  # nested values
MOST_TIMES = 1000  # of a repetition

_CLASSES = {"WORD": "word", "DIGIT": "digit", "SPACE": "space"}
_PLACES = {
    "AT_BEGINNING": "start",
    "AT_BEGINNING_STRING": "start",
    "AT_END": "line end",
    "AT_END_STRING": "end",
}
_FLAGS = re.UNICODE | re.IGNORECASE | re.DOTALL


class NoTree(Exception):  # noqa: N818 (no error: such patterns stay with Python)
    """A pattern has what trees can't say."""


def pattern_trees(patterns: Mapping[str, str | None]) -> dict[str, Node] | None:
    """Patterns by name as trees, and the sets that they share under `sets`; None stays None.

    Returns:
        None if one of the patterns has what trees can't say, such as references to groups.

    Raises:
        re.error: not a regular expression.
    """
    writer = TreeWriter()
    try:
        trees = {
            name: None if pattern is None else writer.tree(pattern)
            for name, pattern in patterns.items()
        }
    except NoTree:
        return None
    return {"sets": writer.sets, **trees}


class TreeWriter:
    """Turns patterns into trees, and collects the sets of characters in them."""

    def __init__(self) -> None:
        self._sets: dict[str, int] = {}

    @property
    def sets(self) -> list[Node]:
        """All sets so far, in the order of their numbers."""
        return [json.loads(text) for text in self._sets]

    def tree(self, pattern: str) -> Node:
        """A pattern as a tree.

        Raises:
            NoTree: it has what trees can't say.
            re.error: not a regular expression.
        """
        re.compile(pattern)
        try:
            from re import _parser  # type: ignore[attr-defined] # no public way shows the tree
        except ImportError:
            raise NoTree("no parser of regular expressions") from None
        parsed = _parser.parse(pattern)
        tree = self._sequence(parsed, parsed.state.flags)
        if _size(tree) > LARGEST or _depth(tree) > DEEPEST:
            raise NoTree("a large pattern")
        return tree

    def _sequence(self, items: Iterable[Any], flags: int) -> Node:
        if flags & ~_FLAGS:
            raise NoTree(f"flags {re.RegexFlag(flags)}")
        nodes: list[Node] = []
        for operation, argument in items:
            node = self._node(str(operation), argument, flags)
            if isinstance(node, str) and nodes and isinstance(nodes[-1], str):
                nodes[-1] += node
            else:
                nodes.append(node)
        return nodes[0] if len(nodes) == 1 else nodes

    def _node(self, operation: str, argument: Any, flags: int) -> Node:
        match operation:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return self._one_character(operation, argument, flags)
            case "BRANCH":
                return {"or": [self._sequence(items, flags) for items in argument[1]]}
            case "SUBPATTERN":
                _, added, removed, items = argument
                return self._sequence(items, (flags | added) & ~removed)
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, items = argument
                lazy = {"lazy": True} if operation == "MIN_REPEAT" else {}
                return self._repeat(least, most, items, flags) | lazy
            case "ASSERT" | "ASSERT_NOT":
                direction, items = argument
                return self._look(operation == "ASSERT_NOT", direction, items, flags)
            case "AT" if str(argument) in _PLACES:
                return {"at": _PLACES[str(argument)]}
        raise NoTree(f"{operation} {argument}")

    def _repeat(self, least: int, most: Any, items: Any, flags: int) -> dict[str, Node]:
        is_endless = str(most) == "MAXREPEAT"
        # Engines differ in what they make of repeated empty matches.
        if int(most) > 1 and items.getwidth()[0] == 0:
            raise NoTree("a repetition of what may be empty")
        if least > MOST_TIMES or (not is_endless and most > MOST_TIMES):
            raise NoTree("a large repetition")
        node = self._sequence(items, flags)
        return {"repeat": node, "least": int(least), "most": None if is_endless else int(most)}

    def _look(self, is_not: bool, direction: int, items: Any, flags: int) -> Node:
        least, most = items.getwidth()
        if direction < 0 and least != most:
            raise NoTree("a look behind of several widths")
        name = ("not " if is_not else "") + ("behind" if direction < 0 else "ahead")
        return {name: self._sequence(items, flags)}

    def _one_character(self, operation: str, argument: Any, flags: int) -> str | int:
        ranges: list[tuple[int, int]] = []
        classes: set[str] = set()
        is_negated = operation == "NOT_LITERAL"
        if operation == "ANY":
            is_negated = not flags & re.DOTALL
            ranges = [(10, 10) if is_negated else (0, sys.maxunicode)]
        elif operation == "IN":
            for kind, value in argument:
                is_negated |= str(kind) == "NEGATE"
                if str(kind) == "LITERAL":
                    ranges.append((value, value))
                elif str(kind) == "RANGE":
                    ranges.append(value)
                elif str(kind) == "CATEGORY":
                    classes.add(_class(str(value)))
        else:
            ranges = [(argument, argument)]
        if flags & re.IGNORECASE:
            ranges += _other_cases(tuple(ranges))
        ranges = _joined(ranges)
        is_single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
        is_plain = is_single and not classes and not is_negated
        if is_plain and chr(ranges[0][0]).isascii() | chr(ranges[0][0]).isprintable():
            return chr(ranges[0][0])  # surrogates aren't printable: files can't hold them
        return self._set(ranges, classes, is_negated)

    def _set(self, ranges: list[tuple[int, int]], classes: set[str], is_negated: bool) -> int:
        """The number of a set, new or not."""
        content: dict[str, Any] = {"ranges": [point for ends in ranges for point in ends]}
        content |= {"classes": sorted(classes)} if classes else {}
        content |= {"negated": True} if is_negated else {}
        return self._sets.setdefault(json.dumps(content), len(self._sets))


def _class(category: str) -> str:
    name = category.removeprefix("CATEGORY_")
    is_not, name = name.startswith("NOT_"), name.removeprefix("NOT_")
    if name not in _CLASSES:
        raise NoTree(category)
    return ("not " if is_not else "") + _CLASSES[name]


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same characters in as few ranges as possible, in order."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


@cache
def _other_cases(ranges: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """What else is in a set of characters if case is ignored; Python itself is asked."""
    if not ranges:
        return []
    shown = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    found = re.findall(f"[{shown}]", _cased(), re.IGNORECASE)
    return [(ord(character), ord(character)) for character in found]


@cache
def _cased() -> str:
    """All characters that have an upper or a lower case."""
    every = map(chr, range(sys.maxunicode + 1))
    return "".join(each for each in every if each.lower() != each or each.upper() != each)


def _size(node: Node) -> int:
    """Characters that a tree says, repetitions written out."""
    if isinstance(node, str | int):
        return len(node) if isinstance(node, str) else 1
    if isinstance(node, list):
        return sum(map(_size, node))
    if "repeat" in node:
        times: int = max(node["least"] + 1, node["most"] or 0)
        return times * (1 + _size(node["repeat"]))
    return 1 if "at" in node else sum(1 + _size(inner) for inner in node.values())


def _depth(node: Node) -> int:
    if isinstance(node, list):
        return 1 + max(map(_depth, node), default=0)
    return 1 + max(map(_depth, node.values())) if isinstance(node, dict) else 0
