"""What taggers say of labelled sentences that they weren't trained on: cross-fitting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load, save

from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.output_folder import remove
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.runs.fit_student import fit_student, method_stream
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.methods import SUPERVISED
from nlp_architect_ext.runs.train_student import set_word_vectors, untrained
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.probabilities import with_probabilities

FOLDS = "folds"
ANSWERS = "answers.safetensors"

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Answer:
    """What a tagger says of one sentence.

    Args:
        labels: the best ones.
        probabilities: of each label (words, labels).
    """

    labels: tuple[str, ...]
    probabilities: Numbers


@dataclass(frozen=True)
class HeldOut:
    """The parts of a check that its folds share.

    Args:
        settings: of the taggers.
        corpus: all labelled sentences as train.
        words: where vectors come from; None for none.
        device: where it computes.
    """

    settings: TaggerSettings
    corpus: Corpus
    words: PretrainedWords | None
    device: torch.device

    def answers(self, folds: Sequence[Sequence[int]], run: RunFolder) -> list[Answer]:
        """The answer to each sentence of train, by a tagger that was trained on the other folds.

        Folds that an interrupted run finished are read; the one it was at goes on.

        Args:
            folds: indices of sentences; each is in one of them.
            run: in whose folder the answers are kept.
        """
        found: dict[int, Answer] = {}
        for number, fold in enumerate(folds, start=1):
            own = RunFolder(run.path / FOLDS / str(number), run.store)
            file = own.path / ANSWERS
            if not file.exists():
                say(f"fold {number} of {len(folds)}: {counted(len(fold), 'sentence')} held out")
                tagger = self._trained(fold, own)
                held = [self.corpus.train[index].without_labels() for index in fold]
                _write(file, answers_of(tagger, held), tagger.labels.ids)
                remove(own.path / "checkpoints")
            found.update(zip(fold, self._read(file, fold), strict=True))
        return [found[index] for index in range(len(self.corpus.train))]

    def untrained(self, fold: Sequence[int]) -> tuple[NeuralTagger, Corpus]:
        """The tagger that is to judge a fold, and what it learns from: all other sentences."""
        held = set(fold)
        others = [one for index, one in enumerate(self.corpus.train) if index not in held]
        corpus = replace(self.corpus, train=others)
        return untrained(SUPERVISED, self.settings, corpus, self.words, self.device), corpus

    def _trained(self, fold: Sequence[int], own: RunFolder) -> NeuralTagger:
        tagger, corpus = self.untrained(fold)
        objective = SUPERVISED.objective(self.settings, tagger)
        if self.words and not own.checkpoints.last.exists():
            set_word_vectors(tagger, self.words, own)
        with own.phase("student") as meter:
            stream = method_stream(SUPERVISED, self.settings, corpus, tagger, None)
            fit_student(self.settings, corpus, tagger, objective, stream, own, meter)
        return tagger

    def _read(self, file: Path, fold: Sequence[int]) -> Iterator[Answer]:
        """The answers of a fold, in its order."""
        stored = load(file.read_bytes())
        names = self.corpus.labels.names
        start = 0
        for index in fold:
            end = start + len(self.corpus.train[index])
            labels = tuple(names[label] for label in stored["labels"][start:end])
            yield Answer(labels, stored["probabilities"][start:end])
            start = end


def answers_of(tagger: NeuralTagger, sentences: Sequence[Sentence]) -> list[Answer]:
    """What a tagger says of each sentence: the best legal labels, and the marginals."""
    pairs = zip(*with_probabilities(tagger, sentences), strict=True)
    return [Answer(prediction.labels, probabilities) for prediction, probabilities in pairs]


def _write(file: Path, answers: Sequence[Answer], ids: Mapping[str, int]) -> None:
    labels = [ids[label] for answer in answers for label in answer.labels]
    probabilities = np.concatenate([answer.probabilities for answer in answers])
    tensors = {"labels": np.array(labels, np.int32), "probabilities": probabilities}
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_bytes(file, save(tensors))
