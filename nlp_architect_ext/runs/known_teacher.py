"""A teacher that knows the labels already: a transformer, or a tagger that was trained before."""

from __future__ import annotations

from pathlib import Path

import torch

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.taggers.folder import holds_model
from nlp_architect_ext.taggers.tagger_teacher import TaggerTeacher
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

KnownTeacher = TransformerTokenClassifier | TaggerTeacher


def is_tagger(name: str) -> bool:
    """Whether a teacher's name is the folder of a trained tagger."""
    return holds_model(Path(name).expanduser())


def known_teacher(
    name: str,
    labels: LabelSet,
    *,
    device: torch.device | str,
    precision: str,
    max_pieces: int | None,
) -> KnownTeacher:
    """The teacher of this name.

    Args:
        name: folder of a trained tagger, or folder or hub name of a token classifier.
        labels: of the data.
        device: where it computes.
        precision: of a transformer, see `TransformerTokenClassifier`.
        max_pieces: of a transformer, see `TransformerTokenClassifier`.

    Raises:
        UserError: it has other labels or none, or can't be loaded.
    """
    if is_tagger(name):
        return TaggerTeacher(Path(name).expanduser(), labels, device)
    return TransformerTokenClassifier.load(
        name, labels, device=device, precision=precision, max_pieces=max_pieces
    )
