"""The page of a finished run: scores, teacher and student, errors, calibration, what comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.document import document
from nlp_architect_ext.reports.findings import Findings
from nlp_architect_ext.reports.markup import element, paragraph
from nlp_architect_ext.reports.model_card import calibration as calibration_says
from nlp_architect_ext.reports.model_card import described, heading
from nlp_architect_ext.reports.sections.agreement import agreement
from nlp_architect_ext.reports.sections.annotate import to_annotate
from nlp_architect_ext.reports.sections.calibration import calibration
from nlp_architect_ext.reports.sections.costs import cost, speed_and_size
from nlp_architect_ext.reports.sections.errors import errors
from nlp_architect_ext.reports.sections.learning import learning_curve
from nlp_architect_ext.reports.sections.scores import scores
from nlp_architect_ext.reports.sections.summary import summary
from nlp_architect_ext.reports.tables import last_split
from nlp_architect_ext.runtime.config import TaggerConfig


@dataclass(frozen=True)
class Subject:
    """Whom a report is about.

    Args:
        title: in a line.
        lead: what it's made of, in a sentence.
        language: of its texts; empty if it isn't known.
        labels: its labels.
        scheme: of the tags of its files.
        calibration: what its scores are worth, in a sentence or two.
    """

    title: str
    lead: str
    language: str
    labels: LabelSet
    scheme: str
    calibration: str = ""


def page(config: TaggerConfig, metrics: Metrics, findings: Findings) -> str:
    """The report of a student; see `report`."""
    subject = Subject(
        heading(config, metrics),
        described(config),
        config.language,
        LabelSet.from_json(config.labels),
        config.scheme,
        calibration_says(config, metrics).replace("`", ""),
    )
    return report(subject, metrics, findings)


def report(subject: Subject, metrics: Metrics, findings: Findings) -> str:
    """One HTML page that needs no other file and can be read without its script.

    All words of the data are escaped, and the same run gives the same page.
    """
    split = last_split(metrics)
    sections = [scores(metrics), learning_curve(metrics, findings)]
    if split is not None:
        evaluation = findings.evaluations[split]
        sections += errors(metrics, split, evaluation, subject.language)
        sections.append(agreement(metrics, split, evaluation, subject.language))
        sections.append(calibration(metrics, split, findings, subject.calibration))
    if findings.to_annotate is not None:
        sections.append(
            to_annotate(
                findings.to_annotate, subject.scheme, subject.labels.types, subject.language
            )
        )
    sections += [speed_and_size(metrics, findings), cost(metrics)]
    body = "\n".join(part for part in sections if part)
    header = element(
        "header",
        element("h1", escape(subject.title)),
        paragraph(subject.lead, class_="lead"),
        summary(metrics, findings),
        _contents(body),
    )
    return document(subject.title, header, element("main", body))


def _contents(body: str) -> str:
    """Links to the sections."""
    headings = re.findall(r'<h2 id="(\w+)">(.*?)(?: \(\w+\))?</h2>', body)
    items = [element("li", element("a", title, href=f"#{name}")) for name, title in headings]
    return element("nav", element("ul", *items), aria_label="Sections")
