"""What finished cells say: scores, times, and how each test sentence went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import lines, read_json
from nlp_architect_ext.core.manifest import METRICS, PREDICTIONS
from nlp_architect_ext.curve.plan import Cell
from nlp_architect_ext.curve.systems import LABELS
from nlp_architect_ext.evaluation.errors import entities
from nlp_architect_ext.evaluation.results import read_metrics
from nlp_architect_ext.evaluation.scores import Scores

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """One finished cell.

    Args:
        size: labelled sentences.
        seed: of draw and training.
        system: its name.
        scores: by split, as `metrics.json` has them.
        costs: by kind and phase; of the labelling by itself, for other systems have it in theirs.
        counts: entities (sentences, 3) of each scored sentence: right, predicted, gold; None
            without such a file.
        device: where it was trained.
        is_distilled: whether a teacher's costs come on top.
    """

    size: int
    seed: int
    system: str
    scores: Mapping[str, Scores]
    costs: Mapping[str, Mapping[str, float]]
    counts: Counts | None
    device: str | None = None
    is_distilled: bool = False


def read_outcome(cell: Cell, split: str, scheme: str) -> Outcome:
    """The outcome of a finished cell.

    Args:
        cell: the cell.
        split: ``test`` or ``dev``: what is compared.
        scheme: of the labels within the program, ``IOB2`` or ``plain``.

    Raises:
        UserError: files that can't be read.
    """
    if cell.system == LABELS:
        costs = {"seconds": read_json(cell.done)}
        return Outcome(cell.size, cell.seed, cell.system, {}, costs, None)
    metrics = read_metrics(cell.folder / METRICS)
    predictions = cell.folder / PREDICTIONS[split]
    counts = read_counts(predictions, scheme) if predictions.exists() else None
    if counts is not None and not len(counts):
        counts = None
    return Outcome(
        cell.size,
        cell.seed,
        cell.system,
        metrics.splits,
        metrics.costs,
        counts,
        device=metrics.device,
        is_distilled=bool(cell.needs),
    )


def read_counts(path: Path, scheme: str) -> Counts:
    """Entities of each sentence of a file of predictions (sentences, 3): right, predicted, gold.

    The columns are word, gold and predictions, the last of which counts; the first line names them.

    Raises:
        UserError: the file can't be read, or a line has other columns.
    """
    found: list[tuple[int, int, int]] = []
    gold: list[str] = []
    predicted: list[str] = []
    for number, line in lines(path):
        columns = line.split("\t")
        if number == 1 or not line:
            if gold:
                found.append(_counted(gold, predicted, scheme))
            gold, predicted = [], []
        elif len(columns) < len(("word", "gold", "predicted")):
            wrong = f"{len(columns)} columns"
            raise UserError(
                where=f"{path}:{number}",
                wrong=wrong,
                expected="word, gold, predicted",
                remedy="delete the folder: it's made again",
            )
        else:
            gold.append(columns[1])
            predicted.append(columns[-1])
    if gold:
        found.append(_counted(gold, predicted, scheme))
    return np.array(found, np.int64).reshape(-1, 3)


def _counted(gold: Sequence[str], predicted: Sequence[str], scheme: str) -> tuple[int, int, int]:
    of_gold = set(entities(gold, scheme))
    found = set(entities(predicted, scheme))
    return len(of_gold & found), len(found), len(of_gold)
