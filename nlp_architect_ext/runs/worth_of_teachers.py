"""What each of several teachers is worth beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.teachers.best_labels import best_labels
from nlp_architect_ext.teachers.joining import Judged, joined
from nlp_architect_ext.teachers.label_counts import LabelCounts
from nlp_architect_ext.teachers.label_model import LabelModel, Seen
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
    together: Sequence[Rows],
    dev: Judged,
    labels: LabelSet,
) -> list[Worth]:
    """What each witness of a model is worth.

    Args:
        model: of all witnesses.
        training: what is seen of the sentences that a student reads.
        together: what all say of those, see `joined`.
        dev: labelled sentences; may be none.
        labels: in the order of the columns.
    """
    counts = LabelCounts.zero(len(labels), len(model.confusions))
    for sentence, rows in zip(training, together, strict=True):
        counts.add(sentence, np.exp(rows.astype(np.float64)))
    found = []
    for index, confusion in enumerate(counts.confusions):
        said = [sentence.said[index][0] for sentence in training]
        has_others = dev.sentences and len(counts.confusions) > 1
        f1 = _f1_without(model, index, dev, labels) if has_others else None
        found.append(Worth(_conflicts(said, together), informed_share(confusion), f1))
    return found


def without(model: LabelModel, witness: int) -> LabelModel:
    """The model of the others: each was judged by itself."""
    others = model.confusions[:witness] + model.confusions[witness + 1 :]
    return replace(model, confusions=others)


def _f1_without(model: LabelModel, witness: int, dev: Judged, labels: LabelSet) -> float:
    others = [Seen(one.said[:witness] + one.said[witness + 1 :], one.shapes) for one in dev.seen]
    found = best_labels(joined(without(model, witness), others), labels)
    gold = [sentence.labels or () for sentence in dev.sentences]
    return float(score(gold, found, labels)["f1"])


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


def _conflicts(said: Sequence[Rows], together: Sequence[Rows]) -> float:
    speaks = np.concatenate([one.any(axis=1) for one in said])
    best, other = (
        np.concatenate([one.argmax(axis=1) for one in rows]) for rows in (said, together)
    )
    differs = best != other
    return float(differs[speaks].mean()) if speaks.any() else 0.0
