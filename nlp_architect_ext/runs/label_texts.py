"""A teacher's answers to all texts of a data folder, stored once for every student to come."""

from __future__ import annotations

from pathlib import Path

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.runs.known_teacher import chosen
from nlp_architect_ext.runs.teacher_plan import teacher_options
from nlp_architect_ext.settings.data import UnlabelledSettings
from nlp_architect_ext.settings.texts import SoftLabelsSettings
from nlp_architect_ext.teachers.store import SoftLabelStore


def label_texts(settings: SoftLabelsSettings) -> None:
    """Store what the teacher says of every text that `tagger_kd_pseudo` would read.

    Raises:
        UserError: data that can't be read, or a teacher that isn't a token classifier with the
            labels of the data.
    """
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    unlabelled = settings.unlabelled if _has_raw_text(settings) else None
    corpus = load_corpus(settings.data, settings.draw, text=settings.text, unlabelled=unlabelled)
    say(summary(corpus))
    options = teacher_options(
        settings.answers,
        settings.language_model,
        corpus,
        settings.text,
        store=Path(settings.answers.soft_labels_dir),
        device=str(device),
        precision=settings.answers.precision,
        max_pieces=settings.answers.teacher_max_seq_len,
    )
    teachers = [chosen(name).make(corpus.labels, options) for name in settings.answers.teacher]
    folder = Path(settings.answers.soft_labels_dir)
    folder.mkdir(parents=True, exist_ok=True)  # a place that won't do must come out now
    stores = [SoftLabelStore(folder, teacher) for teacher in teachers]
    train = [sentence.without_labels() for sentence in corpus.train]
    parts = {
        "train": train,
        "unlabelled": corpus.unlabelled,
        "dev": corpus.dev,
        "test": corpus.test,
    }
    for name, sentences in parts.items():
        for store in stores:
            store.labels(sentences or [], f"teacher labels {name}")
    count = sum(len(sentences or []) for sentences in parts.values())
    places = ", ".join(str(store.folder) for store in stores)
    say(f"the answers to {count:,} sentences are in {places}")


def _has_raw_text(settings: SoftLabelsSettings) -> bool:
    """Whether there is unlabelled text; without any, the answers are for `tagger_kd`."""
    name = settings.unlabelled.unlabeled_filename
    is_named = name != UnlabelledSettings.unlabeled_filename
    is_there = (Path(settings.data.data_dir) / name).exists()
    return is_named or is_there or settings.draw.labeled_size is not None
