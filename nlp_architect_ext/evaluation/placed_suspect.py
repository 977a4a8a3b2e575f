"""A suspect and where it is: what the lists of a check are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.label_errors import Suspect
from nlp_architect_ext.evaluation.scores import rounded


@dataclass(frozen=True, slots=True)
class PlacedSuspect:
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
            "sentence_labels": list(self.sentence.labels or ()),
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

    @property
    def suggested(self) -> tuple[str, ...]:
        """All labels of the sentence, with what is suggested taken."""
        labels, suspect = list(self.sentence.labels or ()), self.suspect
        labels[suspect.start : suspect.end] = suspect.suggested
        return tuple(labels)
