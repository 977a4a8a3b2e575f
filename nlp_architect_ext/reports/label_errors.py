"""The page of a check of labels: the first suspects, as they are labelled and as suggested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.evaluation.label_errors import KINDS
from nlp_architect_ext.evaluation.placed_suspect import PlacedSuspect
from nlp_architect_ext.reports.document import document
from nlp_architect_ext.reports.entity_text import marked_words
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import element, section

SUSPECTS = 200  # the files have all of them
AROUND = 15  # words before and behind that are shown
TITLE = "Labels that are probably wrong"


def label_errors_page(found: Sequence[PlacedSuspect], labels: LabelSet, language: str) -> str:
    """One HTML page that needs no other file.

    Args:
        found: the suspects, the surest first.
        labels: of the data.
        language: of its texts; empty if it isn't known.
    """
    counts = Counter(one.suspect.kind for one in found)
    rows = [["kind", "suspects"], *([kind, f"{counts[kind]:,}"] for kind in KINDS)]
    table = html_table(rows, counted(len(found), "suspect"))
    about = (
        "The labels as they are, and under them what a tagger suggests that wasn't trained on the "
        "sentence. The score is how sure it is that a label is wrong."
    )
    items = [_item(one, labels, language) for one in found[:SUSPECTS]]
    listed = element("ol", *items, class_="examples") if items else ""
    header = element("header", element("h1", escape(TITLE)))
    name = f"The first {len(items)}"
    body = element("main", section("Kinds", table), section(name, listed, about=about))
    return document(TITLE, header, body)


def _item(one: PlacedSuspect, labels: LabelSet, language: str) -> str:
    suspect, words = one.suspect, one.sentence.words
    shown = range(max(0, suspect.start - AROUND), min(len(words), suspect.end + AROUND))
    lines = [
        element(
            "p",
            marked_words(words, labels.spans(tags), labels.types, shown),
            class_="words",
            lang=language,
        )
        for tags in (one.sentence.labels or (), one.suggested)
    ]
    place = f"{one.file}:{one.line}: {suspect.kind}, {suspect.score:.3f}"
    return element("li", *lines, element("small", escape(place)))
