"""The job of `nlp-train transformer_token`: fine-tune a transformer into a folder, and score it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch

from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import METRICS, PREDICTIONS, to_text
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.shown_names import model_name
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.predictions import format_predictions
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.encoders.folder import FINE_TUNED
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.evaluation.scores import Scores
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.reports.findings import Findings
from nlp_architect_ext.reports.page import Subject, report
from nlp_architect_ext.reports.plots import learning_curve
from nlp_architect_ext.reports.tables import TRANSFORMER
from nlp_architect_ext.runs.decided import decided
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.inputs import input_files, load_corpus
from nlp_architect_ext.runs.place import RunPlace
from nlp_architect_ext.runs.teacher_plan import fine_tuning
from nlp_architect_ext.runs.trackers import check_tracker
from nlp_architect_ext.runtime.text_tagger import Prediction
from nlp_architect_ext.settings.training import TransformerTokenSettings
from nlp_architect_ext.teachers.fine_tuning import fine_tune
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.kinds.transformer import check_transformer
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


def train_transformer(settings: TransformerTokenSettings) -> None:
    """Fine-tune a transformer on labelled sentences, score it, write a Hugging Face folder.

    Raises:
        UserError: anything of the user's that can't be used; nothing has been written then that
            wasn't there before.
    """
    check_tracker(settings.run.report_to)
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    corpus = load_corpus(settings.data, settings.draw, dev=settings.dev, text=settings.text)
    settings = decided(settings, corpus, device)
    say(summary(corpus))
    name, tuning = settings.trainer.model_name_or_path, _fine_tuning(settings, device)
    check_transformer(
        name,
        corpus.labels,
        precision=tuning.precision,
        max_pieces=tuning.max_pieces,
        relabel=True,
    )
    place = RunPlace(settings.run, settings, input_files(settings.data), folders=[Path(name)])
    place.check()
    if settings.run.dry_run:
        say(f"would fine-tune {name} on {len(corpus.train):,} sentences; nothing was written")
        return
    with place.opened() as run:
        _fine_tuned(name, tuning, corpus, dev_sample(corpus, settings.dev.dev_sample), run)
        model = TransformerTokenClassifier.load(
            run.path / FINE_TUNED,
            corpus.labels,
            device=device,
            precision=tuning.precision,
            max_pieces=tuning.max_pieces,
            batch_size=settings.trainer.per_gpu_eval_batch_size,
        )
        _write(run, settings, model, corpus)


def _fine_tuned(name: str, tuning: FineTuning, corpus: Corpus, dev: Any, run: RunFolder) -> None:
    """Fine-tune into the run's folder, unless that was done before an interruption."""
    folder = run.path / FINE_TUNED
    if folder.exists():
        return
    with run.phase("fine-tuning") as meter:
        outcome = fine_tune(name, corpus.train, dev, corpus.labels, folder, tuning)
        meter.operations = outcome["operations"]
    for line in outcome["log"]:
        run.journal.write("teacher", **line)


def _evaluated(
    model: TransformerTokenClassifier, corpus: Corpus, run: RunFolder
) -> tuple[dict[str, Evaluation], float | None]:
    """Dev and test, as far as they are there, and how many words a second were tagged.

    The predictions are written.
    """
    found: dict[str, Evaluation] = {}
    words, started = 0, time.monotonic()
    for split, sentences in (("dev", corpus.dev), ("test", corpus.test)):
        if not sentences:
            continue
        gold = [sentence.labels or () for sentence in sentences]
        predicted = model.predict(sentences)
        words += sum(map(len, sentences))
        predictions = [Prediction(labels, ()) for labels in predicted]
        found[split] = Evaluation(sentences, predictions, None, corpus.labels)
        content = format_predictions(sentences, {"gold": gold, "teacher": predicted})
        atomic_write_text(run.path / PREDICTIONS[split], content)
    seconds = time.monotonic() - started
    return found, words / seconds if words else None


def _write(
    run: RunFolder,
    settings: TransformerTokenSettings,
    model: TransformerTokenClassifier,
    corpus: Corpus,
) -> None:
    evaluations, speed = _evaluated(model, corpus, run)
    scores: dict[str, Scores] = {}
    for split, one in evaluations.items():
        scores[split] = Scores.from_json(score(one.gold, one.student, corpus.labels))
        say(f"{split} F1 {100 * scores[split].f1:.2f}")
    parameters = {"teacher": model.parameters}
    metrics = Metrics(scores, parameters, run.costs(), settings.device.device)
    curve = learning_curve((), run.journal.read("teacher"))
    findings = Findings(
        evaluations,
        fine_tuning=run.journal.read("teacher"),
        words_a_second={} if speed is None else {TRANSFORMER: speed},
    )
    text = report(_subject(settings, corpus), metrics, findings)
    atomic_write_text(run.path / "report.html", text)
    atomic_write_bytes(run.path / "learning_curve.png", curve)
    best = run.path / settings.run.best_result_file
    atomic_write_text(best, to_text(metrics.to_json().get("dev", {})))
    atomic_write_text(run.path / METRICS, metrics.text())
    run.report("teacher", scores)
    written = f"{FINE_TUNED}/ (the transformer), {METRICS}, learning_curve.png, report.html"
    say(f"written to {run.path}: {written}")


def _subject(settings: TransformerTokenSettings, corpus: Corpus) -> Subject:
    """What the report says of the transformer."""
    name = model_name(settings.trainer.model_name_or_path)
    return Subject(
        f"{name}, fine-tuned on {len(corpus.train):,} labelled sentences",
        "A transformer that labels words by itself, and can teach students.",
        "",
        corpus.labels,
        corpus.scheme,
    )


def _fine_tuning(settings: TransformerTokenSettings, device: torch.device) -> FineTuning:
    trainer = settings.trainer
    return fine_tuning(
        settings.fine_tuning,
        seed=settings.run.seed,
        device=device,
        max_steps=trainer.max_steps,
        gradient_accumulation_steps=trainer.gradient_accumulation_steps,
        warmup=trainer.warmup_steps,
        weight_decay=trainer.weight_decay,
        max_grad_norm=trainer.max_grad_norm,
        adam_epsilon=trainer.adam_epsilon,
        logging_steps=trainer.logging_steps,
    )
