"""An untrained tagger, and where its words' vectors come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.registry import STUDENTS, load
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.data.word_vectors import Vectors, read_word_vectors
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.runs.known_teacher import first_encoder
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.settings.data import TokenizerSettings
from nlp_architect_ext.settings.student import StudentSettings, WordSettings
from nlp_architect_ext.settings.teacher import TeacherSettings
from nlp_architect_ext.students.base import own_arguments
from nlp_architect_ext.taggers.neural import NeuralTagger

RANDOM = "none"  # in place of an encoder's name


def pretrained_words(
    words: WordSettings,
    teachers: TeacherSettings | None,
    model_type: str,
    corpus: Corpus,
    device: torch.device,
) -> PretrainedWords | None:
    """The encoder that gives the student's word vectors; None if none is asked for or can.

    Args:
        words: which encoder, if it's named.
        teachers: the first of them that is made of an encoder gives it if none is named.
        model_type: of the student, which may take no vectors.
        corpus: whose words get vectors.
        device: where the encoder computes.

    Raises:
        UserError: an encoder is named that can't be used.
    """
    named = words.word_encoder
    takes_vectors = "word_width" in own_arguments(load(STUDENTS, model_type))
    if named not in (None, RANDOM) and (words.embedding_file or not takes_vectors):
        other = "embedding_file" if words.embedding_file else f"student {model_type!r}"
        raise UserError(
            where="word_encoder",
            wrong=f"can't be used with {other}",
            expected="one source of word vectors, and a student that takes them",
            remedy="leave one of them out",
        )
    name = named or (first_encoder(teachers.teacher) if teachers else None) or RANDOM
    if name == RANDOM or words.embedding_file or not takes_vectors:
        return None
    return PretrainedWords(
        name, corpus, words.vocabulary_limit, not words.closed_vocabulary, device
    )


def new_tagger(
    student: StudentSettings,
    text: TokenizerSettings,
    corpus: Corpus,
    vocabulary: Vocabulary,
    arguments: Mapping[str, Any],
    *,
    seed: int,
    device: torch.device,
) -> NeuralTagger:
    """An untrained tagger, its weights drawn by the seed.

    Args:
        student: the kind of student and its decoder.
        text: how raw text is split.
        corpus: for its labels and their scheme.
        vocabulary: words and characters, as ids.
        arguments: of the student, see `student_arguments`.
        seed: of the weights.
        device: where it computes.
    """
    WordSplitter(text.language, text.tokenizer)  # what can't be used mustn't come out at inference
    config = TaggerConfig(
        student=student.model_type,
        arguments=dict(arguments),
        labels=corpus.labels.to_json(),
        decoder="crf" if student.use_crf else "softmax",
        scheme=corpus.scheme,
        tokenizer=text.tokenizer,
        language=text.language,
        max_words=student.max_sentence_length,
    )
    torch.manual_seed(seed)
    return NeuralTagger(config, vocabulary, device)


def student_arguments(
    student: StudentSettings, of_recipe: Mapping[str, Any], **decided: Any
) -> dict[str, Any]:
    """All arguments of the student's: its defaults, the recipe's, the run's, those of its file.

    All of them are written down, because a model must be built again when defaults have moved on.

    Args:
        student: the kind of student, and the file of its arguments.
        of_recipe: what the recipe changes.
        decided: what the run decides, for students that have such an argument.
    """
    known = own_arguments(load(STUDENTS, student.model_type))
    changed = {**of_recipe, **decided}
    arguments = {**known, **{name: changed[name] for name in changed if name in known}}
    arguments |= given_arguments(student)
    dropout = student.word_dropout
    if dropout or (
        dropout == 0 and "word_dropout" in known
    ):  # 0 of a student that has none is fine
        arguments["word_dropout"] = dropout
    return arguments


def given_arguments(student: StudentSettings) -> dict[str, Any]:
    """The arguments that the student's own file gives; none without a file."""
    return read_json(Path(student.config_file)) if student.config_file else {}


def vectors_of_file(words: WordSettings, student: StudentSettings, known: Vocabulary) -> Vectors:
    """The vectors that a file has for words of the vocabulary; none without such a file.

    Raises:
        UserError: the file can't be read, has none of the words, or vectors of another width.
    """
    if not words.embedding_file:
        return {}
    vectors, width = read_word_vectors(Path(words.embedding_file), known.words)
    if not vectors:
        raise UserError(
            where=words.embedding_file,
            wrong="no vector of any word of the data",
            expected="vectors of its language",
            remedy="give another file",
        )
    wanted = given_arguments(student).get("word_width", width)
    if wanted != width:
        raise UserError(
            where=str(student.config_file),
            wrong=f"word_width {wanted}",
            expected=f"{width}, as in {words.embedding_file}",
            remedy="correct it or leave it out",
        )
    say(f"word vectors: {len(vectors):,} of {len(known.words):,} words, {width} dimensions")
    return vectors
