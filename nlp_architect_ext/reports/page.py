"""The page of a finished run: scores, teacher and student, calibration, what to annotate next."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.costs import ASSUMED
from nlp_architect_ext.core.manifest import ANNOTATE, PREANNOTATED, PREDICTIONS
from nlp_architect_ext.evaluation.agreement import disagreements, examples
from nlp_architect_ext.evaluation.annotate import SHORTEST, ToAnnotate
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.model_card import calibration
from nlp_architect_ext.reports.tables import (
    costs,
    error_kinds,
    html_table,
    last_split,
    notes,
    overall,
    per_type,
    side_by_side,
)
from nlp_architect_ext.runtime.config import TaggerConfig

# How many disagreements and sentences are shown; the files have all of them.
PAIRS = 15
SENTENCES = 10

_STYLE = """body { font: 16px/1.5 sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { border-bottom: 1px solid #ccc; padding: .2rem .8rem; text-align: right }
td:first-child, th:first-child { text-align: left }
img { max-width: 100% }
mark { background: #ffe08a } small { color: #555 } li { margin: .4rem 0 }"""


@dataclass(frozen=True)
class Findings:
    """What a report tells beside the numbers of `metrics.json`.

    Args:
        evaluations: gold, teacher's and student's labels by split.
        learning_curve: PNG.
        reliability: PNG, or None where no entity was found on a labelled sentence.
        to_annotate: the most uncertain unlabelled sentences, or None without unlabelled sentences.
    """

    evaluations: Mapping[str, Evaluation]
    learning_curve: bytes
    reliability: bytes | None = None
    to_annotate: ToAnnotate | None = None


def page(config: TaggerConfig, metrics: Metrics, findings: Findings) -> str:
    """One HTML page without other files and JavaScript; all words of the data are escaped."""
    split = last_split(metrics)
    parts = [
        _section(
            "Scores",
            " ".join(
                [
                    "An entity counts when its type, first and last word are right; in percent.",
                    *notes(metrics),
                ]
            ),
            html_table(overall(metrics)),
            html_table(per_type(metrics)),
        ),
        _section(
            "Learning curve",
            "The loss should fall and level out; the weights of the highest dev F1 are kept.",
            _picture(findings.learning_curve, "Training loss and dev F1 over steps"),
        ),
    ]
    if split is not None:
        evaluation = findings.evaluations[split]
        parts += _against_teacher(metrics, split, evaluation)
        parts.append(_errors(metrics, split))
        parts.append(_calibration(config, metrics, split, findings.reliability))
    else:
        parts.append("<p>There are no labelled dev or test sentences to compare with.</p>")
    if findings.to_annotate is not None:
        parts.append(_to_annotate(findings.to_annotate))
    parts.append(_section("Cost", ASSUMED, html_table(costs(metrics))))
    body = "\n".join(parts)
    return f"""<!doctype html>
<html lang="{html.escape(config.language)}"><head><meta charset="utf-8">
<title>Tagger: report</title>
<style>{_STYLE}</style></head>
<body>
<h1>Student {html.escape(config.student)}, {html.escape(config.decoder)}</h1>
{body}
</body></html>
"""


def _against_teacher(metrics: Metrics, split: str, evaluation: Evaluation) -> list[str]:
    """Sections on teacher and student; none without a teacher."""
    if evaluation.teacher is None:
        return []
    reading = "A negative difference is what the student lacks, in points."
    types = _section(
        f"Teacher against student ({split})", reading, html_table(side_by_side(metrics, split))
    )
    found = metrics.splits[split].agreement
    assert found is not None, "there is a teacher to agree with"
    entities = [["entities found by", "count", "right"]]
    for name, who in (
        ("both", "both"),
        ("teacher", "the teacher only"),
        ("student", "the student only"),
    ):
        numbers = found.entities[name]
        entities.append([who, f"{numbers.count:,}", f"{numbers.right:,}"])
    pairs = disagreements(evaluation.gold, evaluation.teacher, evaluation.student)
    labels = [["teacher → student", "words", "teacher right", "student right", "neither right"]]
    for one in pairs[:PAIRS]:
        counts = (
            one.count,
            one.teacher_right,
            one.student_right,
            one.count - one.teacher_right - one.student_right,
        )
        labels.append([f"{one.teacher} → {one.student}", *(f"{count:,}" for count in counts)])
    shown = examples(evaluation.teacher, evaluation.student, SENTENCES)
    sentences = "".join(f"<li>{_marked(evaluation, index)}</li>" for index in shown)
    differing = found.differing
    agreed = (
        f"Both give {100 * found.words:.2f} % of the words the same label. Where they differ "
        f"({differing.count:,} words), the teacher is right {differing.teacher:,} times, "
        f"the student {differing.student:,} times."
    )
    details = (
        f"<p>The {len(labels) - 1} most frequent of {len(pairs)} kinds of "
        f"disagreement:</p>{html_table(labels)}"
        f"<p>{len(shown)} sentences in which they differ, spread over the file; each marked word "
        f"is followed by the labels. All of them are in <code>{PREDICTIONS[split]}</code>.</p>"
        f"<ul>{sentences}</ul>"
    )
    where = _section(
        f"Where they disagree ({split})",
        agreed,
        html_table(entities),
        details if pairs else "",
    )
    return [types, where]


def _marked(evaluation: Evaluation, index: int) -> str:
    """A sentence in HTML in which words with different labels are marked, the labels behind."""
    assert evaluation.teacher is not None
    rows = zip(
        evaluation.sentences[index].words,
        evaluation.gold[index],
        evaluation.teacher[index],
        evaluation.student[index],
        strict=True,
    )
    cells = []
    for word, gold, teacher, student in rows:
        cell = html.escape(word)
        if teacher != student:
            labels = html.escape(f"teacher {teacher}, student {student}, gold {gold}")
            cell = f"<mark>{cell}</mark> <small>[{labels}]</small>"
        cells.append(cell)
    return " ".join(cells)


def _errors(metrics: Metrics, split: str) -> str:
    meaning = (
        "Boundary: right type, wrong words; type: wrong type; missed: nothing found; "
        "invented: nothing there."
    )
    return _section(f"Kinds of error ({split})", meaning, html_table(error_kinds(metrics, split)))


def _calibration(config: TaggerConfig, metrics: Metrics, split: str, picture: bytes | None) -> str:
    reading = (
        "On the diagonal a score says how often entities of this score are right; below it, "
        "it promises too much."
    )
    rows = [["score", "right", "entities"]]
    measured = metrics.splits[split].calibration
    assert measured is not None, "a student's scores are measured"
    for one in measured.bins:
        score = f"{100 * one.score:.1f} %"
        right = f"{100 * one.right:.1f} %"
        rows.append([score, right, f"{one.count:,}"])
    shown = _picture(picture, "Share of right entities against their score") if picture else ""
    says = html.escape(calibration(config, metrics).replace("`", ""))
    table = html_table(rows) if len(rows) > 1 else "<p>The student found no entity.</p>"
    return _section(f"Calibration ({split})", reading, f"<p>{says}</p>", shown, table)


def _to_annotate(found: ToAnnotate) -> str:
    reading = (
        "The student is least sure of these sentences, so their labels would teach it most. "
        f"{found.looked_at:,} of {found.pool:,} unlabelled sentences were compared (a random "
        f"sample of large pools; each once, without those of fewer than {SHORTEST} words and those "
        f"that are labelled). The {len(found.sentences)} most uncertain are in {ANNOTATE}, and "
        f"with the student's labels, to be corrected, in {PREANNOTATED}."
    )
    rows: list[Sequence[str]] = [["sentence", "uncertainty"]]
    rows += [(" ".join(one.words), f"{one.uncertainty:.3f}") for one in found.sentences[:SENTENCES]]
    return _section("To annotate next", reading, html_table(rows) if len(rows) > 1 else "")


def _section(heading: str, reading: str, *parts: str) -> str:
    return "\n".join([f"<h2>{html.escape(heading)}</h2>", f"<p>{html.escape(reading)}</p>", *parts])


def _picture(content: bytes, meaning: str) -> str:
    data = base64.b64encode(content).decode("ascii")
    return f'<img alt="{html.escape(meaning)}" src="data:image/png;base64,{data}">'
