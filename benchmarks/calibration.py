"""Ways to join the probabilities of words into an entity's score, compared on finished runs.

nlp-train tagger --data_dir ../shared/data/wikigold --output_dir build/calibration/wikigold
--tokenizer whitespace -e 8 python benchmarks/calibration.py build/calibration/*

Chosen by five folds over the dev sentences of each run; test only says what the choice is worth.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.evaluation.calibration import calibrated_scores, fit_calibration, reliability
from nlp_architect_ext.runtime.calibration import EDGE
from nlp_architect_ext.taggers.neural import NeuralTagger

FOLDS = 5
JOINS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": lambda p: sum(p) / len(p),
    "least": min,
    "geometric mean": lambda p: math.prod(p) ** (1 / len(p)),
    "product": math.prod,
}

Columns = tuple[NDArray[np.int64], dict[str, NDArray[np.float64]], NDArray[np.bool_]]


def predicted(tagger: NeuralTagger, sentences: Sequence[Sentence]) -> Columns:
    """Sentence, score by each way of joining, and rightness of every predicted entity."""
    places, right = [], []
    scores: dict[str, list[float]] = {name: [] for name in JOINS}
    for index, prediction in enumerate(tagger.predict_labels(sentences)):
        there = set(tagger.labels.spans(sentences[index].labels or ()))
        for span in tagger.labels.spans(prediction.labels):
            places.append(index)
            right.append(span in there)
            for name, join in JOINS.items():
                scores[name].append(join(prediction.scores[span.start : span.end]))
    return (
        np.array(places),
        {name: np.array(column) for name, column in scores.items()},
        np.array(right),
    )


def log_loss(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean negative log-likelihood, in nats an entity."""
    return float(-np.log(np.clip(np.where(right, scores, 1 - scores), EDGE, 1)).mean())


def compare(dev: Columns, test: Columns) -> dict[str, tuple[float, ...]]:
    """Calibration errors of each way to join words, in percent, and the log loss held out.

    The errors are of dev before, dev held out, test before and test after calibration.
    """
    places, scores, right = dev
    folds = np.random.default_rng(0).permutation(places.max() + 1)[places] % FOLDS
    rows = {}
    for name, column in scores.items():
        held = np.zeros(len(column))
        for fold in range(FOLDS):
            others = folds != fold
            held[~others] = calibrated_scores(
                fit_calibration(column[others], right[others]), column[~others]
            )
        after = calibrated_scores(fit_calibration(column, right), test[1][name])
        pairs = ((column, right), (held, right), (test[1][name], test[2]), (after, test[2]))
        rows[name] = (*(100 * reliability(*pair).error for pair in pairs), log_loss(held, right))
    return rows


def main() -> None:
    """Print a table a run, and the means over all runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "runs", type=Path, nargs="+", help="finished run folders, with dev and test"
    )
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    for folder in parser.parse_args().runs:
        settings: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        corpus = read_corpus(settings["data_dir"], tokenizer="whitespace")
        tagger = NeuralTagger.load(folder)
        dev, test = (predicted(tagger, sentences or []) for sentences in (corpus.dev, corpus.test))
        found[folder.name] = compare(dev, test)
        print(f"{folder.name}: {len(dev[2]):,} dev entities, {dev[2].mean():.0%} right")
    found["mean"] = {
        name: tuple(np.mean([rows[name] for rows in found.values()], axis=0)) for name in JOINS
    }
    print(
        "\n| run | joined by | dev, before | dev, held out | test, before | test, after | log "
        "loss |"
    )
    print("|---|---|---|---|---|---|---|")
    for run, rows in found.items():
        for name, values in rows.items():
            print(
                f"| {run} | {name} | "
                + " | ".join(f"{v:.1f}" for v in values[:-1])
                + f" | {values[-1]:.4f} |"
            )


if __name__ == "__main__":
    main()
