"""What a person decided on labels that were suspected: a file of JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.formats.json_fields import Fields
from nlp_architect_ext.data.formats.json_records import read_records

KEEP, SUGGESTED, DECISION, LABELS = "keep", "suggested", "decision", "labels"
SHAPE = (
    "a line of label_errors.jsonl with a further key: decision, which is 'keep' or 'suggested', "
    "or labels, one a word from start to end"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on some words of a sentence; words count from 0.

    Args:
        where: `file:line` of the decision.
        file: that has the sentence.
        line: of that file, on which the sentence begins.
        words: all words of the sentence.
        start: the first word decided on.
        end: behind the last one.
        given: the labels that the words had.
        labels: those that they shall have.
    """

    where: str
    file: str
    line: int
    words: tuple[str, ...]
    start: int
    end: int
    given: tuple[str, ...]
    labels: tuple[str, ...]


def read_decisions(path: Path) -> Iterator[Decision]:
    """The decisions of a file, one at a time.

    Raises:
        UserError: a line that isn't a decision, or a file without one.
    """
    line = 0
    for line, record in read_records(path):
        fields = Fields(record, f"{path}:{line}", SHAPE)
        words, given = fields.strings("words"), fields.strings("given")
        start, end = fields.whole_number("start"), fields.whole_number("end")
        if not 0 <= start < end <= len(words):
            raise fields.refused(f"words {start} to {end} of a sentence of {len(words)}")
        labels = _labels(fields, given)
        if not len(given) == len(labels) == end - start:
            wrong = f"{len(given)} labels given and {len(labels)} decided for {end - start} words"
            raise fields.refused(wrong)
        yield Decision(
            fields.where,
            fields.text("file"),
            fields.whole_number("sentence_line"),
            tuple(words),
            start,
            end,
            tuple(given),
            tuple(labels),
        )
    if line == 0:
        raise UserError(
            where=str(path),
            wrong="no decision",
            expected=SHAPE,
            remedy="decide on lines of label_errors.jsonl",
        )


def _labels(fields: Fields, given: list[str]) -> list[str]:
    """The labels that were decided on."""
    if fields.has(DECISION) == fields.has(LABELS):
        both = fields.has(DECISION)
        raise fields.refused("both decision and labels" if both else "no decision")
    if fields.has(LABELS):
        return fields.strings(LABELS)
    decision = fields.text(DECISION)
    if decision not in (KEEP, SUGGESTED):
        raise fields.refused(f"decision {decision!r}")
    return given if decision == KEEP else fields.strings(SUGGESTED)
