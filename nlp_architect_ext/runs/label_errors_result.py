"""What a check of labels leaves: the suspects as JSON Lines and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.columns import word_lines
from nlp_architect_ext.data.formats.json_records import write_json_lines
from nlp_architect_ext.evaluation.label_errors import KINDS, Suspect, suspects
from nlp_architect_ext.evaluation.scores import rounded
from nlp_architect_ext.runs.held_out import Answer

LINES, TEXT = "label_errors.jsonl", "label_errors.txt"
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A suspect and where it is.

    Args:
        file: that was checked.
        line: of the suspect's first word; in formats whose words have no lines, of the record.
        sentence: whose labels are in question.
        suspect: which of them, and what is suggested.
    """

    file: str
    line: int
    sentence: Sentence
    suspect: Suspect

    def to_json(self, rank: int) -> dict[str, Any]:
        """A plain dict; words count from 0, and `end` is behind the last one."""
        suspect = self.suspect
        return {
            "rank": rank,
            "file": self.file,
            "line": self.line,
            "sentence_line": self.sentence.line,
            "words": list(self.sentence.words),
            "start": suspect.start,
            "end": suspect.end,
            "kind": suspect.kind,
            "given": list(suspect.given),
            "suggested": list(suspect.suggested),
            "score": rounded(suspect.score),
            "p_given": rounded(list(suspect.p_given)),
            "p_suggested": rounded(list(suspect.p_suggested)),
        }

    def text(self, rank: int) -> str:
        """Two lines for people: what is suspected, and the sentence with the words marked."""
        suspect, words = self.suspect, self.sentence.words
        marked = f"[{' '.join(words[suspect.start : suspect.end])}]"
        sentence = [*words[: suspect.start], marked, *words[suspect.end :]]
        return (
            f"{rank}. {self.file}:{self.line}: {suspect.kind}, {suspect.score:.3f}: "
            f"{' '.join(suspect.given)} -> {' '.join(suspect.suggested)}\n"
            f"   {' '.join(sentence)}\n"
        )


def ranked(
    file: Path, ignore_token: str, corpus: Corpus, answers: Sequence[Answer], min_score: float
) -> list[Found]:
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
                found.append(Found(str(file), line, sentence, one))
    return sorted(found, key=lambda one: -one.suspect.score)


def write_found(folder: Path, found: Sequence[Found]) -> None:
    """Write the suspects twice: for programs, and for people."""
    numbered = list(enumerate(found, start=1))
    write_json_lines(folder / LINES, [one.to_json(rank) for rank, one in numbered])
    atomic_write_text(folder / TEXT, "\n".join(one.text(rank) for rank, one in numbered))


def shown(found: Sequence[Found]) -> str:
    """The first suspects, and how many there are of each kind."""
    counts = Counter(one.suspect.kind for one in found)
    by_kind = ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS)
    first = [one.text(rank) for rank, one in enumerate(found[:SHOWN], start=1)]
    return "\n".join([*first, f"{counted(len(found), 'suspect')}: {by_kind}"])
