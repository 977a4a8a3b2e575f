"""Which type is taken for which, as a table whose cells are coloured by their share of the row."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.confusion import Confusion, confusion
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.reports.markup import details, element, scrolling, section

NONE = "none"
STEPS = (0.05, 0.2, 0.6)  # shares of a row from which on a cell is darker


def confusion_table(split: str, evaluation: Evaluation, name: str) -> str:
    """A section with the student's confusion, and the teacher's if there is one."""
    parts = [_heat(evaluation.gold, evaluation.student, evaluation.labels, name)]
    if evaluation.teacher is not None:
        of_teacher = _heat(evaluation.gold, evaluation.teacher, evaluation.labels, "teacher")
        parts.append(details("The same for the teacher", of_teacher))
    about = (
        "A row is what the entities of a type were taken for, a column what lies behind those that "
        "were found. On the diagonal the type is right; an entity is paired with the one that "
        "shares most words with it. None is where the other side has nothing."
    )
    return section(f"Confusion of types ({split})", *parts, about=about, name="confusion")


def _heat(
    gold: Sequence[Sequence[str]], found: Sequence[Sequence[str]], labels: LabelSet, name: str
) -> str:
    counted = confusion(gold, found, labels)
    types: list[str | None] = list(counted.types)
    if any(None in pair for pair in counted.counts):
        types.append(None)
    label = f"Entities by gold type (rows) and type that the {name} found (columns)"
    columns = [element("th", escape(one or NONE), scope="col") for one in types]
    head = element("tr", element("th", f"gold ↓ {name} →", scope="col"), *columns)
    rows = [_row(one, types, counted, name) for one in types]
    parts = [element("thead", head), element("tbody", *rows)]
    table = element("table", *parts, class_="heat", data_walk=len(types))
    return scrolling(label, table)


def _row(gold: str | None, types: Sequence[str | None], found: Confusion, name: str) -> str:
    total = sum(found.counts[gold, one] for one in types)
    head = element("th", escape(gold or NONE), scope="row")
    return element("tr", head, *(_cell(gold, one, found, total, name) for one in types))


def _cell(gold: str | None, one: str | None, found: Confusion, total: int, name: str) -> str:
    """How many entities of type `gold` were taken for type `one`, of so many in the row."""
    if gold is None and one is None:
        return element("td", class_="tip", title="neither has an entity: not counted")
    count = found.counts[gold, one]
    if not count:
        return element("td", "0", class_="tip zero")  # most cells of many types, so a short one
    says = f"gold {gold or NONE}, {name} {one or NONE}: {count:,}"
    says += f", {100 * count / total:.1f} % of the row"
    if gold is not None and gold == one and found.moved[gold]:
        says += f"; {found.moved[gold]:,} of them with other words"
    shade = _shade(count, total, gold == one)
    return element("td", f"{count:,}", class_=f"tip {shade}", title=says)


def _shade(count: int, total: int, is_right: bool) -> str:
    step = 1 + sum(count / total >= share for share in STEPS)
    return f"{'h' if is_right else 'e'}{step}"
