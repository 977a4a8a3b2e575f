"""What a search found: the table, the picture, and what the supernet's order was worth."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from nlp_architect_ext.core.aligned import aligned
from nlp_architect_ext.evaluation.rank_correlation import spearman
from nlp_architect_ext.reports.pareto import pareto
from nlp_architect_ext.runs.search_networks import Trained
from nlp_architect_ext.settings.search import budget_name

TABLE, PICTURE = "table.csv", "pareto.png"
FEWEST = 4  # networks that a rank correlation is computed of
ENOUGH = 0.5
COLUMNS = ("network", "group", "budgets", "ms", "dev_f1", "test_f1", "parameters", "megabytes")
MEGABYTE = 1e6

Winners = Mapping[float, Trained]


def rows(trained: Sequence[Trained], winners: Winners) -> list[list[str]]:
    """A row a network under `COLUMNS`, the fastest first; F1 in percent."""
    found = []
    for one in sorted(trained, key=lambda one: one.milliseconds):
        won = [budget_name(budget) for budget, winner in winners.items() if winner is one]
        test = one.metrics.test
        found.append(
            [
                one.candidate.name,
                one.group,
                " ".join(won),
                f"{one.milliseconds:.4f}",
                f"{100 * one.dev_f1:.2f}",
                f"{100 * test.f1:.2f}" if test else "",
                str(one.metrics.parameters["student"]),
                f"{one.bytes / MEGABYTE:.1f}",
            ]
        )
    return found


def as_csv(table: Sequence[Sequence[str]]) -> str:
    """The rows as a file."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([COLUMNS, *table])
    return file.getvalue()


def as_text(table: Sequence[Sequence[str]]) -> str:
    """The rows for a terminal."""
    return "\n".join(aligned([COLUMNS, *table]))


def picture(trained: Sequence[Trained]) -> bytes:
    """F1 over milliseconds: on test if there is one, else on dev."""
    has_test = all(one.metrics.test for one in trained)
    groups: dict[str, dict[str, tuple[float, float]]] = {}
    for one in trained:
        f1 = one.metrics.test.f1 if has_test and one.metrics.test else one.dev_f1
        groups.setdefault(one.group, {})[one.candidate.name] = (one.milliseconds, f1)
    return pareto(groups, "test" if has_test else "dev")


def correlation(trained: Sequence[Trained]) -> str:
    """What the supernet's order of chains says about their F1 when they are trained alone."""
    chains = [one for one in trained if one.loss is not None]
    if len(chains) < FEWEST:
        return (
            f"the supernet's order can't be judged: {len(chains)} chains were trained alone, "
            f"expected at least {FEWEST}; give more --rank_networks"
        )
    scores = [-one.loss for one in chains if one.loss is not None]
    found = spearman(scores, [one.dev_f1 for one in chains])
    if found is None:
        return "the supernet's order can't be judged: all chains are equally good"
    line = f"Spearman {found:.2f} between the supernet's order and dev F1 of {len(chains)} chains"
    if found < ENOUGH:
        return f"{line}: below {ENOUGH}, so the supernet says nothing here"
    return line


def verdicts(winners: Winners, trained: Sequence[Trained]) -> list[str]:
    """For each budget what won, and the best hand-made student beside it."""
    return [_verdict(budget, winner, trained) for budget, winner in winners.items()]


def _verdict(budget: float, winner: Trained, trained: Sequence[Trained]) -> str:
    said = (
        f"{budget_name(budget)}: {winner.candidate.name} ({winner.group}), dev F1 "
        f"{100 * winner.dev_f1:.2f}, {winner.milliseconds:.3f} ms"
    )
    if winner.milliseconds > budget:
        said += "; once trained, nothing met this budget, and this is the fastest"
    if winner.group == "hand-made":
        return f"{said}; the search found nothing better"
    meeting = [one for one in trained if one.group == "hand-made" and one.milliseconds <= budget]
    if not meeting:
        return f"{said}; no hand-made student is as fast"
    best = max(meeting, key=lambda one: one.dev_f1)
    return (
        f"{said}; the best hand-made student as fast is {best.candidate.name}, "
        f"{100 * best.dev_f1:.2f}, {best.milliseconds:.3f} ms"
    )
