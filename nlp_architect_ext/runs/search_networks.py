"""Networks of a search that are trained alone, by the ordinary road."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.methods import PSEUDO_LABELS
from nlp_architect_ext.runs.result import TrainingResult
from nlp_architect_ext.runs.search_candidates import Candidate
from nlp_architect_ext.runs.trackers import NONE
from nlp_architect_ext.runs.train_student import train_student
from nlp_architect_ext.settings.search import TaggerSearchSettings
from nlp_architect_ext.settings.training import TaggerKdPseudoSettings
from nlp_architect_ext.taggers.folder import WEIGHTS

NETWORKS = "networks"
LEFT_BEHIND = ("checkpoints", "soft_labels", "teacher", ".lock")  # of a copied run


@dataclass(frozen=True)
class Trained:
    """A network that was trained alone.

    Args:
        candidate: what it is.
        group: why it was trained: "search", "rank", "hand-made".
        folder: its run.
        metrics: its scores.
        milliseconds: a sentence's, measured on its export.
        loss: of the chain in the supernet; None of other students.
    """

    candidate: Candidate
    group: str
    folder: Path
    metrics: Metrics
    milliseconds: float
    loss: float | None = None

    @property
    def dev_f1(self) -> float:
        """F1 on dev, which chooses."""
        return self.metrics.splits["dev"].f1

    @property
    def bytes(self) -> int:
        """Of its weights."""
        return (self.folder / WEIGHTS).stat().st_size


def train_alone(
    candidate: Candidate,
    group: str,
    settings: TaggerSearchSettings,
    teachers: Sequence[str],
    encoder: str | None,
    run: RunFolder,
) -> TrainingResult:
    """Train a network as `nlp-train tagger_kd_pseudo` does, or find it finished.

    Args:
        candidate: what is trained.
        group: why, see `Trained`.
        settings: of the search.
        teachers: fine-tuned, whose answers are stored.
        encoder: that gives word vectors; None for none.
        run: of the search.
    """
    folder = run.path / NETWORKS / candidate.name
    file = folder.with_suffix(".json")
    say(f"\ntraining {candidate.name} alone ({group})")
    atomic_write_text(_made(file), to_text(candidate.arguments))
    chosen = alone(settings)
    chosen = replace(
        chosen,
        run=replace(
            chosen.run,
            output_dir=str(folder),
            resume=True,
            overwrite_output_dir=False,
            report_to=NONE,
        ),
        teachers=replace(chosen.teachers, teacher=tuple(teachers)),
        words=replace(chosen.words, word_encoder=encoder, soft_labels_dir=str(run.store)),
        student=replace(chosen.student, model_type=candidate.model_type, config_file=str(file)),
    )
    result = train_student(PSEUDO_LABELS, chosen)
    assert result is not None
    return result


def alone(settings: TaggerSearchSettings) -> TaggerKdPseudoSettings:
    """The settings of a search that are those of `tagger_kd_pseudo` too."""
    names = [field.name for field in fields(TaggerKdPseudoSettings)]
    return TaggerKdPseudoSettings(**{name: getattr(settings, name) for name in names})


def best_for(budget: float, trained: Sequence[Trained]) -> Trained:
    """The best on dev of those that meet a budget; the fastest if training made all too slow."""
    meeting = [one for one in trained if one.milliseconds <= budget]
    if not meeting:
        return min(trained, key=lambda one: one.milliseconds)
    return max(meeting, key=lambda one: (one.dev_f1, -one.milliseconds))


def copy_run(source: Path, target: Path) -> None:
    """Put a finished run's folder at another place, without what only training needs."""
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source, partial, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _made(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file
