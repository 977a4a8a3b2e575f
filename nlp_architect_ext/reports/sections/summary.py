"""The first screen of a report: the figures that count, and what limits the tagger."""

from __future__ import annotations

from nlp_architect_ext.evaluation.confusion import confusion
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.findings import Findings
from nlp_architect_ext.reports.markup import definitions, paragraph
from nlp_architect_ext.reports.tables import has_teacher, last_split, parameters, subject

MEANING = {
    "boundary": "find the right type with other words",
    "type": "find another type",
    "missed": "miss the entity",
    "invented": "mark what is no entity",
}
MEGABYTE, MILLION = 1e6, 1e6


def summary(metrics: Metrics, findings: Findings) -> str:
    """Tiles with figures, and a sentence or two on what limits the tagger."""
    split = last_split(metrics)
    name = subject(metrics)
    tiles: list[tuple[str, str, str]] = []
    if split is not None:
        tiles += _scores(metrics, split)
    size = parameters(metrics, name)
    times = parameters(metrics, "teacher") / size if has_teacher(metrics) else 0.0
    fewer = f"{times:,.1f} times fewer than the teacher" if times > 1 else ""
    tiles.append(("parameters", f"{size / MILLION:,.2f} M", fewer))
    if metrics.bytes is not None:
        tiles.append(("weights", f"{metrics.bytes / MEGABYTE:,.1f} MB", "an export is smaller"))
    if (speed := findings.words_a_second.get(name)) is not None:
        tiles.append(("words a second", f"{speed:,.0f}", f"in torch on {metrics.device}"))
    parts = [definitions(tiles)]
    if split is None:
        parts.append(paragraph("There are no labelled dev or test sentences to compare with."))
    elif limit := limits(metrics, split, findings.evaluations[split]):
        parts.append(paragraph(limit, class_="limit"))
    return "\n".join(parts)


def limits(metrics: Metrics, split: str, evaluation: Evaluation) -> str:
    """What keeps F1 from being higher, as far as the numbers tell; nothing where nothing does."""
    scores = metrics.splits[split]
    total = sum(scores.errors.values())
    if not total:
        return ""
    kind = max(scores.errors, key=lambda one: scores.errors[one])
    count = scores.errors[kind]
    says = [f"What limits it: {count:,} of {total:,} errors on {split} {MEANING[kind]}"]
    found = confusion(evaluation.gold, evaluation.student, evaluation.labels).most_frequent
    if kind == "type" and found is not None:
        (gold, other), times = found
        says.append(f", most often {other} for {gold} ({times:,})")
    says.append(".")
    weakest = min(
        ((rates.f1, name) for name, rates in scores.per_type.items() if rates.support), default=None
    )
    if weakest is not None and len(scores.per_type) > 1:
        says.append(f" The weakest type is {weakest[1]}, F1 {100 * weakest[0]:.1f}.")
    if split in metrics.teacher:
        points = 100 * (scores.f1 - metrics.teacher[split].f1)
        where = "above" if points >= 0 else "below"
        says.append(f" The student is {abs(points):.1f} points of F1 {where} its teacher.")
    return "".join(says)


def _scores(metrics: Metrics, split: str) -> list[tuple[str, str, str]]:
    scores = metrics.splits[split]
    entities = f"{scores.support:,} entities"
    tiles = [(f"F1 on {split}, {subject(metrics)}", f"{100 * scores.f1:.2f}", entities)]
    if split in metrics.teacher:
        teacher = metrics.teacher[split].f1
        difference = f"the student's is {100 * (scores.f1 - teacher):+.2f}"
        tiles.append((f"F1 on {split}, teacher", f"{100 * teacher:.2f}", difference))
    return tiles
