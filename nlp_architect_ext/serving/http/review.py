"""The sentences that a person should look at: of a run's folder, of a check of labels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.manifest import ANNOTATE, LABEL_ERRORS
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.suspected import SuspectedSentence, read_suspected


@dataclass(frozen=True)
class Found:
    """A sentence to look at.

    Args:
        sentence: its words.
        uncertainty: how unsure the model was of it, from 0 to 1; None where nothing says so.
        labelled: where it stands in labelled data, and what is suspected there; None for raw text.
    """

    sentence: Sentence
    uncertainty: float | None
    labelled: SuspectedSentence | None = None

    @property
    def id(self) -> str:
        """The same for the same words in every run, and with labels for the same in one place."""
        parts = list(self.sentence.words)
        if self.labelled is not None:
            parts += [self.labelled.file, str(self.labelled.line), *self.labelled.labels]
        content = "\0".join(parts)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def uncertain_sentences(run: Path) -> list[Found]:
    """Those of which the model was least sure; none where the run wrote none.

    Raises:
        ValueError: a file that no run wrote so.
    """
    try:
        lines = (run / ANNOTATE).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    return [_uncertain(line) for line in lines if line]


def _uncertain(line: str) -> Found:
    number, _, words = line.partition("\t")
    return Found(Sentence(tuple(words.split(" "))), float(number))


def suspicious_sentences(check: Path | None) -> list[Found]:
    """Those with labels that a check found suspicious; none without a check.

    Raises:
        UserError: a file that `nlp-train check_labels` didn't write so.
    """
    if check is None:
        return []
    return [Found(Sentence(one.words), None, one) for one in read_suspected(check / LABEL_ERRORS)]
