"""`nlp-train check_labels`: the labels that are probably wrong, the most probable first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import place_of
from nlp_architect_ext.data.folds import content_folds
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.evaluation.placed_suspect import PlacedSuspect
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.runs.decided import decided
from nlp_architect_ext.runs.dry_run import describe
from nlp_architect_ext.runs.fit_student import method_stream
from nlp_architect_ext.runs.held_out import FOLDS, HeldOut
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.runs.label_errors_result import (
    LINES,
    PAGE,
    TEXT,
    ranked,
    shown,
    write_found,
)
from nlp_architect_ext.runs.methods import SUPERVISED
from nlp_architect_ext.runs.new_tagger import pretrained_words
from nlp_architect_ext.runs.trackers import check_tracker
from nlp_architect_ext.runs.train_student import run_place
from nlp_architect_ext.settings.label_check import CheckLabelsSettings


def check_labels(settings: CheckLabelsSettings) -> list[PlacedSuspect] | None:
    """Let taggers judge the labels of sentences that they weren't trained on, and list suspects.

    Returns:
        The suspects in their order; None of a dry run, and of a run that was finished already.

    Raises:
        UserError: anything of the user's that can't be used, before anything is trained.
    """
    check_tracker(settings.run.report_to)
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    tagger = settings.of_tagger()
    corpus = load_corpus(tagger.data, tagger.draw, text=tagger.text)
    tagger = decided(tagger, corpus, device)
    settings = replace(settings, device=tagger.device)
    say(summary(corpus))
    folds = content_folds(corpus.train, settings.suspects.folds, settings.run.seed)
    words = pretrained_words(tagger.words, None, tagger.student.model_type, corpus, device)
    held_out = HeldOut(tagger, corpus, words, device)
    place = replace(run_place(tagger), settings=settings, others=(LINES, TEXT, PAGE, FOLDS))
    place.check()
    if settings.run.dry_run:
        say(_described(held_out, folds))
        return None
    with place.opened() as run:
        if run.is_finished:
            say(f"{run.path} is finished already")
            return None
        answers = held_out.answers(folds, run)
        found = ranked(
            place_of(Path(tagger.data.data_dir), tagger.data.train_filename),
            tagger.data.ignore_token,
            corpus,
            answers,
            settings.suspects.min_score,
        )
        write_found(run.path, found, corpus.labels, tagger.text.language)
        for sink in run.sinks:
            sink.write("final/suspects", 0, {"count": len(found)})
        write_manifest(run.path)
    say(shown(found))
    say(f"written to {run.path}: {LINES}, {TEXT}, {PAGE}")
    say(f"next:\n  nlp-inference serve --model_dir MODEL --label_check_dir {run.path}")
    return found


def _described(held_out: HeldOut, folds: list[list[int]]) -> str:
    """What would be done, and about how long it takes."""
    settings = held_out.settings
    tagger, corpus = held_out.untrained(folds[0])
    objective = SUPERVISED.objective(settings, tagger)
    stream = method_stream(SUPERVISED, settings, corpus, tagger, None)
    each = describe(settings, None, None, corpus, tagger, objective, stream)
    return f"for each of {counted(len(folds), 'fold')}:\n{each}"
