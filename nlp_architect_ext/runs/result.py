"""What a finished run leaves: model, scores, card, pictures, and the manifest over them."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import (
    METRICS,
    PREDICTIONS,
    to_text,
    write_manifest,
)
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.evaluation.calibration import (
    Reliability,
    calibrated_scores,
    fit_calibration,
)
from nlp_architect_ext.evaluation.cross_fitting import ENOUGH, CrossFitted, cross_fitted
from nlp_architect_ext.evaluation.evaluation import Evaluation, evaluate
from nlp_architect_ext.evaluation.results import Metrics, SentenceCounts, read_metrics
from nlp_architect_ext.evaluation.scores import Scores
from nlp_architect_ext.reports.findings import Findings
from nlp_architect_ext.reports.last_lines import last_lines
from nlp_architect_ext.reports.model_card import model_card
from nlp_architect_ext.reports.page import page
from nlp_architect_ext.reports.plots import learning_curve, reliability_curve
from nlp_architect_ext.reports.tables import last_split
from nlp_architect_ext.runs.annotation import of_run
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.queue import write_queue
from nlp_architect_ext.runs.reference import write_reference
from nlp_architect_ext.runs.teacher import TeacherAnswers
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.folder import WEIGHTS, write_model
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.outside_bias import OutsideBias
from nlp_architect_ext.training.curve import PHASE


@dataclass(frozen=True)
class TrainingResult:
    """What training gives back.

    Args:
        tagger: trained.
        metrics: scores, sizes and costs, as `metrics.json` has them.
        folder: the result folder; None where nothing was kept.
    """

    tagger: NeuralTagger
    metrics: Metrics
    folder: Path | None

    @property
    def f1(self) -> dict[str, float]:
        """F1 on dev and test, as far as they are there."""
        return {split: scores.f1 for split, scores in self.metrics.splits.items()}


def finished_result(folder: Path, device: torch.device) -> TrainingResult:
    """The result of a run that was finished before."""
    tagger = NeuralTagger.load(folder, device)
    return TrainingResult(tagger, read_metrics(folder / METRICS), folder)


def write_result(
    run: RunFolder,
    settings: TaggerSettings,
    corpus: Corpus,
    tagger: NeuralTagger,
    answers: TeacherAnswers | None,
) -> TrainingResult:
    """Score the trained tagger on dev and, once, on test; write everything, the manifest last."""
    with run.phase("evaluation"):
        started = time.monotonic()
        evaluations = _evaluations(corpus, tagger, answers)
        tagged = time.monotonic() - started
        tagger.calibrate(
            fit_calibration(*evaluations["dev"].outcomes) if "dev" in evaluations else None
        )
        dev = _cross_fitted(settings, corpus, tagger, evaluations)
        to_annotate = of_run(settings, corpus, tagger, answers)
    tagger.config = replace(tagger.config, teachers=answers.teachers if answers else ())
    write_model(run.path, tagger.config, tagger.vocabulary.to_json(), tagger.model.state_dict())
    write_reference(run.path, tagger, evaluations.get("dev"))
    scores = {
        split: evaluation.scores(tagger.calibration) for split, evaluation in evaluations.items()
    }
    if dev is not None:
        evaluations["dev"], scores["dev"] = dev.evaluation, dev.to_scores()
    metrics = _metrics(run, corpus, tagger, scores, answers)
    journal, split = run.journal, last_split(metrics)
    curves, shown = _reliability(
        tagger, evaluations.get(split or ""), dev if split == "dev" else None
    )
    findings = Findings(
        evaluations,
        journal.read(PHASE),
        journal.read("teacher"),
        curves,
        shown,
        to_annotate,
        _words_a_second(run, corpus, tagged if evaluations else None, answers),
    )
    atomic_write_text(run.path / METRICS, metrics.text())
    run.report("student", metrics.splits)
    run.report("teacher", metrics.teacher)
    best = run.path / settings.run.best_result_file
    atomic_write_text(best, to_text(metrics.to_json().get("dev", {})))
    _write_findings(run.path, metrics, findings)
    named = ["README.md", METRICS, "learning_curve.png", "report.html"]
    if to_annotate is not None:
        named += write_queue(run.path, to_annotate, corpus.format_name)
    atomic_write_text(run.path / "report.html", page(tagger.config, metrics, findings))
    card = model_card(tagger.config, metrics, sys.argv)
    atomic_write_text(run.path / "README.md", card)
    write_manifest(run.path)
    tagger.folder = run.path
    say(last_lines(run.path, metrics, named))
    return TrainingResult(tagger, metrics, run.path)


def _evaluations(
    corpus: Corpus, tagger: NeuralTagger, answers: TeacherAnswers | None
) -> dict[str, Evaluation]:
    """Dev and test, as far as they are there."""
    return {
        split: evaluate(tagger, sentences, answers.labels[split] if answers else None)
        for split, sentences in (("dev", corpus.dev), ("test", corpus.test))
        if sentences
    }


def _cross_fitted(
    settings: TaggerSettings,
    corpus: Corpus,
    tagger: NeuralTagger,
    evaluations: Mapping[str, Evaluation],
) -> CrossFitted | None:
    """Dev as taggers fitted on its other folds tag it; None without dev sentences or with many."""
    if not corpus.dev or len(corpus.dev) >= ENOUGH:
        return None
    has_bias = settings.schedule.fit_outside_bias and tagger.labels.scheme != "plain"
    refitted = OutsideBias(tagger, corpus.dev).refitted if has_bias else None
    return cross_fitted(evaluations["dev"], refitted)


def _reliability(
    tagger: NeuralTagger, evaluation: Evaluation | None, dev: CrossFitted | None
) -> tuple[dict[str, Reliability], list[float]]:
    """Scores against what they promise, before and after calibration, and the scores themselves.

    Nothing without any entity.

    Args:
        tagger: calibrated.
        evaluation: of the split that is shown.
        dev: where that is dev and cross-fitted.
    """
    if evaluation is None or not len(evaluation.outcomes[0]):
        return {}, []
    curves = {"not calibrated": evaluation.reliability(None)}
    shown = calibrated_scores(tagger.calibration, evaluation.outcomes[0])
    if dev is not None:
        curves["calibrated"], shown = dev.reliability, dev.scores
    elif tagger.calibration is not None:
        curves["calibrated"] = evaluation.reliability(tagger.calibration)
    return curves, shown.tolist()


def _words_a_second(
    run: RunFolder, corpus: Corpus, seconds: float | None, answers: TeacherAnswers | None
) -> dict[str, float]:
    """How fast student and teacher tagged in this run, as far as that was measured.

    Args:
        run: with its costs; the teacher's for labelling are those of all its answers, stored ones
            too.
        corpus: of the run.
        seconds: that the student took for dev and test; None without any.
        answers: of the teacher.
    """
    found = {}
    if seconds:
        tagged = [*(corpus.dev or ()), *(corpus.test or ())]
        found["student"] = sum(map(len, tagged)) / seconds
    labelling = run.costs()["seconds"].get("labelling", 0.0)
    if answers is not None and labelling:
        read = [*corpus.train, *corpus.unlabelled]
        found["teacher"] = sum(map(len, read)) / labelling
    return found


def _write_findings(folder: Path, metrics: Metrics, findings: Findings) -> None:
    """Pictures and predictions."""
    goal = metrics.teacher["dev"].f1 if "dev" in metrics.teacher else None
    picture = learning_curve(findings.training, findings.fine_tuning, goal)
    atomic_write_bytes(folder / "learning_curve.png", picture)
    if findings.reliability:
        picture = reliability_curve(findings.reliability, findings.scores)
        atomic_write_bytes(folder / "reliability.png", picture)
    for split, evaluation in findings.evaluations.items():
        atomic_write_text(folder / PREDICTIONS[split], evaluation.file())


def _metrics(
    run: RunFolder,
    corpus: Corpus,
    tagger: NeuralTagger,
    scores: Mapping[str, Scores],
    answers: TeacherAnswers | None,
) -> Metrics:
    parameters = {"student": sum(parameter.numel() for parameter in tagger.model.parameters())}
    if answers:
        parameters["teacher"] = answers.parameters
    of_teacher = answers.scores if answers else {}
    return Metrics(
        splits=scores,
        teacher={split: Scores.from_json(found) for split, found in of_teacher.items()},
        sentences=_counts(corpus),
        parameters=parameters,
        bytes=(run.path / WEIGHTS).stat().st_size,
        costs=run.costs(),
        device=str(tagger.device),
        teachers=answers.opinions if answers else (),
    )


def _counts(corpus: Corpus) -> SentenceCounts:
    dev_of_train = len(corpus.dev or ()) if corpus.dev_is_split else 0
    return SentenceCounts(len(corpus.train), len(corpus.unlabelled), dev_of_train)
