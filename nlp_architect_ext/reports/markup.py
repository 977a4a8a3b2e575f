"""HTML out of names, attributes and contents."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Attribute = str | int | bool | None
VOID = ("circle", "line", "path", "rect", "meta")  # they have no content here


def element(name: str, /, *content: str, **attributes: Attribute) -> str:
    """One element.

    Args:
        name: of the element.
        content: HTML, one piece behind the other; text has to be escaped before.
        attributes: with ``_`` for ``-``, and behind a name that Python keeps for itself; escaped
            here. True has no value, None and False are left out.
    """
    opened = "".join([name, *(_attribute(key, value) for key, value in attributes.items())])
    if name in VOID and not content:
        return f"<{opened}/>"
    return f"<{opened}>{''.join(content)}</{name}>"


def section(heading: str, *content: str, about: str = "", name: str = "") -> str:
    """A section of a page.

    Args:
        heading: its heading.
        content: HTML.
        about: what it tells, as text; stands above the content.
        name: by which it's linked.
    """
    title = element("h2", escape(heading), id=name or None)
    return "\n".join([f"<section>{title}", *([paragraph(about)] if about else []), *content]) + (
        "</section>"
    )


def paragraph(text: str, **attributes: Attribute) -> str:
    """Text as a paragraph."""
    return element("p", escape(text), **attributes)


def details(summary: str, *content: str) -> str:
    """What's shown when one asks for it."""
    return element("details", element("summary", escape(summary)), *content)


def columns(*content: str) -> str:
    """Parts beside each other where there is room."""
    return element("div", *content, class_="columns")


def scrolling(label: str, *content: str) -> str:
    """What may be wider than a page and scrolls within it, by keyboard too."""
    about = paragraph(label, class_="caption")
    part = element("div", *content, class_="scroll", role="region", tabindex=0, aria_label=label)
    return element("div", about, part)


def definitions(pairs: Sequence[tuple[str, str, str]]) -> str:
    """Figures as tiles: what it is, the figure, and a remark; all of them text."""
    tiles = [
        element(
            "div",
            element("dt", escape(name)),
            element("dd", escape(figure)),
            *([element("dd", escape(remark), class_="remark")] if remark else []),
        )
        for name, figure, remark in pairs
    ]
    return element("dl", *tiles, class_="tiles")


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
