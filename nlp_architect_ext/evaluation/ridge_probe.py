"""What an encoder's states say of labels, asked in closed form: nothing is trained, no seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.metrics import score

RIDGE = 0.001  # of the states' mean variance: the penalty grows with their scale and number
States = Sequence[NDArray[np.float32]]


@dataclass(frozen=True)
class RidgeProbe:
    """A linear map from states to labels.

    Args:
        weights: (width, labels).
        bias: (labels,).
        labels: their names.
    """

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    labels: LabelSet

    def predict(self, states: NDArray[Any]) -> list[str]:
        """The label of the highest value for each word's state (words, width)."""
        values = states @ self.weights + self.bias
        return [self.labels.names[index] for index in values.argmax(axis=1)]


def fit_probe(
    states: NDArray[Any], tags: Sequence[str], labels: LabelSet, ridge: float = RIDGE
) -> RidgeProbe:
    """Ridge regression from states to one column a label that is 1 at its words, 0 elsewhere.

    Hoerl & Kennard (1970), "Ridge Regression"; the bias isn't penalised.

    Args:
        states: (words, width).
        tags: of the words.
        labels: all that there are.
        ridge: the penalty, as a share of the states' mean variance.
    """
    ids = {name: index for index, name in enumerate(labels.names)}
    wanted = np.zeros((len(tags), len(ids)))
    wanted[np.arange(len(tags)), [ids[tag] for tag in tags]] = 1.0
    given = states.astype(np.float64)
    centre, target = given.mean(axis=0), wanted.mean(axis=0)
    centred = given - centre
    products = centred.T @ centred
    penalty = max(ridge * products.diagonal().mean(), np.finfo(np.float64).tiny)
    products[np.diag_indices_from(products)] += penalty
    weights = np.linalg.solve(products, centred.T @ (wanted - target))
    return RidgeProbe(weights, target - centre @ weights, labels)


def probe_f1(
    train: tuple[States, Sequence[Sequence[str]]],
    dev: tuple[States, Sequence[Sequence[str]]],
    labels: LabelSet,
) -> float:
    """F1 of entities, as `score` counts it, of a probe's labels on dev.

    Args:
        train: for each sentence the states (words, width) and the labels of its words.
        dev: the same of other sentences.
        labels: all that there are.
    """
    states, tags = train
    probe = fit_probe(np.concatenate(states), [tag for one in tags for tag in one], labels)
    predicted = [probe.predict(one) for one in dev[0]]
    f1: float = score(dev[1], predicted, labels)["f1"]
    return f1
