"""The main job: from data to a finished model folder, whatever the method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.encoders.word_vector_store import WordVectorStore
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.runs.annotation import check_run
from nlp_architect_ext.runs.decided import decided
from nlp_architect_ext.runs.dry_run import describe
from nlp_architect_ext.runs.fit_student import fit_student, method_stream
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.inputs import drawn, input_files, load_corpus
from nlp_architect_ext.runs.method import Chosen, Method
from nlp_architect_ext.runs.new_tagger import (
    RANDOM,
    new_tagger,
    pretrained_words,
    student_arguments,
    vectors_of_file,
)
from nlp_architect_ext.runs.place import RunPlace
from nlp_architect_ext.runs.pretraining import pretrain
from nlp_architect_ext.runs.pretraining_plan import planned_pretraining
from nlp_architect_ext.runs.result import TrainingResult, finished_result, write_result
from nlp_architect_ext.runs.rounds import check_rounds, told_by_student
from nlp_architect_ext.runs.teacher import TeacherAnswers, no_answers, teach
from nlp_architect_ext.runs.teacher_plan import (
    TeacherPlan,
    check_teachers,
    teacher_inputs,
    teacher_plan,
)
from nlp_architect_ext.runs.trackers import check_tracker
from nlp_architect_ext.runs.types_of_teachers import types_of_teachers
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger


def train_student(
    method: Method[Chosen],
    settings: Chosen,
    given: Corpus | None = None,
    digests: Mapping[str, str] | None = None,
) -> TrainingResult | None:
    """Train a student by a method, score it, and write its folder.

    Args:
        method: how it learns.
        settings: of the method's dataclass.
        given: data from memory; None reads the files of the settings.
        digests: of data from memory, by name; a continued run must find them unchanged.

    Returns:
        The trained tagger and its scores; None of a dry run.

    Raises:
        UserError: anything of the user's that can't be used; nothing has been written then that
            wasn't there before.
    """
    check_tracker(settings.run.report_to)
    check_run(settings)
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    corpus = _corpus(settings, given)
    settings = decided(settings, corpus, device)
    say(summary(corpus))
    words = pretrained_words(
        settings.words, settings.teachers, settings.student.model_type, corpus, device
    )
    tagger = untrained(method, settings, corpus, words, device)
    teachers = teacher_plan(settings, corpus, device)
    if teachers is not None:
        check_teachers(teachers, corpus.labels)
    check_rounds(settings.rounds, teachers)
    pretraining = planned_pretraining(settings, corpus, tagger)
    objective = method.objective(settings, tagger)
    place = run_place(settings, digests)
    place.check()
    if settings.run.dry_run:
        answers = no_answers(corpus) if teachers is not None else None
        stream = method_stream(method, settings, corpus, tagger, answers)
        say(describe(settings, teachers, pretraining, corpus, tagger, objective, stream))
        return None
    with place.opened() as run:
        if run.is_finished:
            say(f"{run.path} is finished already")
            return finished_result(run.path, device)
        again = partial(train_student, method, given=given, digests=digests)
        answers = _taught(again, settings, teachers, corpus, run)
        if not run.checkpoints.last.exists():
            if words:
                set_word_vectors(tagger, words, run)
            if pretraining:
                pretrain(pretraining, tagger, run)
        with run.phase("student") as meter:
            stream = method_stream(method, settings, corpus, tagger, answers)
            fit_student(settings, corpus, tagger, objective, stream, run, meter)
        return write_result(run, settings, corpus, tagger, answers)


def _taught(
    again: Callable[[Chosen], TrainingResult | None],
    settings: Chosen,
    teachers: TeacherPlan | None,
    corpus: Corpus,
    run: RunFolder,
) -> TeacherAnswers | None:
    """What the teachers say, after the rounds before; `again` is a whole run by its settings."""
    if teachers is None:
        return None
    return teach(teachers, corpus, run, told_by_student(again, settings, corpus, run))


def _corpus(settings: TaggerSettings, given: Corpus | None) -> Corpus:
    dev, unlabelled = settings.dev, settings.unlabelled
    if given is not None:
        return drawn(given, settings.draw, dev=dev, unlabelled=unlabelled)
    return load_corpus(
        settings.data,
        settings.draw,
        dev=dev,
        text=settings.text,
        unlabelled=unlabelled,
        types=types_of_teachers(settings),
    )


def untrained(
    method: Method[Chosen],
    settings: Chosen,
    corpus: Corpus,
    words: PretrainedWords | None,
    device: torch.device,
    own: Mapping[str, Any] | None = None,
) -> NeuralTagger:
    """A tagger whose weights are drawn by the seed; words start with the vectors that are known.

    `own` are arguments of the student's that are stronger than all others.
    """
    if words:
        vocabulary = words.vocabulary
    else:
        limit = settings.words.vocabulary_limit
        vocabulary = Vocabulary.build(corpus.train, corpus.unlabelled, limit)
    vectors = vectors_of_file(settings.words, settings.student, vocabulary)
    decided = {"word_width": len(next(iter(vectors.values())))} if vectors else {}
    of_recipe = method.students.get(settings.schedule.recipe, {})
    arguments = student_arguments(
        settings.student,
        of_recipe.get(settings.student.model_type, {}),
        freeze_words=words is not None,
        **decided,
    )
    arguments |= own or {}
    tagger = new_tagger(
        settings.student,
        settings.text,
        corpus,
        vocabulary,
        arguments,
        seed=settings.run.seed,
        device=device,
    )
    if tagger.takes_word_vectors:
        first = method.first_vectors(settings, corpus, vocabulary, tagger.word_width)
        vectors = {**first, **vectors}
    if vectors:
        tagger.set_word_vectors(vectors)
    return tagger


def run_place(settings: TaggerSettings, digests: Mapping[str, str] | None = None) -> RunPlace:
    """The run's folder, and all that decides whether an earlier run there is this one."""
    inputs = teacher_inputs(settings.teachers)
    of_teachers = [path for path in inputs if path.is_file()]
    others = (
        settings.words.embedding_file,
        settings.student.config_file,
        settings.pretraining.pretrain_file,
    )
    files = [Path(name) for name in others if name]
    if not digests:
        files = input_files(settings.data, settings.unlabelled, *others)
    named = (settings.words.word_encoder, settings.pretraining.pretrain_encoder)
    encoders = [Path(name) for name in named if name is not None and name != RANDOM]
    folders = [*(path for path in inputs if not path.is_file()), *encoders]
    return RunPlace(
        settings.run,
        settings,
        [*files, *of_teachers],
        folders=folders,
        store=settings.words.soft_labels_dir,
        digests=digests or {},
    )


def set_word_vectors(tagger: NeuralTagger, words: PretrainedWords, run: RunFolder) -> None:
    """Put an encoder's vectors into the tagger's word embedding."""
    with run.phase("word vectors") as meter:
        store = WordVectorStore(run.store, words.encoder)
        tagger.set_embedding(words.vectors(tagger.word_width, store))
        meter.stop()
        meter.operations, meter.earlier = store.operations(words.forms), store.saved
