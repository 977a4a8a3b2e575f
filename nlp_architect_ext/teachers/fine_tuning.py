"""From a pretrained encoder and labelled sentences to a teacher; the best epoch is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import transformers

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.folder import Pretrained, find
from nlp_architect_ext.encoders.loading import load_model, load_tokenizer
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.teachers.best_epoch import BestEpoch, Scores
from nlp_architect_ext.teachers.examples import examples_of
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.folder import empty_partial, write
from nlp_architect_ext.teachers.trainer import (
    check_device,
    check_finite,
    learning_rate,
    train_model,
)
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

__all__ = ["FineTuning", "fine_tune"]


# Izsak et al. (2019): 5 epochs, best of dev; the rest is NLP Architect's.
def fine_tune(
    name_or_path: str | Path,
    train: Sequence[Sentence],
    dev: Sequence[Sentence] | None,
    labels: LabelSet,
    output_dir: Path,
    settings: FineTuning,
) -> dict[str, Any]:
    """Fine-tune a checkpoint on labelled sentences and write it to ``output_dir``.

    The loss is the cross entropy of the first word piece of every word, mean over words. The epoch
    with the best F1 on ``dev`` is kept, the last one without ``dev``. The folder is in Hugging
    Face's format.

    Args:
        name_or_path: a folder or a name on the hub; a token classifier with other labels gets a new
            last layer.
        train: labelled sentences; long ones are windowed, so that every label counts.
        dev: labelled sentences that pick the epoch, or None.
        labels: the labels of the data.
        output_dir: appears, or is replaced, only once everything is written.
        settings: how to train.

    Returns:
        Plain data: ``name``, ``revision``, ``seconds``; ``log`` (a dict an epoch: epoch, step,
        loss, dev_f1 if scored, seconds; every ``logging_steps`` one of step, loss, learning_rate);
        ``epochs``, ``best_epoch``, ``dev`` (scores of that epoch, or None), ``learning_rate``,
        ``operations`` (six for each piece and weight).

    Raises:
        UserError: the checkpoint can't be used (see :func:`find`), no word has a piece, or training
            diverged.
    """
    started = time.perf_counter()
    check_device(settings.device)
    folder = find(name_or_path)
    transformers.set_seed(settings.seed)  # the new layer is drawn here
    teacher, names = _untrained(folder, labels, settings)
    examples = examples_of(teacher, names, train)
    evaluate = _scorer(teacher, dev, labels) if dev else None
    best_epoch = _best_epoch(settings, len(examples), evaluate)
    partial = empty_partial(output_dir)
    operations = train_model(teacher, examples, settings, best_epoch, partial)
    model = teacher.model
    best_epoch.restore(model)
    check_finite(model, folder.name)
    _note_origin(model, folder)
    write(model, teacher.aligner.tokenizer, folder, partial, output_dir)
    return {
        "name": folder.name,
        "revision": folder.revision,
        "log": best_epoch.log,
        "epochs": best_epoch.epoch,
        "best_epoch": best_epoch.best_epoch,
        "learning_rate": learning_rate(settings, model),
        "dev": best_epoch.best,
        "operations": operations,
        "seconds": round(time.perf_counter() - started, 1),
    }


def _untrained(
    folder: Pretrained, labels: LabelSet, settings: FineTuning
) -> tuple[TransformerTokenClassifier, Sequence[str]]:
    """What is fine-tuned, and its labels by id; the last layer is new if it has other labels."""
    known = folder.label_names
    kept = known if known is not None and set(known) == set(labels.names) else None
    names = kept or labels.names
    teacher = TransformerTokenClassifier(
        load_model(folder, names, new_head=kept is None),
        load_tokenizer(folder),
        names,
        labels,
        name=folder.name,
        precision=settings.precision,
        max_pieces=settings.max_pieces,
    )
    return teacher, names


def _note_origin(model: transformers.PreTrainedModel, folder: Pretrained) -> None:
    """Into the model's config, if it comes from the hub.

    A path isn't kept: the same weights would get another fingerprint elsewhere.
    """
    if folder.revision:
        model.config.update({"base_model": folder.name, "base_revision": folder.revision})


def _scorer(
    teacher: TransformerTokenClassifier, dev: Sequence[Sentence], labels: LabelSet
) -> Callable[[], Scores]:
    gold = [sentence.labels or () for sentence in dev]
    return lambda: score(gold, teacher.predict(dev), labels)


def _best_epoch(
    settings: FineTuning, examples: int, evaluate: Callable[[], Scores] | None
) -> BestEpoch:
    epochs, steps = settings.length(examples)
    every = math.ceil(epochs / settings.evaluations)
    return BestEpoch(
        evaluate, epochs=epochs, steps=steps, every=every, logging_steps=settings.logging_steps
    )
