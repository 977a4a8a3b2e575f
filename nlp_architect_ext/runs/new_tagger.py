"""An untrained tagger, and where its words' vectors come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.registry import STUDENTS, load
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.data.word_vectors import Vectors, read_word_vectors
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.settings.cross_view import TaggerCvtSettings
from nlp_architect_ext.settings.recipes import CVT_STUDENTS, PAPER_STUDENTS
from nlp_architect_ext.settings.training import TaggerKdSettings, TaggerSettings
from nlp_architect_ext.students.base import own_arguments
from nlp_architect_ext.taggers.neural import NeuralTagger

RANDOM = "none"  # of --word_encoder


def pretrained_words(
    settings: TaggerSettings, corpus: Corpus, device: torch.device
) -> PretrainedWords | None:
    """The encoder that gives the student's word vectors, if the settings ask for one and the
    student can take them.
    """
    name = settings.word_encoder or (
        settings.teacher[0] if isinstance(settings, TaggerKdSettings) else RANDOM
    )
    takes_vectors = "word_width" in own_arguments(load(STUDENTS, settings.model_type))
    if settings.word_encoder not in (None, RANDOM) and (
        settings.embedding_file or not takes_vectors
    ):
        other = (
            "--embedding_file" if settings.embedding_file else f"student {settings.model_type!r}"
        )
        raise UserError(
            where="--word_encoder",
            wrong=f"can't be used with {other}",
            expected="one source of word vectors, and a student that takes them",
            remedy="leave one of them out",
        )
    if name == RANDOM or settings.embedding_file or not takes_vectors:
        return None
    return PretrainedWords(
        name, corpus, settings.vocabulary_limit, not settings.closed_vocabulary, device
    )


def new_tagger(
    settings: TaggerSettings,
    corpus: Corpus,
    vocabulary: Vocabulary,
    device: torch.device,
    *,
    freeze_words: bool,
) -> NeuralTagger:
    """An untrained tagger, its weights drawn by the seed; the vectors of a file are copied in if
    there is one.
    """
    given = read_json(Path(settings.config_file)) if settings.config_file else {}
    arguments = _student_arguments(settings, given, freeze_words)
    vectors = _vectors_of_file(settings, vocabulary, given)
    if vectors:
        arguments["word_width"] = len(next(iter(vectors.values())))
    WordSplitter(
        settings.language, settings.tokenizer
    )  # what can't be used must not come out at inference
    torch.manual_seed(settings.seed)
    tagger = NeuralTagger(
        TaggerConfig(
            student=settings.model_type,
            arguments=arguments,
            labels=corpus.labels.to_json(),
            decoder="crf" if settings.use_crf else "softmax",
            scheme=corpus.scheme,
            tokenizer=settings.tokenizer,
            language=settings.language,
            max_words=settings.max_sentence_length,
        ),
        vocabulary,
        device,
    )
    embedding = getattr(tagger.model["student"], "word_embedding", None)
    if (
        isinstance(settings, TaggerCvtSettings)
        and settings.recipe != "paper"
        and isinstance(embedding, nn.Embedding)
    ):
        # Words of raw text alone say nothing until the views have learnt what to make of them.
        labelled = {word.lower() for sentence in corpus.train for word in sentence.words}
        nothing = np.zeros(tagger.word_width, np.float32)
        vectors = {
            **{word: nothing for word in vocabulary.words if word not in labelled},
            **vectors,
        }
    if vectors:
        tagger.set_word_vectors(vectors)
    return tagger


def _vectors_of_file(
    settings: TaggerSettings, vocabulary: Vocabulary, given: dict[str, Any]
) -> Vectors:
    """The vectors that `--embedding_file` has for words of the vocabulary; none without such a
    file.
    """
    if not settings.embedding_file:
        return {}
    vectors, width = read_word_vectors(Path(settings.embedding_file), vocabulary.words)
    if not vectors:
        raise UserError(
            where=settings.embedding_file,
            wrong="no vector of any word of the data",
            expected="vectors of its language",
            remedy="give another file",
        )
    if given.get("word_width", width) != width:
        raise UserError(
            where=str(settings.config_file),
            wrong=f"word_width {given['word_width']}",
            expected=f"{width}, as in {settings.embedding_file}",
            remedy="correct it or leave it out",
        )
    say(f"word vectors: {len(vectors):,} of {len(vocabulary.words):,} words, {width} dimensions")
    return vectors


def _student_arguments(
    settings: TaggerSettings, given: dict[str, Any], freeze_words: bool
) -> dict[str, Any]:
    """All arguments of the student's: its defaults, the recipe's, the command's, those given by
    `--config_file`.

    All of them are written down, because a model must be built again when defaults have moved on.
    """
    known = own_arguments(load(STUDENTS, settings.model_type))
    students = CVT_STUDENTS if isinstance(settings, TaggerCvtSettings) else PAPER_STUDENTS
    recipe = dict(students.get(settings.model_type, {})) if settings.recipe == "paper" else {}
    recipe |= {"freeze_words": freeze_words}
    arguments = {
        **known,
        **{name: value for name, value in recipe.items() if name in known},
        **given,
    }
    if settings.word_dropout or (
        settings.word_dropout == 0 and "word_dropout" in known
    ):  # or it has none
        arguments["word_dropout"] = settings.word_dropout
    return arguments
