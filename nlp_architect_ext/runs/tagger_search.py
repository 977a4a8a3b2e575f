"""The search for small taggers: from settings to a tagger for each budget, top to bottom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch

from nlp_architect_ext.compression.chain_shapes import ChainShape
from nlp_architect_ext.compression.shrinking import bins
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text, read_json
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import dev_sample
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.runs.decided import decided
from nlp_architect_ext.runs.fit_student import method_stream
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.runs.methods import PSEUDO_LABELS
from nlp_architect_ext.runs.new_tagger import pretrained_words
from nlp_architect_ext.runs.search_candidates import (
    Clock,
    check_budgets,
    hand_made,
    latencies,
    of_shape,
    space_of,
)
from nlp_architect_ext.runs.search_networks import (
    NETWORKS,
    Trained,
    alone,
    best_for,
    copy_run,
    train_alone,
)
from nlp_architect_ext.runs.search_parts import CHOSEN, Search, written
from nlp_architect_ext.runs.search_plan import described
from nlp_architect_ext.runs.search_report import (
    PICTURE,
    TABLE,
    as_csv,
    as_text,
    correlation,
    picture,
    rows,
    verdicts,
)
from nlp_architect_ext.runs.search_supernet import as_supernet, train_supernet
from nlp_architect_ext.runs.teacher import TeacherAnswers, sources, teach
from nlp_architect_ext.runs.teacher_plan import TeacherPlan, check_teachers, teacher_plan
from nlp_architect_ext.runs.trackers import check_tracker
from nlp_architect_ext.runs.train_student import run_place, set_word_vectors
from nlp_architect_ext.settings.search import TaggerSearchSettings, budget_name, milliseconds

NEARLY = 1.1


def search_taggers(settings: TaggerSearchSettings) -> None:
    """Find the best tagger for each budget, and write its folder.

    Raises:
        UserError: anything of the user's that can't be used, or a budget that nothing meets, before
            any long work.
    """
    check_tracker(settings.run.report_to)
    _check_student(settings)
    budgets = sorted({milliseconds(budget) for budget in settings.search.budgets})
    space = space_of(settings.search)
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    corpus = load_corpus(
        settings.data,
        settings.draw,
        dev=settings.dev,
        text=settings.text,
        unlabelled=settings.unlabelled,
    )
    settings = decided(settings, corpus, device)
    say(summary(corpus))
    dev = _dev(settings, corpus)
    words = pretrained_words(settings.words, settings.teachers, "chain", corpus, device)
    plan = teacher_plan(settings, corpus, device)
    assert plan is not None
    check_teachers(plan, corpus.labels)
    place = replace(run_place(settings), others=written(settings, budgets))
    place.check()
    parts = Search(settings, budgets, space, corpus, dev, words, device)
    check_budgets(budgets, space, parts.clock(place.path, is_kept=False))
    if settings.run.dry_run:
        say(described(parts, plan))
        return
    with place.opened() as run:
        if run.is_finished:
            say(f"{run.path} is finished already\n{(run.path / TABLE).read_text()}")
            return
        _search(parts, plan, run)


def _search(parts: Search, plan: TeacherPlan, run: RunFolder) -> None:
    """From an open folder to a finished one."""
    clock = parts.clock(run.path, is_kept=True)
    with run.phase("measuring"):
        times = latencies(parts.space, clock, parts.settings.run.seed)
    answers = teach(plan, parts.corpus, run)
    losses = _supernet(parts, answers, times, run)
    chosen = _chosen(parts, losses, times, clock, run)
    words = parts.words
    encoder = words.encoder.folder.name if words else parts.settings.words.word_encoder
    teachers = sources(plan, run)
    planned = [
        *((of_shape(shape), group, losses.get(shape)) for shape, group in chosen.items()),
        *((candidate, "hand-made", None) for candidate in hand_made(parts.settings.search)),
    ]
    results = {
        one.name: train_alone(one, group, parts.settings, teachers, encoder, run)
        for one, group, _ in planned
    }
    measured = clock.of_trained({name: result.tagger for name, result in results.items()})
    trained = [
        Trained(
            one,
            group,
            run.path / NETWORKS / one.name,
            results[one.name].metrics,
            measured[one.name],
            loss,
        )
        for one, group, loss in planned
    ]
    _finish(parts.budgets, trained, run)


def _supernet(
    parts: Search, answers: TeacherAnswers, times: Mapping[ChainShape, float], run: RunFolder
) -> dict[ChainShape, float]:
    """The loss of each chain that is left when the supernet is trained."""
    settings = parts.settings
    tagger = parts.build(of_shape(parts.space.shapes()[-1]))
    if parts.words:
        set_word_vectors(tagger, parts.words, run)
    objective = PSEUDO_LABELS.objective(alone(settings), tagger)
    stream = method_stream(PSEUDO_LABELS, alone(settings), parts.corpus, tagger, answers)
    torch.manual_seed(settings.run.seed)
    as_supernet(tagger, parts.space)
    say(f"training a supernet of {len(parts.space):,} chains")
    sizes = {shape: float(shape.parameters) for shape in parts.space.shapes()}
    bin_of = bins(sizes, times, settings.search.bins)
    return train_supernet(settings, tagger, objective, stream, parts.dev, bin_of, run)


def _chosen(
    parts: Search,
    losses: Mapping[ChainShape, float],
    times: Mapping[ChainShape, float],
    clock: Clock,
    run: RunFolder,
) -> dict[ChainShape, str]:
    """The chains to be trained alone, and why: the best for each budget, others for comparison."""
    best_first = sorted(losses, key=lambda shape: losses[shape])
    path = run.path / CHOSEN
    if path.exists():
        by_name = {shape.name: shape for shape in parts.space.shapes()}
        return {by_name[name]: group for name, group in read_json(path).items()}
    chosen = {_best(budget, best_first, times, clock): "search" for budget in parts.budgets}
    others = [shape for shape in best_first if shape not in chosen]
    count = min(parts.settings.search.rank_networks, len(others))
    steps = [round(number * (len(others) - 1) / max(count - 1, 1)) for number in range(count)]
    chosen |= {others[step]: "rank" for step in steps}
    atomic_write_text(path, json.dumps({shape.name: why for shape, why in chosen.items()}) + "\n")
    return chosen


def _best(
    budget: float,
    best_first: Sequence[ChainShape],
    times: Mapping[ChainShape, float],
    clock: Clock,
) -> ChainShape:
    """The best chain that meets a budget by measurement; the fastest of all if none is left."""
    for shape in best_first:
        # Predictions aren't exact: one that is a little too slow may meet the budget.
        if times[shape] <= NEARLY * budget and clock.of(of_shape(shape)) <= budget:
            return shape
    return min(times, key=lambda shape: times[shape])


def _finish(budgets: Sequence[float], trained: Sequence[Trained], run: RunFolder) -> None:
    """Write the budgets' folders, table and picture, and say what was found."""
    winners = {budget: best_for(budget, trained) for budget in budgets}
    for budget, winner in winners.items():
        copy_run(winner.folder, run.path / budget_name(budget))
    table = rows(trained, winners)
    atomic_write_text(run.path / TABLE, as_csv(table))
    atomic_write_bytes(run.path / PICTURE, picture(trained))
    write_manifest(run.path)
    say("\n".join(["", as_text(table), "", *verdicts(winners, trained), correlation(trained)]))
    say(f"written to {run.path}: a tagger for each budget, {TABLE}, {PICTURE}")


def _dev(settings: TaggerSearchSettings, corpus: Corpus) -> list[Sentence]:
    dev = dev_sample(corpus, settings.dev.dev_sample)
    if not dev:
        raise UserError(
            where="dev",
            wrong="there are no dev sentences",
            expected="labelled sentences that choose",
            remedy="give a dev file, or a --dev_fraction above 0",
        )
    return dev


def _check_student(settings: TaggerSearchSettings) -> None:
    student = settings.student
    if student.model_type != "chain" or student.config_file:
        raise UserError(
            where="--config_file" if student.config_file else "--model_type",
            wrong="a search chooses students and their arguments itself",
            expected="neither --model_type nor --config_file",
            remedy="leave it out; --widths, --operations and --hand_made_widths say what is tried",
        )
    if settings.pretraining.pretrain != "none":
        raise UserError(
            where="--pretrain",
            wrong="chains have no states that an encoder could teach",
            expected="--pretrain none",
            remedy="leave it out",
        )
