"""The measured results as rows, and rows as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_architect_ext.core.costs import MEASURING, UNITS, formatted_costs, model_costs
from nlp_architect_ext.evaluation.cross_fitting import FOLDS
from nlp_architect_ext.evaluation.errors import ERRORS
from nlp_architect_ext.evaluation.results import SPLITS, Metrics
from nlp_architect_ext.evaluation.scores import Rates, Scores

Rows = Sequence[Sequence[str]]  # the first one is the header

STUDENT, TEACHER, TRANSFORMER = "student", "teacher", "transformer"
NOTHING_FOUND = Rates(0.0, 0.0, 0.0, 0)


def last_split(metrics: Metrics) -> str | None:
    """The split that counts: test, else dev, else none."""
    return next((split for split in reversed(SPLITS) if split in metrics.splits), None)


def subject(metrics: Metrics) -> str:
    """Whom a run made: a student, or a transformer by itself."""
    return STUDENT if STUDENT in metrics.parameters else TRANSFORMER


def has_teacher(metrics: Metrics) -> bool:
    """Whether a student was distilled from somebody."""
    return {STUDENT, TEACHER} <= metrics.parameters.keys()


def parameters(metrics: Metrics, name: str) -> int:
    """How many numbers a system has learnt."""
    return metrics.parameters[TEACHER if name == TRANSFORMER else name]


def overall(metrics: Metrics) -> Rows:
    """The scores of teacher and student on dev and test; in percent."""
    rows = [["", "F1", "precision", "recall", "parameters"]]
    for split in SPLITS:
        for name, scores in _systems(metrics, split):
            size = f"{parameters(metrics, name):,}"
            rows.append([f"{name}, {split}", *_percent(scores), size])
    return rows


def notes(metrics: Metrics) -> list[str]:
    """What must be known of the scores on dev, a sentence each."""
    found = []
    if metrics.sentences is not None and metrics.sentences.dev_of_train:
        found.append(f"dev: {metrics.sentences.dev_of_train:,} sentences out of train.")
    if metrics.dev is not None and metrics.dev.cross_fitted:
        found.append(
            f"dev is cross-fitted: calibration and bias of O of each of {FOLDS} parts are fitted "
            "on the others."
        )
    return found


def per_type(metrics: Metrics) -> Rows:
    """The student's scores by type on the last split there is; in percent."""
    split = last_split(metrics)
    if split is None:
        return []
    rows = [[f"type ({split})", "F1", "precision", "recall", "in the data"]]
    for name, scores in metrics.splits[split].per_type.items():
        rows.append([name, *_percent(scores), str(scores.support)])
    return rows


def side_by_side(metrics: Metrics, split: str) -> Rows:
    """Teacher and student by type, and what the student's F1 lacks.

    In percent, the difference in points.
    """
    rows = [
        [
            "type",
            "in the data",
            "F1 teacher",
            "F1 student",
            "difference",
            "precision teacher",
            "precision student",
            "recall teacher",
            "recall student",
        ]
    ]
    teacher = metrics.teacher[split]
    student = metrics.splits[split]
    rows.append(_compared("all", teacher, student))
    for name, scores in student.per_type.items():
        of_teacher = teacher.per_type.get(name, NOTHING_FOUND)
        rows.append(_compared(name, of_teacher, scores))
    return rows


def _compared(name: str, teacher: Rates, student: Rates) -> list[str]:
    """A row of `side_by_side`."""
    f1, precision, recall = zip(_percent(teacher), _percent(student), strict=True)
    difference = f"{100 * (student.f1 - teacher.f1):+.2f}"
    return [name, str(student.support), *f1, difference, *precision, *recall]


def error_kinds(metrics: Metrics, split: str) -> Rows:
    """How many errors of each kind teacher and student make."""
    rows = [["", *ERRORS]]
    for name, scores in _systems(metrics, split):
        rows.append([name, *(str(scores.errors[kind]) for kind in ERRORS)])
    return rows


def costs(metrics: Metrics) -> Rows:
    """What it took to make the model: time by phase, and the total with operations and energy."""
    rows = [["", *UNITS]]
    for phase in metrics.costs["seconds"]:
        if phase in MEASURING:
            continue
        counted = {kind: by_phase for kind, by_phase in metrics.costs.items() if phase in by_phase}
        alone = {kind: {phase: by_phase[phase]} for kind, by_phase in counted.items()}
        rows.append([phase, *formatted_costs(model_costs(alone, metrics.device))])
    return [*rows, ["all", *formatted_costs(model_costs(metrics.costs, metrics.device))]]


def markdown(rows: Rows) -> str:
    """Rows as a Markdown table; none give an empty text."""
    if not rows:
        return ""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    header, *others = [f"| {' | '.join(row)} |" for row in cells]
    rule = "|" + "---|" * len(cells[0])
    return "\n".join([header, rule, *others]) + "\n"


def _systems(metrics: Metrics, split: str) -> list[tuple[str, Scores]]:
    """Teacher and student with their scores, where there are any."""
    named = ((TEACHER, metrics.teacher.get(split)), (subject(metrics), metrics.splits.get(split)))
    return [(name, scores) for name, scores in named if scores]


def _percent(scores: Rates) -> list[str]:
    rates = (scores.f1, scores.precision, scores.recall)
    return [f"{100 * rate:.2f}" for rate in rates]
