"""The folder of one run: what it's made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.costs import KINDS, Meter
from nlp_architect_ext.core.journal import Journal, Sink
from nlp_architect_ext.core.manifest import (
    ANNOTATE,
    MANIFEST,
    METRICS,
    PREANNOTATED,
    PREANNOTATED_AS,
    PREDICTIONS,
    REASONS,
    SETTINGS,
    SUFFIXES,
)
from nlp_architect_ext.evaluation.scores import Scores
from nlp_architect_ext.runs.trackers import IDS, LOGS
from nlp_architect_ext.settings.run import RunSettings
from nlp_architect_ext.training.checkpoint import Checkpoints

DATA = "data.json"
EARLIER_ROUND = "earlier_round"  # a run folder as well
BEST_RESULT = RunSettings.best_result_file
# Stored answers are keyed by what they answer, so they outlive a replaced run.
STORE = "soft_labels"
# What a run writes, its settings last: a folder that is half cleared can still be recognised.
WRITTEN = (
    "checkpoints",
    "teacher",
    "teacher.partial",
    "teacher.replaced",
    "model",
    "model.partial",
    "model.replaced",
    "config.json",
    "model.safetensors",
    "vocabulary.json",
    "reference.json",
    MANIFEST,
    METRICS,
    "metrics.jsonl",
    BEST_RESULT,
    "learning_curve.png",
    EARLIER_ROUND,
    "search.json",
    "search.csv",
    "search.png",
    "reliability.png",
    "report.html",
    "README.md",
    *PREDICTIONS.values(),
    ANNOTATE,
    PREANNOTATED,
    REASONS,
    *(PREANNOTATED_AS.format(suffix=suffix) for suffix in SUFFIXES),
    *LOGS,
    IDS,
    DATA,
    SETTINGS,
)


@dataclass(frozen=True)
class RunFolder:
    """An open run folder.

    Args:
        path: the folder; exists.
        store: where the answers of teachers and encoders are kept.
        sinks: what takes in the numbers of the run beside its journal.
    """

    path: Path
    store: Path
    sinks: Sequence[Sink] = ()

    @property
    def checkpoints(self) -> Checkpoints:
        """Where training keeps its state."""
        return Checkpoints(self.path / "checkpoints")

    def stage(self, name: str) -> Checkpoints:
        """Where a stage before the training keeps its state."""
        return Checkpoints(self.path / "checkpoints" / name)

    @property
    def journal(self) -> Journal:
        """Where the curves are kept."""
        return Journal(self.path / "metrics.jsonl", self.sinks)

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end: the manifest is the last file written."""
        return (self.path / MANIFEST).exists()

    @contextmanager
    def phase(self, name: str) -> Iterator[Meter]:
        """Measure a phase of the run; an interrupted one leaves no line."""
        meter = Meter()
        yield meter
        self.journal.write("costs", 0, name=name, **meter.read())

    def costs(self) -> dict[str, dict[str, float]]:
        """By kind of cost and phase; the last time that a phase ended says what it took in all."""
        ends = self.journal.read("costs")
        return {kind: {line["name"]: line[kind] for line in ends} for kind in KINDS}

    def report(self, whose: str, scores: Mapping[str, Scores]) -> None:
        """Send on final scores by split; `metrics.json` has them for everybody else."""
        for split, found in scores.items():
            rates = {"f1": found.f1, "precision": found.precision, "recall": found.recall}
            for sink in self.sinks:
                sink.write(f"final/{whose}/{split}", 0, rates)
