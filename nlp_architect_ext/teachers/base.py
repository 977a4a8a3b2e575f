"""What the program asks of a teacher, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence


@runtime_checkable
class Teacher(Protocol):
    """Says of every word how likely each label is."""

    @property
    def labels(self) -> LabelSet:
        """The labels in the order of the columns."""
        ...

    @property
    def fingerprint(self) -> str:
        """The same for teachers that say the same of every sentence: made of contents, not of where
        files lie.
        """
        ...

    def logits(self, sentences: Sequence[Sentence]) -> list[NDArray[np.float32]]:
        """One array (words, labels) a sentence: logits or log-probabilities, to a softmax the same.

        A word that the teacher can't see has a row of zeros, which the losses leave out.
        """
        ...
