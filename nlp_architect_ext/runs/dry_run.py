"""What a run would do and about how long it would take: the answer to `--dry_run`."""

from __future__ import annotations

import time

import torch
from torch.optim import SGD

from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.encoders.loading import load_model, load_tokenizer
from nlp_architect_ext.runs.teacher import teachers_of
from nlp_architect_ext.settings.teacher import FineTuningSettings
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier
from nlp_architect_ext.training.objectives import Objective

STEPS = 4  # steps of the student that are timed, after one that warms up
SAMPLE = 32  # sentences on which a teacher is timed
TRAINING_COST = 3.0  # a training step in forward passes: one forward, two backward
MEGABYTE = 1e6


def describe(
    settings: TaggerSettings,
    corpus: Corpus,
    tagger: NeuralTagger,
    objective: Objective,
    stream: BatchStream,
) -> str:
    """What would be trained, its sizes, and about how long it takes; nothing is written.

    A few steps of the student are run, and the teacher labels a few sentences.
    """
    parameters = sum(parameter.numel() for parameter in tagger.model.parameters())
    lines = [
        f"would train {settings.student.model_type} ({tagger.config.decoder}): {parameters:,} "
        f"parameters, {4 * parameters / MEGABYTE:.1f} MB, {len(tagger.vocabulary.words):,} words "
        "in its vocabulary"
    ]
    total = 0.0
    if settings.teachers is not None:
        names, tuning = teachers_of(settings)
        for name in names:
            seconds, line = _teacher(tuning, name, corpus, tagger.device)
            total += seconds
            lines.append(line)
    epochs = settings.schedule.epochs
    seconds = epochs * stream.steps_an_epoch * _a_step(tagger, objective, stream)
    total += seconds
    lines.append(
        f"student: at most {epochs} epochs of {stream.steps_an_epoch:,} steps, "
        f"about {_minutes(seconds)}"
    )
    lines.append(
        f"in all at most about {_minutes(total)} on this machine, evaluation left out; nothing "
        "was written"
    )
    return "\n".join(lines)


def _teacher(
    settings: FineTuningSettings, name: str, corpus: Corpus, device: torch.device
) -> tuple[float, str]:
    """Seconds for fine-tuning and labelling, and a line about it."""
    folder = find(name)
    names = folder.label_names
    model = load_model(folder, names or corpus.labels.names, new_head=names is None)
    model.to(device)  # type: ignore[arg-type]  # transformers' decorator hides the method's own type
    teacher = TransformerTokenClassifier(
        model,
        load_tokenizer(folder),
        names or corpus.labels.names,
        corpus.labels,
        precision=settings.precision,
        max_pieces=settings.max_seq_len,
    )
    sample = corpus.train[:SAMPLE]
    teacher.logits(sample[:2])
    started = time.perf_counter()
    teacher.logits(sample)
    a_sentence = (time.perf_counter() - started) / len(sample)
    to_label = (
        len(corpus.train) + len(corpus.unlabelled) + len(corpus.dev or ()) + len(corpus.test or ())
    )
    labelling, tuning = a_sentence * to_label, 0.0
    plan = "used as it is"
    if names is None:
        epochs_of_steps = settings.epochs * len(corpus.train)
        sentences = max(epochs_of_steps, settings.min_steps * settings.batch_size)
        tuning = TRAINING_COST * a_sentence * sentences
        plan = f"fine-tuned on {len(corpus.train):,} sentences, about {_minutes(tuning)}"
    labelled = f"labels {to_label:,} sentences, about {_minutes(labelling)}"
    return (
        tuning + labelling,
        f"teacher {name}: {teacher.parameters:,} parameters, {plan}; {labelled}",
    )


def _a_step(tagger: NeuralTagger, objective: Objective, stream: BatchStream) -> float:
    """Seconds of a training step, mean over a few; the weights stay as they are."""
    optimizer = SGD(tagger.model.parameters(), lr=0.0)
    started = 0.0
    steps = 0
    for batch in stream.epoch(0):
        if steps == 1:
            started = time.perf_counter()
        optimizer.zero_grad()
        loss, _ = objective.loss(tagger.model["student"], batch.to(tagger.device))
        loss.backward()
        optimizer.step()
        steps += 1
        if steps > STEPS:
            break
    return (time.perf_counter() - started) / (steps - 1) if steps > 1 else 0.1


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
