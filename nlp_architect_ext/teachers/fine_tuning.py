"""From a pretrained encoder and labelled sentences to a teacher: transformers' Trainer, best epoch
kept.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer
from torch import Tensor

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import PieceWindow, pad
from nlp_architect_ext.encoders.folder import TOKENIZER_FILES, Pretrained, find
from nlp_architect_ext.encoders.guard import quiet, translated_errors
from nlp_architect_ext.encoders.loading import load_model, load_tokenizer
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.teachers.best_epoch import BestEpoch
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

IGNORED = -100  # torch's cross entropy leaves this label out
BASE_RATE, BASE_WIDTH = (
    5e-5,
    768,
)  # BERT's own rate for its base model; narrower encoders learn best at higher ones


@dataclass(frozen=True, kw_only=True)
class FineTuning:
    """How a teacher learns.

    Args:
        learning_rate: the highest; it falls linearly to zero after the warm-up. None fits it to the
            encoder's width: 5e-5 for the 768 of a base model, the less the wider.
        epochs: passes over the sentences, more if that makes fewer than ``min_steps`` steps.
        min_steps: fewest optimiser steps, so that small training sets are learnt too.
        max_steps: most optimiser steps, stronger than both; -1 sets no limit.
        batch_size: sentences (windows of long ones) at once.
        gradient_accumulation_steps: batches a step.
        warmup: steps of rising learning rate; below 1 it's a share of all steps.
        weight_decay, max_grad_norm, adam_epsilon: as in AdamW and gradient clipping.
        max_pieces: the most word pieces of a window; what the model can read (at most 512) if None.
        evaluations: most evaluations on dev; with more epochs than that, some epochs go without.
        logging_steps: steps between two entries of the log beside one an epoch; 0 for none.
        seed: decides the new layer, the order of the sentences, and dropout.
        device: cpu, cuda, ...
        precision: ``fp32``, or ``bf16`` for autocast; ``auto`` is fp32, and on dev what labelling
            will be in.
    """

    learning_rate: float | None = None
    epochs: int = 5
    min_steps: int = 400
    max_steps: int = -1
    batch_size: int = 8
    gradient_accumulation_steps: int = 1
    warmup: float = 0.1
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    adam_epsilon: float = 1e-8
    max_pieces: int | None = None
    evaluations: int = 5
    logging_steps: int = 0
    seed: int = 42
    device: str | torch.device = "cpu"
    precision: str = "fp32"


# Izsak et al. (2019): 5 epochs, best of dev; the rest is NLP Architect's.
def fine_tune(
    name_or_path: str | Path,
    train: Sequence[Sentence],
    dev: Sequence[Sentence] | None,
    labels: LabelSet,
    output_dir: Path,
    settings: FineTuning,
) -> dict[str, Any]:
    """Fine-tune a checkpoint on labelled sentences and write it to ``output_dir`` in Hugging Face
    format.

    The loss is the cross entropy of the first word piece of every word, mean over words. The epoch
    with the best F1 on ``dev`` is kept, the last one without ``dev``.

    Args:
        name_or_path: a folder or a name on the hub; a token classifier with other labels gets a new
            last layer.
        train: labelled sentences; long ones are windowed, so that every label counts.
        dev: labelled sentences that pick the epoch, or None.
        labels: the labels of the data.
        output_dir: appears, or is replaced, only once everything is written.
        settings: how to train.

    Returns:
        Plain data: ``log`` (a dict an epoch: epoch, step, loss, dev_f1 if scored, seconds; every
            ``logging_steps`` one
        of step, loss, learning_rate), ``epochs``, ``best_epoch``, ``dev`` (scores of that epoch, or
        None), ``learning_rate``, ``operations`` (six for each piece and weight), ``seconds``,
        ``name``, ``revision``.

    Raises:
        UserError: the checkpoint can't be used (see :func:`find`), no word has a piece, or training
            diverged.
    """
    started = time.perf_counter()
    _check_device(settings.device)
    folder = find(name_or_path)
    transformers.set_seed(settings.seed)  # the new layer is drawn here
    known = folder.label_names
    again = known is not None and set(known) == set(labels.names)
    names = known if known is not None and again else labels.names
    model, tokenizer = load_model(folder, names, new_head=not again), load_tokenizer(folder)
    teacher = TransformerTokenClassifier(
        model,
        tokenizer,
        names,
        labels,
        name=folder.name,
        precision=settings.precision,
        max_pieces=settings.max_pieces,
    )
    examples = _examples(teacher, names, train)
    plan = _plan(settings, len(examples), _scorer(teacher, dev, labels) if dev else None)
    partial = _empty(output_dir.with_name(f"{output_dir.name}.partial"))
    with quiet():
        operations = _train(teacher, examples, settings, plan, partial)
    plan.restore(model)
    _check_finite(model, folder.name)
    if (
        folder.revision
    ):  # a path isn't kept: the same weights would get another fingerprint elsewhere
        model.config.update({"base_model": folder.name, "base_revision": folder.revision})
    _write(model, tokenizer, folder, partial, output_dir)
    return {
        "name": folder.name,
        "revision": folder.revision,
        "log": plan.log,
        "epochs": plan.epoch,
        "best_epoch": plan.best_epoch,
        "learning_rate": _rate(settings, model),
        "dev": plan.best,
        "operations": operations,
        "seconds": round(time.perf_counter() - started, 1),
    }


def _rate(settings: FineTuning, model: transformers.PreTrainedModel) -> float:
    width: int = getattr(model.config, "hidden_size", BASE_WIDTH)
    return settings.learning_rate or BASE_RATE * BASE_WIDTH / width


def _check_device(device: str | torch.device) -> None:
    index = torch.device(device).index
    if index:  # Trainer takes the first card it sees
        remedy = f"set CUDA_VISIBLE_DEVICES={index} and give --device cuda"
        raise UserError(
            where=f"--device {device}",
            wrong="fine-tuning runs on the first card only",
            expected="cuda",
            remedy=remedy,
        )


Example = tuple[PieceWindow, list[int]]  # the label id of every word that the window speaks for


def _examples(
    teacher: TransformerTokenClassifier, names: Sequence[str], train: Sequence[Sentence]
) -> list[Example]:
    ids = {name: number for number, name in enumerate(names)}
    examples = []
    for window in teacher.aligner.windows(train):
        gold = train[window.sentence].labels
        assert gold is not None, "an unlabelled sentence in the training set"
        examples.append((window, [ids[gold[word]] for word in window.words]))
    if not examples:
        raise UserError(
            where="training set",
            wrong="no word that the tokenizer can see",
            expected="labelled sentences",
            remedy="check the file",
        )
    return examples


def _collate(teacher: TransformerTokenClassifier, examples: Sequence[Example]) -> dict[str, Tensor]:
    batch = pad([window for window, _ in examples], teacher.pad_id)
    labels = torch.full_like(batch["input_ids"], IGNORED)
    for row, (window, gold) in enumerate(examples):
        labels[row, window.positions] = torch.tensor(gold)
    if not teacher.has_types:
        del batch["token_type_ids"]
    return {**batch, "labels": labels}


def _scorer(
    teacher: TransformerTokenClassifier, dev: Sequence[Sentence], labels: LabelSet
) -> Callable[[], dict[str, Any]]:
    gold = [sentence.labels or () for sentence in dev]
    return lambda: score(gold, teacher.predict(dev), labels)


def _train(
    teacher: TransformerTokenClassifier,
    examples: list[Example],
    settings: FineTuning,
    plan: BestEpoch,
    folder: Path,
) -> int:
    """Train; returns the floating-point operations."""
    on_cpu = torch.device(settings.device).type == "cpu"
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,
        log_level="error",
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        num_train_epochs=plan.epochs,
        max_steps=settings.max_steps,
        learning_rate=_rate(settings, teacher.model),
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        adam_epsilon=settings.adam_epsilon,
        seed=settings.seed,
        data_seed=settings.seed,
        use_cpu=on_cpu,
        bf16=settings.precision == "bf16",
        dataloader_pin_memory=not on_cpu,
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = (
            1  # else the batch would grow with the number of cards, and results with it
        )
    trainer = transformers.Trainer(
        model=teacher.model,
        args=arguments,
        train_dataset=examples,
        callbacks=[plan],
        data_collator=lambda batch: _collate(teacher, batch),
    )
    trainer.remove_callback(transformers.trainer_callback.PrinterCallback)
    trainer.train()
    return int(trainer.state.total_flos)


def _plan(
    settings: FineTuning, examples: int, evaluate: Callable[[], dict[str, Any]] | None
) -> BestEpoch:
    a_epoch = math.ceil(
        math.ceil(examples / settings.batch_size) / settings.gradient_accumulation_steps
    )
    epochs = max(settings.epochs, math.ceil(settings.min_steps / a_epoch))
    steps = epochs * a_epoch
    if settings.max_steps > 0:
        steps, epochs = settings.max_steps, math.ceil(settings.max_steps / a_epoch)
    every = math.ceil(epochs / settings.evaluations)
    return BestEpoch(
        evaluate, epochs=epochs, steps=steps, every=every, logging_steps=settings.logging_steps
    )


def _check_finite(model: torch.nn.Module, name: str) -> None:
    if not all(bool(torch.isfinite(tensor).all()) for tensor in model.state_dict().values()):
        raise UserError(
            where=name,
            wrong="fine-tuning diverged",
            expected="finite weights",
            remedy="give a lower learning rate, or precision fp32",
        )


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted run left
    folder.mkdir(parents=True)
    return folder


def _write(
    model: transformers.PreTrainedModel,
    tokenizer: Tokenizer,
    source: Pretrained,
    partial: Path,
    output_dir: Path,
) -> None:
    """Weights, config and tokenizer into ``partial``, which then becomes ``output_dir``."""
    with (
        translated_errors(
            str(partial), "can't be written", "room and permission", "make room, then --resume"
        ),
        quiet(),
    ):
        model.save_pretrained(partial)
    for name in TOKENIZER_FILES:
        if (source.path / name).exists():
            shutil.copyfile(source.path / name, partial / name)
    if not (partial / "tokenizer.json").exists():
        tokenizer.save(str(partial / "tokenizer.json"))
    earlier = output_dir.with_name(f"{output_dir.name}.replaced")
    shutil.rmtree(earlier, ignore_errors=True)
    if output_dir.exists():
        output_dir.rename(earlier)
    partial.rename(output_dir)
    shutil.rmtree(earlier, ignore_errors=True)
