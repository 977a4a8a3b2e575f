"""From settings to what training needs: the data, an untrained tagger, a stream of batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from nlp_architect_ext.batches.batch import EncodedSentence
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.registry import STUDENTS, load
from nlp_architect_ext.data.corpus import Corpus, draw_labelled, draw_unlabelled, read_corpus
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.data.word_vectors import Vectors, read_word_vectors
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.settings import fields as config
from nlp_architect_ext.settings.cross_view import TaggerCvtSettings, TaggerKdCvtSettings
from nlp_architect_ext.settings.groups import (
    DataSettings,
    MixingSettings,
    StudentSettings,
    TaggerKdSettings,
    TaggerSettings,
    UnlabelledSettings,
)
from nlp_architect_ext.settings.recipes import CVT_STUDENTS, PAPER_STUDENTS
from nlp_architect_ext.students.base import Viewable, own_arguments
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.cross_view import CrossViewHeads
from nlp_architect_ext.training.objectives import CrossView, Distillation, DistilledCrossView, Objective, Supervised

RANDOM = "none"  # of --word_encoder
VIEW_RAMP = 0.33  # share of training


def load_corpus(settings: DataSettings) -> Corpus:
    """Read the data, and draw the labelled and unlabelled sentences that the settings ask for."""
    raw = settings if isinstance(settings, UnlabelledSettings) else None
    student = settings if raw and isinstance(settings, StudentSettings) else None
    corpus = read_corpus(
        Path(settings.data_dir),
        train_filename=settings.train_filename,
        dev_filename=settings.dev_filename,
        test_filename=settings.test_filename,
        unlabeled_filename=_unlabelled_file(settings.data_dir, settings.labeled_size, raw) if raw else None,
        unlabeled_format=raw.unlabeled_format if raw else "text",
        tag_col=settings.tag_col,
        ignore_token=settings.ignore_token,
        scheme=settings.scheme,
        language=student.language if student else "en",
        tokenizer=student.tokenizer if student else "whitespace",
    )
    if settings.labeled_size is not None:
        corpus = draw_labelled(corpus, settings.labeled_size, settings.split_seed)
    if raw is None:
        return replace(corpus, unlabelled=[])
    if not corpus.unlabelled:
        wrong = "takes every sentence of train, and there is no other unlabelled text"
        raise UserError("--labeled_size", wrong, "unlabelled sentences", "draw fewer, or use tagger_kd")
    if raw.unlabeled_size is not None:
        corpus = draw_unlabelled(corpus, raw.unlabeled_size, settings.split_seed)
    return corpus


def _unlabelled_file(data_dir: str, labeled_size: int | None, settings: UnlabelledSettings) -> str | None:
    """The file of unlabelled text; None where labeled_size provides such text and the default file is missing."""
    name = settings.unlabeled_filename
    is_there = (Path(data_dir) / name).exists()
    is_default = name == UnlabelledSettings.unlabeled_filename
    return None if labeled_size is not None and is_default and not is_there else name


def input_files(settings: DataSettings) -> list[Path]:
    """The files that decide what a run computes."""
    folder = Path(settings.data_dir)
    names = [settings.train_filename, settings.dev_filename, settings.test_filename, "labels.txt"]
    if isinstance(settings, UnlabelledSettings):
        names.append(settings.unlabeled_filename)
    files = [folder / name for name in names]
    if isinstance(settings, TaggerSettings):
        files += [Path(name) for name in (settings.embedding_file, settings.config_file) if name]
    return [path for path in files if path.is_file()]


def pretrained_words(settings: TaggerSettings, corpus: Corpus, device: torch.device) -> PretrainedWords | None:
    """The encoder that gives the student's word vectors, if the settings ask for one and the student can take them."""
    name = settings.word_encoder or (settings.teacher[0] if isinstance(settings, TaggerKdSettings) else RANDOM)
    takes_vectors = "word_width" in own_arguments(load(STUDENTS, settings.model_type))
    if settings.word_encoder not in (None, RANDOM) and (settings.embedding_file or not takes_vectors):
        other = "--embedding_file" if settings.embedding_file else f"student {settings.model_type!r}"
        raise UserError("--word_encoder", f"can't be used with {other}", "one source of word vectors, and a student "
                        "that takes them", "leave one of them out")  # fmt: skip
    if name == RANDOM or settings.embedding_file or not takes_vectors:
        return None
    return PretrainedWords(name, corpus, settings.vocabulary_limit, not settings.closed_vocabulary, device)


def new_tagger(
    settings: TaggerSettings, corpus: Corpus, vocabulary: Vocabulary, device: torch.device, *, freeze_words: bool
) -> NeuralTagger:
    """An untrained tagger, its weights drawn by the seed; the vectors of a file are copied in if there is one."""
    given = config.read_json(Path(settings.config_file)) if settings.config_file else {}
    arguments = _student_arguments(settings, given, freeze_words)
    vectors = _vectors_of_file(settings, vocabulary, given)
    if vectors:
        arguments["word_width"] = len(next(iter(vectors.values())))
    WordSplitter(settings.language, settings.tokenizer)  # what can't be used must not come out at inference
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
    if isinstance(settings, TaggerCvtSettings) and settings.recipe != "paper" and isinstance(embedding, nn.Embedding):
        # Words of raw text alone say nothing until the views have learnt what to make of them.
        labelled = {word.lower() for sentence in corpus.train for word in sentence.words}
        nothing = np.zeros(tagger.word_width, np.float32)
        vectors = {**{word: nothing for word in vocabulary.words if word not in labelled}, **vectors}
    if vectors:
        tagger.set_word_vectors(vectors)
    return tagger


def _vectors_of_file(settings: TaggerSettings, vocabulary: Vocabulary, given: dict[str, Any]) -> Vectors:
    """The vectors that `--embedding_file` has for words of the vocabulary; none without such a file."""
    if not settings.embedding_file:
        return {}
    vectors, width = read_word_vectors(Path(settings.embedding_file), vocabulary.words)
    if not vectors:
        raise UserError(settings.embedding_file, "no vector of any word of the data", "vectors of its language",
                        "give another file")  # fmt: skip
    if given.get("word_width", width) != width:
        raise UserError(str(settings.config_file), f"word_width {given['word_width']}",
                        f"{width}, as in {settings.embedding_file}", "correct it or leave it out")  # fmt: skip
    say(f"word vectors: {len(vectors):,} of {len(vocabulary.words):,} words, {width} dimensions")
    return vectors


def _student_arguments(settings: TaggerSettings, given: dict[str, Any], freeze_words: bool) -> dict[str, Any]:
    """All arguments of the student's: its defaults, the recipe's, the command's, those given by `--config_file`.

    All of them are written down, because a model must be built again when defaults have moved on.
    """
    known = own_arguments(load(STUDENTS, settings.model_type))
    students = CVT_STUDENTS if isinstance(settings, TaggerCvtSettings) else PAPER_STUDENTS
    recipe = dict(students.get(settings.model_type, {})) if settings.recipe == "paper" else {}
    recipe |= {"freeze_words": freeze_words}
    arguments = {**known, **{name: value for name, value in recipe.items() if name in known}, **given}
    if settings.word_dropout or (settings.word_dropout == 0 and "word_dropout" in known):  # or it has none
        arguments["word_dropout"] = settings.word_dropout
    return arguments


def new_stream(
    settings: TaggerSettings, labelled: list[EncodedSentence], unlabelled: list[EncodedSentence]
) -> BatchStream:
    """The batches that the settings ask for."""
    ratio = settings.labeled_ratio if isinstance(settings, MixingSettings) else 0.0
    return BatchStream(
        labelled,
        unlabelled,
        settings.batch_size,
        ratio or None,
        settings.seed,
        settings.min_epoch_steps,
        settings.max_epoch_steps,
        alternating=isinstance(settings, TaggerCvtSettings),
    )


def new_objective(settings: TaggerSettings, tagger: NeuralTagger) -> Objective:
    """What the settings want minimised.

    Raises:
        UserError: the student or its decoder can't be trained so.
    """
    decoder = tagger.decoder
    if settings.label_smoothing and decoder.crf is not None:
        raise UserError("--label_smoothing", "a CRF has no labels to smooth", "a softmax", "give --no_use_crf")
    supervised = Supervised(decoder, settings.label_smoothing)
    if isinstance(settings, TaggerCvtSettings):
        heads, ramp = _heads(settings, tagger), _view_ramp(settings)
        return CrossView(supervised, heads, settings.view_w, settings.unlabelled_dropout, ramp)
    if not isinstance(settings, TaggerKdSettings):
        return supervised
    distillation = Distillation(
        decoder,
        temperature=settings.kd_temp,
        task_weight=settings.kd_student_w,
        distillation_weight=settings.kd_dist_w,
        loss_fn=settings.kd_loss_fn,
    )
    if isinstance(settings, TaggerKdCvtSettings):
        heads = _heads(settings, tagger)
        return DistilledCrossView(distillation, heads, settings.view_w, settings.view_teacher_w)
    return distillation


def _view_ramp(settings: TaggerCvtSettings) -> float:
    """See `CrossView`: pretrained vectors know more at first than views do; random ones learn from views at once."""
    if settings.view_ramp is not None:
        return settings.view_ramp
    is_pretrained = settings.embedding_file or settings.word_encoder not in (None, RANDOM)
    return VIEW_RAMP if is_pretrained else 0.0


def _heads(settings: TaggerCvtSettings | TaggerKdCvtSettings, tagger: NeuralTagger) -> CrossViewHeads:
    """Heads for the student's views, their weights drawn by the seed."""
    student = tagger.model["student"]
    if not isinstance(student, Viewable):
        needs = [name for name in ("views", "view_widths") if not hasattr(student, name)]
        raise UserError(f"student {settings.model_type!r}", f"has no {', '.join(needs)}",
                        "what students.base.Viewable describes", "add it, or take another student")  # fmt: skip
    torch.manual_seed(settings.seed)
    return CrossViewHeads(*student.view_widths, settings.view_width, len(tagger.labels)).to(tagger.device)
