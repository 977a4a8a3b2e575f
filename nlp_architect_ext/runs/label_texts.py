"""A teacher's answers to all texts of a data folder, stored once for every student that will learn
from them.
"""

from __future__ import annotations

from pathlib import Path

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.layers import device as hardware
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.fields import shared
from nlp_architect_ext.settings.texts import SoftLabelsSettings
from nlp_architect_ext.settings.training import TaggerKdPseudoSettings, TaggerKdSettings
from nlp_architect_ext.teachers.ensemble import joined
from nlp_architect_ext.teachers.store import SoftLabelStore
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


def label_texts(settings: SoftLabelsSettings) -> None:
    """Store what the teacher says of every text that `tagger_kd_pseudo` would read with the same
    flags.

    Raises:
        UserError: data that can't be read, or a teacher that isn't a token classifier with the
            labels of the data.
    """
    device = hardware.prepare(settings.device, settings.no_cuda, settings.threads)
    corpus = load_corpus(_of_student(settings))
    say(summary(corpus))
    teachers = [
        TransformerTokenClassifier.load(
            name,
            corpus.labels,
            device=device,
            precision=settings.precision,
            max_pieces=settings.teacher_max_seq_len,
        )
        for name in settings.teacher
    ]
    Path(settings.soft_labels_dir).mkdir(
        parents=True, exist_ok=True
    )  # a place that won't do must come out now
    store = SoftLabelStore(settings.soft_labels_dir, joined(teachers))
    train = [sentence.without_labels() for sentence in corpus.train]
    parts = {
        "train": train,
        "unlabelled": corpus.unlabelled,
        "dev": corpus.dev,
        "test": corpus.test,
    }
    for name, sentences in parts.items():
        store.labels(sentences or [], f"teacher labels {name}")
    count = sum(len(sentences or []) for sentences in parts.values())
    say(f"the answers to {count:,} sentences are in {store.folder}")


def _of_student(settings: SoftLabelsSettings) -> TaggerKdSettings:
    """The settings of a student that reads the same texts; without raw text, `tagger_kd`'s."""
    named = settings.unlabeled_filename != TaggerKdPseudoSettings.unlabeled_filename
    is_there = (Path(settings.data_dir) / settings.unlabeled_filename).exists()
    has_raw_text = named or is_there or settings.labeled_size is not None
    cls = TaggerKdPseudoSettings if has_raw_text else TaggerKdSettings
    return cls(**shared(settings, cls), output_dir=settings.soft_labels_dir)
