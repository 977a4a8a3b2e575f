"""Labelled sentences that a probe asks an encoder's states for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.encoders.alignment import Aligner, PieceWindow
from nlp_architect_ext.runs.inputs import input_files, load_corpus
from nlp_architect_ext.settings.data import (
    DataSettings,
    DevSettings,
    DrawSettings,
    TokenizerSettings,
)
from nlp_architect_ext.settings.encoder import MappingSearchSettings


@dataclass(frozen=True)
class Probed:
    """Labelled sentences and their windows of pieces."""

    sentences: list[Sentence]
    windows: list[PieceWindow]

    @property
    def tags(self) -> list[Sequence[str]]:
        """The labels of each sentence."""
        return [sentence.labels or () for sentence in self.sentences]


@dataclass(frozen=True)
class ProbeData:
    """What a probe is fitted on, and what it's scored on."""

    train: Probed
    dev: Probed
    labels: LabelSet

    @property
    def sentences(self) -> list[Sentence]:
        """All of them."""
        return [*self.train.sentences, *self.dev.sentences]

    @property
    def windows(self) -> list[PieceWindow]:
        """All of them."""
        return [*self.train.windows, *self.dev.windows]


def read_probe_data(search: MappingSearchSettings, split_seed: int, aligner: Aligner) -> ProbeData:
    """The labelled data of a search.

    Raises:
        UserError: none is named, it can't be read, or it has no dev sentences.
    """
    if search.data_dir is None:
        raise UserError(
            where="mapping 'ga'",
            wrong="no labelled data that could tell mappings apart",
            expected="--data_dir, with a train and a dev file",
            remedy="name some, or take uniform",
        )
    data = _data(search, search.data_dir)
    draw = DrawSettings(labeled_size=search.labeled_size, split_seed=split_seed)
    corpus = load_corpus(data, draw, dev=DevSettings(), text=TokenizerSettings())
    dev = dev_sample(corpus, search.dev_sample)
    if not dev:
        raise UserError(
            where=search.data_dir,
            wrong="has no dev sentences",
            expected="some, for the F1 of mappings",
            remedy=f"add {search.dev_filename}",
        )
    train, scored = (Probed(part, aligner.windows(part)) for part in (corpus.train, dev))
    return ProbeData(train, scored, corpus.labels)


def probe_files(search: MappingSearchSettings) -> list[Path]:
    """The files that decide what a search finds."""
    return [] if search.data_dir is None else input_files(_data(search, search.data_dir))


def _data(search: MappingSearchSettings, folder: str) -> DataSettings:
    return DataSettings(
        data_dir=folder,
        train_filename=search.train_filename,
        dev_filename=search.dev_filename,
        test_filename="",
        data_format=search.data_format,
        tag_col=search.tag_col,
        scheme=search.scheme,
    )
