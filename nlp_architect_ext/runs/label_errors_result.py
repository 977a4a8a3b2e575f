"""What a check of labels leaves: the suspects as JSON Lines, as text and as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import LABEL_ERRORS
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.columns import word_lines
from nlp_architect_ext.data.formats.json_records import write_json_lines
from nlp_architect_ext.evaluation.label_errors import KINDS, suspects
from nlp_architect_ext.evaluation.placed_suspect import PlacedSuspect
from nlp_architect_ext.reports.label_errors import label_errors_page
from nlp_architect_ext.runs.held_out import Answer

LINES, TEXT, PAGE = LABEL_ERRORS, "label_errors.txt", "label_errors.html"
SHOWN = 10


def ranked(
    file: Path, ignore_token: str, corpus: Corpus, answers: Sequence[Answer], min_score: float
) -> list[PlacedSuspect]:
    """The suspects of train that score enough, the surest first; ties in the file's order.

    Args:
        file: that train is from.
        ignore_token: lines of it with this word aren't words.
        corpus: whose train is checked.
        answers: to each of its sentences.
        min_score: the least score.
    """
    lines = {}
    if corpus.format_name == "columns":
        lines = {own[0]: own for own in word_lines(file, ignore_token)}
    found = []
    for sentence, answer in zip(corpus.train, answers, strict=True):
        given = sentence.labels or ()
        for one in suspects(given, answer.labels, answer.probabilities, corpus.labels):
            if one.score >= min_score:
                line = lines[sentence.line][one.start] if lines else sentence.line
                found.append(PlacedSuspect(str(file), line, sentence, one))
    return sorted(found, key=lambda one: -one.suspect.score)


def write_found(
    folder: Path, found: Sequence[PlacedSuspect], labels: LabelSet, language: str
) -> None:
    """Write the suspects for programs, and twice for people."""
    numbered = list(enumerate(found, start=1))
    write_json_lines(folder / LINES, [one.to_json(rank) for rank, one in numbered])
    atomic_write_text(folder / TEXT, "\n".join(one.text(rank) for rank, one in numbered))
    atomic_write_text(folder / PAGE, label_errors_page(found, labels, language))


def shown(found: Sequence[PlacedSuspect]) -> str:
    """The first suspects, and how many there are of each kind."""
    counts = Counter(one.suspect.kind for one in found)
    by_kind = ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS)
    first = [one.text(rank) for rank, one in enumerate(found[:SHOWN], start=1)]
    return "\n".join([*first, f"{counted(len(found), 'suspect')}: {by_kind}"])
