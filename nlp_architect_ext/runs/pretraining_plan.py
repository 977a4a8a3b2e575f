"""What a student's pre-training learns from whom on which text; checked before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from nlp_architect_ext.batches.encoding import encode_words
from nlp_architect_ext.batches.state_stream import DescribedSentence, StateStream
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.windows import OVERLAP, windows
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.base import AUTO, ReadOptions
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.sampling import draw_unlabelled
from nlp_architect_ext.data.unlabelled import read_unlabelled
from nlp_architect_ext.encoders.state_reader import StateReader
from nlp_architect_ext.encoders.state_targets import StateTargets
from nlp_architect_ext.runs.known_teacher import first_encoder
from nlp_architect_ext.runs.new_tagger import RANDOM
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.students.base import viewable
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.approximation import (
    ApproximationHeads,
    SentenceAndWordApproximation,
)


@dataclass(frozen=True)
class Pretraining:
    """What is learnt from whom on which text, all of it checked.

    Args:
        settings: of the run.
        reader: of the encoder.
        text: sentences without labels.
    """

    settings: TaggerSettings
    reader: StateReader
    text: Sequence[Sentence]

    @property
    def epochs(self) -> int:
        """Passes over the text."""
        return self.settings.pretraining.pretrain_epochs

    def objective(self, tagger: NeuralTagger) -> SentenceAndWordApproximation:
        """What a step minimises; its heads' weights are drawn by the seed."""
        student = viewable(tagger.model["student"], tagger.config.student)
        lesson = self.settings.pretraining.pretrain
        torch.manual_seed(self.settings.run.seed)
        heads = ApproximationHeads(
            student.view_widths[1],
            self.reader.width,
            sentence=lesson in ("sentence", "both"),
            words=lesson in ("words", "both"),
        )
        return SentenceAndWordApproximation(heads.to(tagger.device))

    def stream(self, tagger: NeuralTagger, targets: StateTargets) -> StateStream:
        """The text in batches, with the encoder's answers to its first sentences or all of it."""
        longest = self.settings.student.max_sentence_length
        described = []
        answers = zip(targets.vectors, targets.words, strict=True)
        for sentence, (vector, states) in zip(self.text, answers, strict=False):
            whole = encode_words(sentence.words, tagger.vocabulary)
            for window in windows(len(sentence), longest, min(OVERLAP, longest // 2)):
                part = slice(window.start, window.end)
                encoded = whole.part(window.start, window.end)
                described.append(DescribedSentence(encoded, vector, states[part]))
        return StateStream(
            described,
            targets.mean,
            targets.deviation,
            self.settings.schedule.batch_size,
            self.settings.run.seed,
        )

    def targets_to_come(self, sentences: int) -> StateTargets:
        """What stands for the answers to so many sentences before the encoder was asked."""
        width, text = self.reader.width, self.text[:sentences]
        words = [np.ones((len(sentence), width), np.float16) for sentence in text]
        vectors = [np.ones(width, np.float16)] * len(text)
        return StateTargets(vectors, words, np.zeros(width, np.float32), 1.0)


def planned_pretraining(
    settings: TaggerSettings, corpus: Corpus, tagger: NeuralTagger
) -> Pretraining | None:
    """What the settings ask for; None if they ask for no pre-training.

    Raises:
        UserError: the student has no states to train, no encoder is named or it can't be loaded, or
            the text can't be read.
    """
    asked = settings.pretraining
    if asked.pretrain == "none" or asked.pretrain_epochs == 0:
        return None
    viewable(tagger.model["student"], settings.student.model_type)
    reader = StateReader(encoder_of(settings), tagger.device)
    return Pretraining(settings, reader, _text(settings, corpus))


def encoder_of(settings: TaggerSettings) -> str:
    """The encoder that is approximated: as named, of the word vectors, or of the first teacher.

    Raises:
        UserError: there is none of them.
    """
    words, teachers = settings.words.word_encoder, settings.teachers
    if settings.pretraining.pretrain_encoder is not None:
        return settings.pretraining.pretrain_encoder
    if words not in (None, RANDOM):
        return words
    name = first_encoder(teachers.teacher) if teachers is not None else None
    if name is None:
        raise UserError(
            where="pretrain",
            wrong="no encoder is named, and no teacher is made of one",
            expected="an encoder whose states the student learns",
            remedy="give --pretrain_encoder or --word_encoder, or leave out --pretrain",
        )
    return name


def _text(settings: TaggerSettings, corpus: Corpus) -> list[Sentence]:
    """The sentences that are read, without labels; those of dev and test aren't among them."""
    asked = settings.pretraining
    if asked.pretrain_file is None:
        found = [one.without_labels() for one in (*corpus.unlabelled, *corpus.train)]
    else:
        found = _read(Path(asked.pretrain_file), settings)
    if asked.pretrain_size is not None:
        drawn = draw_unlabelled(
            replace(corpus, unlabelled=found), asked.pretrain_size, settings.draw.split_seed
        )
        found = drawn.unlabelled
    return found


def _read(path: Path, settings: TaggerSettings) -> list[Sentence]:
    data, text = settings.data, settings.text
    options = ReadOptions(
        offsets=data.offsets,
        tag_col=data.tag_col,
        ignore_token=data.ignore_token,
        scheme=data.scheme,
    )
    splitter = partial(WordSplitter, text.language, text.tokenizer)
    found, notes = read_unlabelled(path, AUTO, options, splitter)
    for note in notes:
        say(note)
    return found
