"""The teacher's part of a run: fine-tune it if need be, then store what it says about every
sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.encoders.folder import find, labels_of
from nlp_architect_ext.encoders.loading import load_outline, load_tokenizer
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.settings.teacher import FineTuningSettings
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.teachers.best_labels import best_labels
from nlp_architect_ext.teachers.ensemble import joined
from nlp_architect_ext.teachers.fine_tuning import fine_tune
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.store import SoftLabelStore
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

SoftLabels = list[NDArray[np.float16]]


@dataclass(frozen=True)
class TeacherAnswers:
    """What the teacher says about the sentences of a corpus.

    Args:
        train: logits (words, labels) of each labelled sentence.
        unlabelled: the same of each unlabelled sentence.
        labels: the most likely legal labels of each dev and test sentence by split, for those
            splits that there are.
        scores: the teacher's own scores by split.
        parameters: of all teachers together.
        teachers: name, fingerprint and revision of each.
    """

    train: SoftLabels
    unlabelled: SoftLabels
    labels: dict[str, list[tuple[str, ...]]]
    scores: dict[str, dict[str, Any]]
    parameters: int
    teachers: tuple[dict[str, Any], ...]


def no_answers(corpus: Corpus) -> TeacherAnswers:
    """What stands for the answers before a teacher was asked: every label is as likely."""
    train, unlabelled = (
        [np.ones((len(sentence), len(corpus.labels)), np.float16) for sentence in sentences]
        for sentences in (corpus.train, corpus.unlabelled)
    )
    return TeacherAnswers(train, unlabelled, {}, {}, 0, ())


def check_teachers(settings: TaggerSettings, labels: LabelSet) -> None:
    """Refuse teachers that can't be used, before anything is written or computed.

    Raises:
        UserError: a checkpoint that isn't there or can't be loaded, a token classifier with other
            labels, or settings that don't fit the checkpoint.
    """
    names, tuning = teachers_of(settings)
    for name in names:
        check_transformer(name, labels, precision=tuning.precision, max_pieces=tuning.max_seq_len)


def teachers_of(settings: TaggerSettings) -> tuple[tuple[str, ...], FineTuningSettings]:
    """The names of the teachers, and how they're fine-tuned, of a method that has teachers."""
    assert settings.teachers is not None, "a method without teachers"
    assert settings.fine_tuning is not None, "teachers without a group of fine-tuning"
    return settings.teachers.teacher, settings.fine_tuning


def check_transformer(
    name: str, labels: LabelSet, *, precision: str, max_pieces: int | None, relabel: bool = False
) -> None:
    """See that a checkpoint can be loaded, without loading it, and that the settings fit it.

    Args:
        name: folder or hub name.
        labels: of the data.
        precision: see `TransformerTokenClassifier`.
        max_pieces: see `TransformerTokenClassifier`.
        relabel: whether a token classifier with other labels will do, because it gets a new last
            layer.

    Raises:
        UserError: see `check_teachers`.
    """
    folder = find(name)
    known = folder.label_names
    kept = (
        known if known is not None and not (relabel and set(known) != set(labels.names)) else None
    )
    names = kept or labels.names
    outline, tokenizer = load_outline(folder, names, new_head=kept is None), load_tokenizer(folder)
    TransformerTokenClassifier(
        outline,
        tokenizer,
        names,
        labels,
        name=folder.name,
        precision=precision,
        max_pieces=max_pieces,
    )


def teach(
    settings: TaggerSettings, corpus: Corpus, run: RunFolder, device: torch.device
) -> TeacherAnswers:
    """Fine-tune the teachers that aren't token classifiers yet, and read or compute what they say.

    A teacher that was fine-tuned before an interruption is kept; so are the sentences that were
    labelled.
    """
    names, tuning = teachers_of(settings)
    dev = dev_sample(corpus, settings.dev.dev_sample)
    teachers = []
    for index, (name, folder) in enumerate(zip(names, _folders(run, len(names)), strict=True)):
        # Teachers of one name differ by their seeds, or an ensemble would be one teacher twice.
        part = fine_tuning(tuning, seed=settings.run.seed + index, device=device)
        teachers.append(_teacher(name, folder, part, corpus, dev, run))
    store = SoftLabelStore(run.store, joined(teachers))
    with run.phase("labelling") as meter:
        train = store.labels(
            [sentence.without_labels() for sentence in corpus.train], "teacher labels train"
        )
        unlabelled = (
            store.labels(corpus.unlabelled, "teacher labels unlabelled")
            if corpus.unlabelled
            else []
        )
        meter.stop()
        read = [*corpus.train, *corpus.unlabelled]
        meter.operations = store.operations(read)
        meter.earlier = store.saved
    with run.phase("teacher evaluation"):
        splits = {
            split: sentences
            for split, sentences in (("dev", corpus.dev), ("test", corpus.test))
            if sentences
        }
        labels = {
            split: best_labels(store.labels(sentences, f"teacher labels {split}"), corpus.labels)
            for split, sentences in splits.items()
        }
        scores = {
            split: score(
                [sentence.labels or () for sentence in sentences], labels[split], corpus.labels
            )
            for split, sentences in splits.items()
        }
    for split, values in scores.items():
        say(f"teacher: {split} F1 {100 * values['f1']:.2f}")
    described = tuple(
        {"name": name, "fingerprint": one.fingerprint, "revision": one.revision}
        for name, one in zip(names, teachers, strict=True)
    )
    return TeacherAnswers(
        train,
        unlabelled,
        labels,
        scores,
        sum(parameter.numel() for one in teachers for parameter in one.model.parameters()),
        described,
    )


def _folders(run: RunFolder, count: int) -> list[Path]:
    """Where each teacher is fine-tuned to: `teacher`, or `teacher/1`, `teacher/2`, ..."""
    return [run.path / "teacher" / (str(index + 1) if count > 1 else "") for index in range(count)]


def _teacher(
    name: str,
    folder: Path,
    tuning: FineTuning,
    corpus: Corpus,
    dev: list[Sentence] | None,
    run: RunFolder,
) -> TransformerTokenClassifier:
    """The teacher of this name, fine-tuned into `folder` unless it's a token classifier."""
    source = name
    if labels_of(name) is None:
        source = str(folder)
        if not folder.exists():
            say(f"fine-tuning the teacher {name} on {len(corpus.train):,} sentences")
            with run.phase("teacher") as meter:
                outcome = fine_tune(name, corpus.train, dev, corpus.labels, folder, tuning)
                meter.operations = outcome["operations"]
            for line in outcome["log"]:
                run.journal.write("teacher", **line)
    return TransformerTokenClassifier.load(
        source,
        corpus.labels,
        device=torch.device(tuning.device),
        precision=tuning.precision,
        max_pieces=tuning.max_pieces,
    )


def fine_tuning(
    settings: FineTuningSettings, *, seed: int, device: torch.device, **further: Any
) -> FineTuning:
    """The plain part of the settings that fine-tuning takes.

    Args:
        settings: of the teacher or the transformer.
        seed: of this one.
        device: where it's trained.
        further: fields of `FineTuning` that only a transformer by itself has flags for.
    """
    return FineTuning(
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        min_steps=settings.min_steps,
        batch_size=settings.batch_size,
        max_pieces=settings.max_seq_len,
        precision=settings.precision,
        seed=seed,
        device=str(device),
        **further,
    )
