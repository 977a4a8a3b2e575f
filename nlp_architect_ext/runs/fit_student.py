"""The student's part of a run: its batches, its training, the bias of O that is best on dev."""

from __future__ import annotations

import torch
from torch import nn

from nlp_architect_ext.batches.encoding import encode
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.evaluation.evaluation import score_tagger
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.method import Chosen, Method
from nlp_architect_ext.runs.teacher import TeacherAnswers
from nlp_architect_ext.settings.student import ScheduleSettings
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.outside_bias import fit_outside_bias
from nlp_architect_ext.training.curve import Curve
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.objectives import Objective
from nlp_architect_ext.training.operations import operations_a_step
from nlp_architect_ext.training.schedule import Schedule


def method_stream(
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


def fit_student(
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
        Curve(run.journal),
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
