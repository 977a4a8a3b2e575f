"""Transformers by themselves: fine-tune one into a folder, and tag with one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import torch

from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import METRICS, PREDICTIONS, to_text
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.formats.predictions import format_predictions
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.encoders.folder import FINE_TUNED
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.layers import device as hardware
from nlp_architect_ext.reports.plots import learning_curve
from nlp_architect_ext.runs.folder import RunFolder, check, open_run
from nlp_architect_ext.runs.inputs import input_files, load_corpus
from nlp_architect_ext.runs.teacher import check_transformer
from nlp_architect_ext.settings.training import TransformerTokenSettings
from nlp_architect_ext.teachers.fine_tuning import fine_tune
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


def train_transformer(settings: TransformerTokenSettings) -> None:
    """Fine-tune a transformer on labelled sentences, score it, and write it as a Hugging Face
    folder.

    Raises:
        UserError: anything of the user's that can't be used; nothing has been written then that
            wasn't there before.
    """
    device = hardware.prepare(settings.device, settings.no_cuda, settings.threads)
    settings = replace(settings, device=str(device), threads=torch.get_num_threads())
    corpus = load_corpus(settings)
    say(summary(corpus))
    name = settings.model_name_or_path
    check_transformer(
        name,
        corpus.labels,
        precision=settings.precision,
        max_pieces=settings.max_seq_length,
        relabel=True,
    )
    files = input_files(settings)
    check(settings, files)
    if settings.dry_run:
        say(f"would fine-tune {name} on {len(corpus.train):,} sentences; nothing was written")
        return
    run = open_run(settings, files)
    folder = run.path / FINE_TUNED
    if not folder.exists():
        with run.phase("fine-tuning") as meter:
            dev = dev_sample(corpus, settings.dev_sample)
            outcome = fine_tune(
                name, corpus.train, dev, corpus.labels, folder, _fine_tuning(settings, device)
            )
            meter.operations = outcome["operations"]
        for line in outcome["log"]:
            run.journal.write("teacher", **line)
    model = TransformerTokenClassifier.load(
        folder,
        corpus.labels,
        device=device,
        precision=settings.precision,
        max_pieces=settings.max_seq_length,
        batch_size=settings.per_gpu_eval_batch_size,
    )
    scores: dict[str, Any] = {}
    predictions: dict[str, str] = {}
    for split, sentences in (("dev", corpus.dev), ("test", corpus.test)):
        if sentences:
            gold = [sentence.labels or () for sentence in sentences]
            predicted = model.predict(sentences)
            scores[split] = score(gold, predicted, corpus.labels)
            predictions[split] = format_predictions(sentences, {"gold": gold, "teacher": predicted})
            say(f"{split} F1 {100 * scores[split]['f1']:.2f}")
    for split, content in predictions.items():
        atomic_write_text(run.path / PREDICTIONS[split], content)
    _write(run, settings, model, scores)


def _write(
    run: RunFolder,
    settings: TransformerTokenSettings,
    model: TransformerTokenClassifier,
    scores: dict[str, Any],
) -> None:
    parameters = sum(parameter.numel() for parameter in model.model.parameters())
    metrics = {
        **scores,
        "parameters": {"teacher": parameters},
        **run.costs(),
        "device": settings.device,
    }
    curve = learning_curve((), run.journal.read("teacher"))
    atomic_write_bytes(run.path / "learning_curve.png", curve)
    atomic_write_text(
        run.path / settings.best_result_file, json.dumps(scores.get("dev", {}), indent=2) + "\n"
    )
    atomic_write_text(run.path / METRICS, to_text(metrics))
    say(f"written to {run.path}: {FINE_TUNED}/ (the transformer), metrics.json, learning_curve.png")


def _fine_tuning(settings: TransformerTokenSettings, device: torch.device) -> FineTuning:
    return FineTuning(
        learning_rate=settings.learning_rate,
        epochs=settings.num_train_epochs,
        min_steps=settings.min_steps,
        max_steps=settings.max_steps,
        batch_size=settings.per_gpu_train_batch_size,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        warmup=settings.warmup_steps,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        adam_epsilon=settings.adam_epsilon,
        max_pieces=settings.max_seq_length,
        logging_steps=settings.logging_steps,
        seed=settings.seed,
        device=str(device),
        precision=settings.precision,
    )
