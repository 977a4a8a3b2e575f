"""The main job: from data to a finished model folder, whatever the method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from nlp_architect_ext.batches.encoding import encode
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.encoders.word_vector_store import WordVectorStore
from nlp_architect_ext.evaluation.evaluation import score_tagger
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.runs.dry_run import describe
from nlp_architect_ext.runs.folder import RunFolder, RunPlace
from nlp_architect_ext.runs.inputs import drawn, input_files, load_corpus
from nlp_architect_ext.runs.method import Method
from nlp_architect_ext.runs.new_tagger import (
    RANDOM,
    new_tagger,
    pretrained_words,
    student_arguments,
    vectors_of_file,
)
from nlp_architect_ext.runs.result import TrainingResult, finished_result, write_result
from nlp_architect_ext.runs.teacher import TeacherAnswers, check_teachers, no_answers, teach
from nlp_architect_ext.settings.student import ScheduleSettings
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.outside_bias import fit_outside_bias
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.objectives import Objective
from nlp_architect_ext.training.operations import operations_a_step
from nlp_architect_ext.training.schedule import Schedule

Chosen = TypeVar("Chosen", bound=TaggerSettings)


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
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    corpus = _corpus(settings, given)
    settings = _decided(settings, corpus, device)
    say(summary(corpus))
    words = pretrained_words(
        settings.words, settings.teachers, settings.student.model_type, corpus, device
    )
    tagger = _untrained(method, settings, corpus, words, device)
    if settings.teachers is not None:
        check_teachers(settings, corpus.labels)
    objective = method.objective(settings, tagger)
    place = _place(settings, digests)
    place.check()
    if settings.run.dry_run:
        answers = no_answers(corpus) if settings.teachers is not None else None
        stream = _stream(method, settings, corpus, tagger, answers)
        say(describe(settings, corpus, tagger, objective, stream))
        return None
    with place.opened() as run:
        if run.is_finished:
            say(f"{run.path} is finished already")
            return finished_result(run.path, device)
        answers = teach(settings, corpus, run, device) if settings.teachers is not None else None
        if words and not run.checkpoints.last.exists():
            _set_word_vectors(tagger, words, run)
        with run.phase("student") as meter:
            stream = _stream(method, settings, corpus, tagger, answers)
            _fit(settings, corpus, tagger, objective, stream, run, meter)
        return write_result(run, settings, corpus, tagger, answers)


def _corpus(settings: TaggerSettings, given: Corpus | None) -> Corpus:
    dev, unlabelled = settings.dev, settings.unlabelled
    if given is not None:
        return drawn(given, settings.draw, dev=dev, unlabelled=unlabelled)
    return load_corpus(
        settings.data, settings.draw, dev=dev, text=settings.text, unlabelled=unlabelled
    )


def _decided(settings: Chosen, corpus: Corpus, device: torch.device) -> Chosen:
    """The settings with what was left open: a continued run must compute as the first part did."""
    fraction = settings.dev.dev_fraction if corpus.dev_is_split else 0.0
    return replace(
        settings,
        dev=replace(settings.dev, dev_fraction=fraction),
        device=replace(
            settings.device, device=str(device), no_cuda=False, threads=torch.get_num_threads()
        ),
    )


def _untrained(
    method: Method[Chosen],
    settings: Chosen,
    corpus: Corpus,
    words: PretrainedWords | None,
    device: torch.device,
) -> NeuralTagger:
    """A tagger whose weights are drawn by the seed; words start with the vectors that are known."""
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


def _place(settings: TaggerSettings, digests: Mapping[str, str] | None) -> RunPlace:
    """The run's folder, and all that decides whether an earlier run there is this one."""
    others = (settings.words.embedding_file, settings.student.config_file)
    files = [Path(name) for name in others if name]
    if not digests:
        files = input_files(settings.data, settings.unlabelled, *others)
    encoder = settings.words.word_encoder
    teachers = settings.teachers.teacher if settings.teachers is not None else ()
    names = [*teachers, *([encoder] if encoder not in (None, RANDOM) else [])]
    return RunPlace(
        settings.run,
        settings,
        files,
        folders=[Path(name) for name in names if name],
        store=settings.words.soft_labels_dir,
        digests=digests or {},
    )


def _set_word_vectors(tagger: NeuralTagger, words: PretrainedWords, run: RunFolder) -> None:
    with run.phase("word vectors") as meter:
        store = WordVectorStore(run.store, words.encoder)
        tagger.set_embedding(words.vectors(tagger.word_width, store))
        meter.stop()
        meter.operations, meter.earlier = store.operations(words.forms), store.saved


def _stream(
    method: Method[Chosen],
    settings: Chosen,
    corpus: Corpus,
    tagger: NeuralTagger,
    answers: TeacherAnswers | None,
) -> BatchStream:
    """The method's batches of the corpus, with what the teacher said of it."""
    parts = (
        (corpus.train, answers.train if answers else None),
        (corpus.unlabelled, answers.unlabelled if answers else None),
    )
    labelled, unlabelled = (
        encode(
            sentences,
            tagger.vocabulary,
            corpus.labels,
            max_words=settings.student.max_sentence_length,
            soft_labels=soft,
        )
        for sentences, soft in parts
    )
    return method.stream(settings, labelled, unlabelled)


def _fit(
    settings: TaggerSettings,
    corpus: Corpus,
    tagger: NeuralTagger,
    objective: Objective,
    stream: BatchStream,
    run: RunFolder,
    meter: Meter,
) -> None:
    """Train the tagger's student, and leave the best epoch's weights in it."""
    dev = dev_sample(corpus, settings.dev.dev_sample)
    if not dev:
        say("no dev sentences: the last epoch is kept")
    elif corpus.dev and len(dev) < len(corpus.dev):
        say(f"{len(dev):,} of the {len(corpus.dev):,} dev sentences pick the best epoch")
    heads = {} if objective.heads is None else {"heads": objective.heads}
    model = nn.ModuleDict({**tagger.model, **heads})
    torch.manual_seed(settings.run.seed)  # whatever the teacher drew before
    progress = fit(
        model,
        stream,
        objective,
        schedule(settings.schedule),
        run.checkpoints,
        run.journal,
        (lambda: float(score_tagger(tagger, dev)["f1"])) if dev else None,
        meter,
    )
    if dev and settings.schedule.fit_outside_bias and (bias := fit_outside_bias(tagger, dev)):
        say(f"precision and recall balanced on dev: {bias:+.1f} for O")
    meter.stop()
    meter.operations = round(progress.step * operations_a_step(model, stream, objective))


def schedule(settings: ScheduleSettings) -> Schedule:
    """The plain part of the settings that the training loop takes."""
    return Schedule(
        epochs=settings.epochs,
        patience=settings.patience,
        optimizer=settings.optimizer,
        lr=settings.lr,
        lr_schedule=settings.lr_schedule,
        max_grad_norm=settings.max_grad_norm,
        ema_decay=settings.ema_decay,
        logging_steps=settings.logging_steps,
        save_steps=settings.save_steps,
    )
