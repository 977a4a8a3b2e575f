"""Labelled sentences with suspected labels, as `nlp-train check_labels` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.data.formats.json_fields import Fields
from nlp_architect_ext.data.formats.json_records import read_records

SHAPE = "a line of label_errors.jsonl as nlp-train check_labels writes it, with sentence_labels"


@dataclass(frozen=True, slots=True)
class SuspectedLabels:
    """Labels of neighbouring words that are probably wrong; words count from 0.

    Args:
        start: the first of the words.
        end: behind the last one.
        kind: of error, such as ``missed``.
        given: the labels in the data.
        suggested: labels that are more probable.
        score: how sure it is that they are wrong, from 0 to 1.
    """

    start: int
    end: int
    kind: str
    given: tuple[str, ...]
    suggested: tuple[str, ...]
    score: float | None


@dataclass(frozen=True, slots=True)
class SuspectedSentence:
    """A labelled sentence, and which of its labels are suspected.

    Args:
        file: that has the sentence.
        line: of that file, on which the sentence begins.
        words: all of them.
        labels: in the data, one a word.
        suspects: at least one, the surest first.
    """

    file: str
    line: int
    words: tuple[str, ...]
    labels: tuple[str, ...]
    suspects: tuple[SuspectedLabels, ...]


def read_suspected(path: Path) -> list[SuspectedSentence]:
    """The sentences of a list of suspects, those with the surest one first.

    Raises:
        UserError: a file that can't be read, or a line that `check_labels` doesn't write.
    """
    found: dict[tuple[str, int, tuple[str, ...], tuple[str, ...]], list[SuspectedLabels]] = {}
    for line, record in read_records(path):
        fields = Fields(record, f"{path}:{line}", SHAPE)
        words, labels = fields.strings("words"), fields.strings("sentence_labels")
        if len(words) != len(labels):
            raise fields.refused(f"{len(labels)} labels for {len(words)} words")
        place = fields.text("file"), fields.whole_number("sentence_line")
        suspect = _suspect(fields, len(words))
        found.setdefault((*place, tuple(words), tuple(labels)), []).append(suspect)
    return [SuspectedSentence(*place, tuple(suspects)) for place, suspects in found.items()]


def _suspect(fields: Fields, words: int) -> SuspectedLabels:
    start, end = fields.whole_number("start"), fields.whole_number("end")
    given, suggested = fields.strings("given"), fields.strings("suggested")
    if not (0 <= start < end <= words and len(given) == len(suggested) == end - start):
        raise fields.refused(f"words {start} to {end} of {words}")
    return SuspectedLabels(
        start, end, fields.text("kind"), tuple(given), tuple(suggested), fields.score("score")
    )


def check_suspected(path: Path, known: LabelSet) -> None:
    """Refuse a list of suspects that isn't there, or that has labels a tagger doesn't know.

    Raises:
        UserError: either, or a line that `check_labels` doesn't write.
    """
    if not path.is_file():
        raise UserError(
            where=str(path.parent),
            wrong=f"no {path.name}",
            expected="a folder that nlp-train check_labels wrote",
            remedy="check the path, or let the check finish (--resume)",
        )
    labels: set[str] = set()
    for sentence in read_suspected(path):
        labels.update(sentence.labels, *(one.suggested for one in sentence.suspects))
    unknown = sorted(labels - known.ids.keys())
    if unknown:
        raise UserError(
            where=str(path),
            wrong=f"label {unknown[0]!r}",
            expected=f"labels of the model: {', '.join(known.names)}",
            remedy="serve a model of the data that was checked",
        )
