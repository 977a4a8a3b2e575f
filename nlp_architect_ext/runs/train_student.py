"""The main job: from a data folder to a finished model folder, with a teacher or without."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from nlp_architect_ext.batches.encoding import encode
from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.encoders.word_vector_store import WordVectorStore
from nlp_architect_ext.evaluation.evaluation import score_tagger
from nlp_architect_ext.layers import device as hardware
from nlp_architect_ext.runs.dry_run import describe
from nlp_architect_ext.runs.folder import RunFolder, check, open_run
from nlp_architect_ext.runs.inputs import input_files, load_corpus
from nlp_architect_ext.runs.methods import new_objective, new_stream
from nlp_architect_ext.runs.new_tagger import new_tagger, pretrained_words
from nlp_architect_ext.runs.result import write_result
from nlp_architect_ext.runs.teacher import TeacherAnswers, check_teachers, teach
from nlp_architect_ext.settings.training import TaggerKdSettings, TaggerSettings
from nlp_architect_ext.taggers.balance import fit_balance
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.cross_view import CrossView, DistilledCrossView
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.objectives import Objective
from nlp_architect_ext.training.operations import operations_a_step
from nlp_architect_ext.training.schedule import Schedule


def train_student(settings: TaggerSettings) -> None:
    """Train a student as the settings say: supervised, distilled, or distilled with unlabelled
    text.

    Raises:
        UserError: anything of the user's that can't be used; nothing has been written then that
            wasn't there before.
    """
    device = hardware.prepare(settings.device, settings.no_cuda, settings.threads)
    # A continued run must compute where and as the first part did, so both are written down.
    settings = replace(settings, device=str(device), threads=torch.get_num_threads())
    corpus = load_corpus(settings)
    say(summary(corpus))
    words = pretrained_words(settings, corpus, device)
    vocabulary = (
        words.vocabulary
        if words
        else Vocabulary.build(corpus.train, corpus.unlabelled, settings.vocabulary_limit)
    )
    tagger = new_tagger(settings, corpus, vocabulary, device, freeze_words=words is not None)
    if isinstance(settings, TaggerKdSettings):
        check_teachers(settings, corpus.labels)
    objective = new_objective(settings, tagger)
    files = input_files(settings)
    check(settings, files)
    if settings.dry_run:
        say(describe(settings, corpus, tagger, objective))
        return
    run = open_run(settings, files)
    if run.is_finished:
        say(f"{run.path} is finished already")
        return
    answers = (
        teach(settings, corpus, run, device) if isinstance(settings, TaggerKdSettings) else None
    )
    if words and not run.checkpoints.last.exists():
        with run.phase("word vectors") as meter:
            store = WordVectorStore(run.store(settings), words.encoder)
            tagger.set_embedding(words.vectors(tagger.word_width, store))
            meter.stop()
            meter.operations, meter.earlier = store.operations(words.forms), store.saved
    with run.phase("student") as meter:
        fit_student(settings, corpus, tagger, objective, run, answers, meter)
    write_result(run, settings, corpus, tagger, answers)


def fit_student(
    settings: TaggerSettings,
    corpus: Corpus,
    tagger: NeuralTagger,
    objective: Objective,
    run: RunFolder,
    answers: TeacherAnswers | None,
    meter: Meter,
) -> None:
    """Train the tagger's student, and leave the best epoch's weights in it."""
    parts = (
        (corpus.train, answers.train if answers else None),
        (corpus.unlabelled, answers.unlabelled if answers else None),
    )
    encoded = [
        encode(
            sentences,
            tagger.vocabulary,
            corpus.labels,
            max_words=settings.max_sentence_length,
            soft_labels=soft,
        )
        for sentences, soft in parts
    ]
    stream = new_stream(settings, *encoded)
    dev = dev_sample(corpus, settings.dev_sample)
    if not dev:
        say("no dev sentences: the last epoch is kept")
    elif corpus.dev and len(dev) < len(corpus.dev):
        say(
            f"{len(dev):,} of the {len(corpus.dev):,} dev sentences pick the best epoch "
            "(--dev_sample)"
        )
    model = _trained(tagger, objective)
    torch.manual_seed(settings.seed)  # whatever the teacher drew before
    progress = fit(
        model,
        stream,
        objective,
        _schedule(settings),
        run.checkpoints,
        run.journal,
        (lambda: float(score_tagger(tagger, dev)["f1"])) if dev else None,
        meter,
    )
    if dev and settings.recipe != "paper" and (handicap := fit_balance(tagger, dev)):
        say(f"precision and recall balanced on dev: O is held back by {handicap:+.1f}")
    meter.stop()
    meter.operations = round(progress.step * operations_a_step(model, stream, objective))


def _trained(tagger: NeuralTagger, objective: Objective) -> nn.ModuleDict:
    """What is trained: the tagger's modules, and the heads that are gone afterwards."""
    heads = (
        {"heads": objective.heads} if isinstance(objective, CrossView | DistilledCrossView) else {}
    )
    return nn.ModuleDict({**tagger.model, **heads})


def _schedule(settings: TaggerSettings) -> Schedule:
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
