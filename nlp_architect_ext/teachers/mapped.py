"""A transformer with labels of its own, in the data's labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.teachers.base import Logits
from nlp_architect_ext.teachers.label_map import LabelMap
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

# The probability of each label that the teacher doesn't know, where it has an opinion.
UNKNOWN = 1e-4


class MappedTransformer:
    """Adds up the probabilities of labels that stand for one of the data's.

    It has no opinion of a word whose most likely label stands for none. Nor of one whose most
    likely label is ``O``, where it lacks a type of the data's: its ``O`` may be just that type;
    a label map that names ``O`` decides otherwise.

    Args:
        teacher: with its own labels.
        labels: of the data.
        label_map: what the teacher's labels stand for.

    Raises:
        UserError: none of the teacher's labels stands for one of the data's types.
    """

    def __init__(
        self, teacher: TransformerTokenClassifier, labels: LabelSet, label_map: LabelMap, name: str
    ) -> None:
        self.teacher, self.labels = teacher, labels
        own = teacher.labels.names
        check_mapped(own, labels, label_map, name)
        targets = [label_map.label(label, labels) for label in own]
        known = {target for target in targets if target is not None}
        lacks = {label for label in labels.names if label not in known and label != OUTSIDE}
        self._means_outside = label_map.outside(not lacks)
        # shape: (own labels, labels)
        self._sums = np.array([[target == label for label in labels.names] for target in targets])
        self.revision, self.parameters = teacher.revision, teacher.parameters
        content = [teacher.fingerprint, labels.to_json(), dict(label_map.entries), UNKNOWN]
        self.fingerprint = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def logits(self, sentences: Sequence[Sentence]) -> list[Logits]:
        """Log-probabilities (words, labels) of each sentence; zeros without an opinion."""
        return [self._mapped(rows) for rows in self.teacher.logits(sentences)]

    def counted_logits(self, sentences: Sequence[Sentence]) -> tuple[list[Logits], list[int]]:
        """See `logits` and `operations`."""
        answers, counts = self.teacher.counted_logits(sentences)
        return [self._mapped(rows) for rows in answers], counts

    def operations(self, sentences: Sequence[Sentence]) -> list[int]:
        """The floating-point operations of each sentence."""
        return self.teacher.operations(sentences)

    def _mapped(self, logits: Logits) -> Logits:
        """From (words, own labels) to (words, labels)."""
        if not len(logits):
            return np.zeros((0, len(self.labels)), np.float32)
        highest = logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits - highest)
        ours = probabilities @ self._sums.astype(np.float32)
        total = ours.sum(axis=1, keepdims=True)
        best = logits.argmax(axis=1)
        speaks = logits.any(axis=1) & self._sums[best].any(axis=1)
        if self.labels.outside is not None and not self._means_outside:
            speaks &= ~self._sums[best, self.labels.outside]
        shares = ours / np.where(total > 0, total, 1.0)
        found = np.log(np.maximum(shares, UNKNOWN))
        return np.where(speaks[:, None], found, 0.0).astype(np.float32)


def check_mapped(own: Sequence[str], labels: LabelSet, label_map: LabelMap, name: str) -> None:
    """Whether some of a teacher's own labels stand for one of the data's types.

    Raises:
        UserError: none does.
    """
    targets = {label_map.label(label, labels) for label in own}
    if not targets - {None, OUTSIDE}:
        raise UserError(
            where=name,
            wrong=f"none of its labels stands for one of the data's: {' '.join(own)}",
            expected=f"some that do: {', '.join(labels.types)}",
            remedy="say in the label map what they stand for",
        )
