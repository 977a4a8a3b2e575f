"""What each of several teachers is worth beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.teachers.best_labels import best_labels
from nlp_architect_ext.teachers.joining import joined
from nlp_architect_ext.teachers.label_model import LabelModel, Seen
from nlp_architect_ext.teachers.label_model_fit import expected_counts
from nlp_architect_ext.teachers.store import Rows

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """Of one witness; shares lie between 0 and 1.

    Args:
        conflicts: share of the words of which it speaks where all together say something else.
        weight: what its votes tell of the labels, as a share of what there is to know: their mutual
            information, divided by the labels' entropy.
        f1_without: on dev, of what the others say together; None without dev or others.
    """

    conflicts: float
    weight: float
    f1_without: float | None


def worth(
    model: LabelModel,
    training: Sequence[Seen],
    dev: Sequence[Sentence],
    seen_of_dev: Sequence[Seen],
    labels: LabelSet,
) -> list[Worth]:
    """What each witness of a model is worth.

    Args:
        model: of all witnesses.
        training: what is seen of the sentences that a student reads.
        dev: labelled sentences; may be empty.
        seen_of_dev: what is seen of them.
        labels: in the order of the columns.
    """
    counts = expected_counts(model, training).confusions
    together = model.labels(training, lambda likely: likely.argmax(axis=1))
    found = []
    for index, confusion in enumerate(counts):
        said = [sentence.said[index][0] for sentence in training]
        f1 = None
        if dev and len(counts) > 1:
            f1 = _f1(
                without(model, index), dev, [_without(one, index) for one in seen_of_dev], labels
            )
        found.append(Worth(_conflicts(said, together), informed_share(confusion), f1))
    return found


def without(model: LabelModel, witness: int) -> LabelModel:
    """The model of the others: each was judged by itself."""
    others = model.confusions[:witness] + model.confusions[witness + 1 :]
    return replace(model, confusions=others)


def _without(sentence: Seen, witness: int) -> Seen:
    return Seen(sentence.said[:witness] + sentence.said[witness + 1 :], sentence.shapes)


def informed_share(joint: Floats) -> float:
    """Mutual information of rows and columns, divided by the rows' entropy; 0 if they have none.

    Args:
        joint: counts (labels, votes).
    """
    joint = joint / max(joint.sum(), 1e-12)
    labels, votes = joint.sum(axis=1), joint.sum(axis=0)
    entropy = _entropy(labels)
    information = entropy + _entropy(votes) - _entropy(joint.ravel())
    return float(information / entropy) if entropy > 1e-12 else 0.0


def _entropy(probabilities: Floats) -> float:
    some = probabilities[probabilities > 0]
    return float(-(some * np.log(some)).sum())


def _conflicts(said: Sequence[Rows], together: Sequence[NDArray[np.int64]]) -> float:
    speaks = np.concatenate([one.any(axis=1) for one in said])
    differs = np.concatenate([one.argmax(axis=1) for one in said]) != np.concatenate(together)
    return float(differs[speaks].mean()) if speaks.any() else 0.0


def _f1(
    model: LabelModel, dev: Sequence[Sentence], seen: Sequence[Seen], labels: LabelSet
) -> float:
    gold = [sentence.labels or () for sentence in dev]
    return float(score(gold, best_labels(joined(model, seen), labels), labels)["f1"])
