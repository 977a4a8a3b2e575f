"""Rows as an HTML table that scrolls by itself and can be sorted."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nlp_architect_ext.reports.markup import element, scrolling
from nlp_architect_ext.reports.tables import Rows


def html_table(
    rows: Rows,
    label: str,
    *,
    sortable: bool = False,
    total: Sequence[str] = (),
    corner: str = "system",
) -> str:
    """Rows as a table, every cell escaped; none give an empty text.

    Args:
        rows: the first one is the header; the first cell of the others names its row.
        label: what the table shows.
        sortable: the script makes buttons of the headings.
        corner: the heading of the first column where the header has none.
        total: a row that stays last however the others are sorted.
    """
    if not rows:
        return ""
    header, *others = rows
    names = [element("th", escape(cell or corner), scope="col") for cell in header]
    parts = [
        element("thead", element("tr", *names)),
        element("tbody", *map(_row, others)),
    ]
    if total:
        parts.append(element("tfoot", _row(total)))
    return scrolling(label, element("table", *parts, data_sortable=sortable))


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    name = element("th", escape(first), scope="row")
    return element("tr", name, *(element("td", escape(cell)) for cell in others))
