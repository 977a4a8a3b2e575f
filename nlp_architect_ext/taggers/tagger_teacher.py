"""``tagger:FOLDER``: a trained tagger, a student's teacher or the second voice of an ensemble."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import read_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.batching import in_order
from nlp_architect_ext.taggers.emitted import Emitted
from nlp_architect_ext.taggers.folder import NEEDED
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.base import Logits
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions
from nlp_architect_ext.teachers.transformer import columns_for


class TaggerTeacher:
    """Says how probable a trained tagger finds each label: of a CRF, its marginals.

    The bias of O, which is fitted for decoding, isn't in it.

    Args:
        folder: the tagger's.
        labels: the labels in the order that is wanted.
        device: where it computes.

    Raises:
        UserError: the folder isn't a trained tagger's, or its labels are others.
    """

    revision = None  # it comes from no hub

    def __init__(
        self, folder: str | Path, labels: LabelSet, device: torch.device | str = "cpu"
    ) -> None:
        self.tagger = NeuralTagger.load(folder, device)
        self.labels = labels
        self.columns = columns_for(labels, self.tagger.labels.names, str(folder))
        sums = read_manifest(Path(folder))  # just compared with the files
        parts = [*labels.names, *(sums[name] for name in NEEDED)]
        self.fingerprint = hashlib.sha256(" ".join(parts).encode()).hexdigest()

    @property
    def parameters(self) -> int:
        """How many numbers the tagger has learnt."""
        return sum(parameter.numel() for parameter in self.tagger.model.parameters())

    def logits(self, sentences: Sequence[Sentence]) -> list[Logits]:
        """Log-probabilities (words, labels) of each sentence."""
        emitted = self.tagger.emitted(sentences)
        rows = ((one.indices, self._rows(one)) for one in emitted)
        return in_order(len(sentences), rows, np.zeros((0, len(self.labels)), np.float32))

    def _rows(self, one: Emitted) -> list[Logits]:
        """Of each sentence of a batch (words, labels), columns in the order of `labels`."""
        rows = one.log_probabilities(self.tagger.decoder).rows()
        return [row[:, self.columns] for row in rows]


def _make(argument: str, labels: LabelSet, options: TeacherOptions) -> TaggerTeacher:
    return TaggerTeacher(Path(argument).expanduser(), labels, options.device)


def _types(argument: str, options: TeacherOptions) -> tuple[str, ...]:
    return NeuralTagger.load(Path(argument).expanduser(), options.device).labels.types


TAGGER = TeacherKind(
    name="tagger", description="a tagger that was trained before", make=_make, types=_types
)
