"""What a teacher has opinions of, and how many of them are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.evaluation.scores import rounded

Rows = NDArray[np.float16]


@dataclass(frozen=True)
class Opinions:
    """Of one teacher; shares lie between 0 and 1.

    Args:
        name: as the user named it.
        words: share of the training words, labelled and raw, of which it has an opinion.
        sentences: share of those sentences that have such a word.
        precision: share of dev words of which it has an opinion, where it's right; None without
            such a word.
        marked_precision: the same of the words to which it gives another label than ``O``.
        conflicts: share of the training words of which it has an opinion where the teachers
            together say something else; None where they are a mean.
        weight: how much of what there is to know its opinions tell, see `Worth`.
        f1_without: F1 on dev of what the other teachers say together.
        costs: what its answers have cost, by name: requests, tokens, money.
    """

    name: str
    words: float
    sentences: float
    precision: float | None = None
    marked_precision: float | None = None
    conflicts: float | None = None
    weight: float | None = None
    f1_without: float | None = None
    costs: Mapping[str, float] | None = None

    def __str__(self) -> str:
        """A line for people."""
        parts = [f"an opinion of {100 * self.words:.1f} % of the words"]
        if self.precision is None:
            parts.append("of no dev word")
        else:
            right = f"right in {100 * self.precision:.1f} % on dev"
            marks = self.marked_precision
            parts.append(
                f"{right} ({100 * marks:.1f} % of the words it marks)"
                if marks is not None
                else right
            )
        if self.conflicts is not None:
            parts.append(f"overruled in {100 * self.conflicts:.1f} %")
        if self.weight is not None:
            parts.append(f"tells {100 * self.weight:.0f} % of what there is to know")
        if self.f1_without is not None:
            parts.append(f"F1 {100 * self.f1_without:.1f} without it")
        parts += [f"{name} {value:,}" for name, value in rounded(self.costs or {}).items()]
        return ", ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """A plain dict, without what isn't known."""
        found = {key: value for key, value in vars(self).items() if value is not None}
        return {key: rounded(value) for key, value in found.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Opinions:
        """The reverse of `to_json`."""
        return cls(**data)


def opinions(
    name: str,
    answers: Sequence[Rows],
    dev_answers: Sequence[Rows],
    dev: Sequence[Sentence],
    labels: LabelSet,
) -> Opinions:
    """What a teacher's answers are worth.

    Args:
        name: the teacher's.
        answers: to the training sentences, (words, labels) each; a row of zeros is no opinion.
        dev_answers: to the dev sentences.
        dev: those sentences, with gold labels.
        labels: in the order of the columns.
    """
    speaks = [rows.any(axis=1) for rows in answers]
    gold = [labels.ids[label] for sentence in dev for label in sentence.labels or ()]
    rows = np.concatenate([np.zeros((0, len(labels)), np.float16), *dev_answers])
    is_said, best = rows.any(axis=1), rows.argmax(axis=1)
    is_marked = is_said & (best != labels.ids.get(OUTSIDE, -1))
    is_right = best == np.array(gold, np.int64)
    return Opinions(
        name,
        words=_share(np.concatenate([np.zeros(0, bool), *speaks])) or 0.0,
        sentences=_share(np.array([one.any() for one in speaks], bool)) or 0.0,
        precision=_share(is_right[is_said]),
        marked_precision=_share(is_right[is_marked]),
    )


def _share(which: NDArray[np.bool_]) -> float | None:
    return float(which.mean()) if which.size else None
