"""A teacher that marks entities and doesn't say how sure it is: lists, rules, other systems."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE, Span
from nlp_architect_ext.teachers.base import Logits
from nlp_architect_ext.teachers.label_map import LabelMap

# The probability of a label that is marked; the other labels share the rest alike. A figure of
# convention: high enough to be followed, low enough that two others outvote it in a mean.
CONFIDENCE = 0.9

SILENT = -1  # in place of a label's id


class SpanFinder(Protocol):
    """Marks entities in sentences, under its own names of types."""

    @property
    def fingerprint(self) -> str:
        """The same for finders that find the same in every sentence; made of contents."""
        ...

    def find(self, sentences: Sequence[Sentence]) -> list[Sequence[Span] | None]:
        """The entities of each sentence; None of a sentence of which nothing is known.

        Entities of different types that share words contradict each other.
        """
        ...


class SpanTeacher:
    """The entities of a finder as log-probabilities.

    A marked word has the label of its entity with `CONFIDENCE`. It has no opinion of a word on
    which entities contradict each other, and of all words of such entities.

    Args:
        finder: marks the entities.
        labels: of the data.
        label_map: what the finder's types stand for.
        outside: whether a word without an entity is ``O``, where the map says nothing; else there
            is no opinion of it.
    """

    says_how_sure = False

    def __init__(
        self, finder: SpanFinder, labels: LabelSet, label_map: LabelMap, *, outside: bool
    ) -> None:
        self.finder, self.labels, self.label_map = finder, labels, label_map
        # An id of the data may be missing: a set of labels without O, say.
        self._outside = labels.ids.get(OUTSIDE, SILENT) if label_map.outside(outside) else SILENT
        self._rows = _rows(len(labels))
        content = [
            "spans",
            finder.fingerprint,
            labels.to_json(),
            dict(label_map.entries),
            self._outside,
            CONFIDENCE,
        ]
        self.fingerprint = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def logits(self, sentences: Sequence[Sentence]) -> list[Logits]:
        """Log-probabilities (words, labels) of each sentence; zeros without an opinion."""
        found = self.finder.find(sentences)
        pairs = zip(sentences, found, strict=True)
        return [self._rows[self._ids(len(sentence), spans)] for sentence, spans in pairs]

    @property
    def costs(self) -> Mapping[str, float] | None:
        """What the finder's answers have cost; None if it doesn't say."""
        found: Mapping[str, float] | None = getattr(self.finder, "costs", None)
        return found

    @property
    def revision(self) -> str | None:
        """The commit on the hub that the finder comes from, if it does."""
        return getattr(self.finder, "revision", None)

    @property
    def parameters(self) -> int:
        """How many numbers the finder has learnt."""
        return int(getattr(self.finder, "parameters", 0))

    def _ids(self, length: int, spans: Iterable[Span] | None) -> NDArray[np.int64]:
        """The label of each word, or `SILENT`: (words,)."""
        if spans is None:
            return np.full(length, SILENT)
        ids = np.full(length, self._outside)
        claims: list[list[Span]] = [[] for _ in range(length)]
        for span in spans:
            for word in range(span.start, span.end):
                claims[word].append(span)
                ids[word] = self._label(span, word)
        for claimed in claims:
            if len({self._as_ours(span) for span in claimed}) > 1:
                for span in claimed:
                    ids[span.start : span.end] = SILENT
        return ids

    def _as_ours(self, span: Span) -> Span:
        return Span(self.label_map.type(span.type, self.labels) or "", span.start, span.end)

    def _label(self, span: Span, word: int) -> int:
        type_ = self.label_map.type(span.type, self.labels)
        if type_ is None:
            return SILENT
        if type_ == OUTSIDE or self.labels.scheme == "plain":
            return self.labels.ids.get(type_, SILENT)
        prefix = "B" if word == span.start else "I"
        return self.labels.ids.get(f"{prefix}-{type_}", SILENT)


def _rows(labels: int) -> Logits:
    """The answer for each label, and zeros for `SILENT` at the end: (labels + 1, labels)."""
    rest = (1 - CONFIDENCE) / max(labels - 1, 1)
    probabilities = np.full((labels, labels), rest)
    np.fill_diagonal(probabilities, CONFIDENCE)
    return np.concatenate([np.log(probabilities), np.zeros((1, labels))]).astype(np.float32)
