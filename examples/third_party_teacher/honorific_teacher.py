"""A teacher in a package of its own: capitalised words behind Mr, Ms or Dr are a person's name."""

from collections.abc import Sequence

import numpy as np

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.base import Logits
from nlp_architect_ext.teachers.kind import TeacherOptions

HONORIFICS = {"mr", "mr.", "mrs", "mrs.", "ms", "ms.", "dr", "dr."}
SURE = 0.95  # the probability of a label that it gives


class HonorificTeacher:
    """Knows one type, and has no opinion of any word but such names.

    Args:
        argument: the type, as in ``honorifics:PER``.
        labels: of the data.
        options: what the user says of all teachers; nothing of it matters here.

    Raises:
        UserError: the data has no such type.
    """

    def __init__(self, argument: str, labels: LabelSet, options: TeacherOptions) -> None:
        if argument not in labels.types:
            raise UserError(
                where=f"honorifics:{argument}",
                wrong="the data has no such type",
                expected=f"one of: {', '.join(labels.types)}",
                remedy="correct it",
            )
        self.labels, self.type = labels, argument
        # All that its answers depend on.
        self.fingerprint = f"honorifics 1 {argument} {' '.join(labels.names)}"

    def logits(self, sentences: Sequence[Sentence]) -> list[Logits]:
        """Log-probabilities (words, labels) of each sentence; zeros where it has no opinion."""
        return [self._of(sentence) for sentence in sentences]

    def _of(self, sentence: Sentence) -> Logits:
        rows = np.zeros((len(sentence), len(self.labels)), np.float32)
        prefix = ""  # of the next word, if it's part of a name
        for place, word in enumerate(sentence.words):
            if prefix and word[0].isupper():
                rows[place] = np.log((1 - SURE) / (len(self.labels) - 1))
                rows[place, self.labels.ids[f"{prefix}-{self.type}"]] = np.log(SURE)
                prefix = "I"
            else:
                prefix = "B" if word.lower() in HONORIFICS else ""
        return rows
