"""Teacher against student: what each of them finds, and sentences in which they differ."""

from __future__ import annotations

from nlp_architect_ext.core.manifest import PREDICTIONS
from nlp_architect_ext.evaluation.agreement import disagreements, examples
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import details, element, paragraph, section
from nlp_architect_ext.reports.sections.errors import said_by

PAIRS = 10  # kinds of disagreement
SENTENCES = 10  # the file has all of them
LONGEST = 60  # words of a sentence that are shown


def agreement(metrics: Metrics, split: str, evaluation: Evaluation, language: str) -> str:
    """How far they agree; nothing without a teacher."""
    found = metrics.splits[split].agreement
    if evaluation.teacher is None or found is None:
        return ""
    differing = found.differing
    about = (
        f"Both give {100 * found.words:.2f} % of the words the same label. Where they differ "
        f"({differing.count:,} words), the teacher is right {differing.teacher:,} times, "
        f"the student {differing.student:,} times."
    )
    rows = [["entities found by", "count", "right"]]
    for name, who in (
        ("both", "both"),
        ("teacher", "the teacher only"),
        ("student", "the student only"),
    ):
        numbers = found.entities[name]
        rows.append([who, f"{numbers.count:,}", f"{numbers.right:,}"])
    parts = [html_table(rows, "Entities by who finds them"), *_pairs(evaluation)]
    if differing.count:
        parts.append(_sentences(split, evaluation, language))
    return section(f"Teacher against student ({split})", *parts, about=about, name="teacher")


def _pairs(evaluation: Evaluation) -> list[str]:
    assert evaluation.teacher is not None
    pairs = disagreements(evaluation.gold, evaluation.teacher, evaluation.student)
    if not pairs:
        return []
    rows = [["teacher → student", "words", "teacher right", "student right", "neither right"]]
    for one in pairs[:PAIRS]:
        neither = one.count - one.teacher_right - one.student_right
        counts = (one.count, one.teacher_right, one.student_right, neither)
        rows.append([f"{one.teacher} → {one.student}", *(f"{count:,}" for count in counts)])
    label = f"The {len(rows) - 1} most frequent of {len(pairs)} kinds of disagreement"
    return [html_table(rows, label, sortable=True)]


def _sentences(split: str, evaluation: Evaluation, language: str) -> str:
    assert evaluation.teacher is not None
    shown = examples(evaluation.teacher, evaluation.student, SENTENCES)
    items = []
    for index in shown:
        words = evaluation.sentences[index].words
        systems = {
            "gold": evaluation.gold[index],
            "teacher": evaluation.teacher[index],
            "student": evaluation.student[index],
        }
        whole = range(min(len(words), LONGEST))
        items.append(element("li", said_by(systems, words, evaluation, whole, language)))
    return details(
        f"{len(items)} sentences in which they differ",
        paragraph(f"Spread over the file; all of them are in {PREDICTIONS[split]}."),
        element("ul", *items, class_="examples"),
    )
