"""What a run would do and about how long it would take: the answer to `--dry_run`."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import torch
from torch.optim import SGD

from nlp_architect_ext.batches.encoding import EncodedSentence, encode
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.encoders.loading import load_model, load_tokenizer
from nlp_architect_ext.runs.methods import new_stream
from nlp_architect_ext.settings.training import TaggerKdSettings, TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier
from nlp_architect_ext.training.objectives import Objective

STEPS = 4  # steps of the student that are timed, after one that warms up
SAMPLE = 32  # sentences on which a teacher is timed
TRAINING_COST = 3.0  # a training step in forward passes: one forward, two backward
MEGABYTE = 1e6


def describe(
    settings: TaggerSettings, corpus: Corpus, tagger: NeuralTagger, objective: Objective
) -> str:
    """What would be trained, its sizes, and an estimate of the time; a few steps are run, nothing
    is written.
    """
    parameters = sum(parameter.numel() for parameter in tagger.model.parameters())
    lines = [
        f"would train {settings.model_type} ({tagger.config.decoder}): {parameters:,} parameters, "
        f"{4 * parameters / MEGABYTE:.1f} MB, {len(tagger.vocabulary.words):,} words in its "
        "vocabulary"
    ]
    total = 0.0
    if isinstance(settings, TaggerKdSettings):
        for name in settings.teacher:
            seconds, line = _teacher(settings, name, corpus, tagger.device)
            total += seconds
            lines.append(line)
    steps, seconds = _student(settings, corpus, tagger, objective)
    total += seconds
    lines.append(
        f"student: at most {settings.epochs} epochs of {steps:,} steps, about {_minutes(seconds)}"
    )
    lines.append(
        f"in all at most about {_minutes(total)} on this machine, evaluation left out; nothing "
        "was written"
    )
    return "\n".join(lines)


def _teacher(
    settings: TaggerKdSettings, name: str, corpus: Corpus, device: torch.device
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
        max_pieces=settings.teacher_max_seq_len,
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
        epochs_of_steps = settings.teacher_epochs * len(corpus.train)
        sentences = max(epochs_of_steps, settings.teacher_min_steps * settings.teacher_batch_size)
        tuning = TRAINING_COST * a_sentence * sentences
        plan = f"fine-tuned on {len(corpus.train):,} sentences, about {_minutes(tuning)}"
    labelled = f"labels {to_label:,} sentences, about {_minutes(labelling)}"
    return (
        tuning + labelling,
        f"teacher {name}: {teacher.parameters:,} parameters, {plan}; {labelled}",
    )


def _student(
    settings: TaggerSettings, corpus: Corpus, tagger: NeuralTagger, objective: Objective
) -> tuple[int, float]:
    """Steps an epoch, and seconds for all epochs."""
    max_words = settings.max_sentence_length
    labelled, unlabelled = (
        [
            _with_soft_labels(sentence, len(corpus.labels))
            for sentence in encode(sentences, tagger.vocabulary, corpus.labels, max_words=max_words)
        ]
        for sentences in (corpus.train, corpus.unlabelled)
    )
    stream = new_stream(settings, labelled, unlabelled)
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
    a_step = (time.perf_counter() - started) / (steps - 1) if steps > 1 else 0.1
    return stream.steps_an_epoch, a_step * stream.steps_an_epoch * settings.epochs


def _with_soft_labels(sentence: EncodedSentence, labels: int) -> EncodedSentence:
    return replace(sentence, soft_labels=np.ones((len(sentence), labels), np.float16))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
