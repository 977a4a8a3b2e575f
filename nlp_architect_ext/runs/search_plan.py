"""What a search would do and about how long it would take: the answer to `--dry_run`."""

from __future__ import annotations

from dataclasses import replace

from nlp_architect_ext.compression.latency import measured_shapes
from nlp_architect_ext.runs.dry_run import describe
from nlp_architect_ext.runs.fit_student import method_stream
from nlp_architect_ext.runs.methods import PSEUDO_LABELS
from nlp_architect_ext.runs.search_candidates import CHECKED, hand_made, of_shape
from nlp_architect_ext.runs.search_networks import alone
from nlp_architect_ext.runs.search_parts import Search
from nlp_architect_ext.runs.teacher import no_answers
from nlp_architect_ext.runs.teacher_plan import TeacherPlan


def described(parts: Search, teachers: TeacherPlan) -> str:
    """What would be done, and about how long it takes."""
    search, settings = parts.settings.search, parts.settings
    tagger = parts.build(of_shape(parts.space.shapes()[-1]))
    objective = PSEUDO_LABELS.objective(alone(settings), tagger)
    stream = method_stream(
        PSEUDO_LABELS, alone(settings), parts.corpus, tagger, no_answers(parts.corpus)
    )
    measured = min(len(measured_shapes(parts.space)) + CHECKED, len(parts.space))
    networks = len(parts.budgets) + search.rank_networks + len(hand_made(search))
    epochs = search.supernet_epochs + networks * settings.schedule.epochs
    together = replace(settings, schedule=replace(settings.schedule, epochs=epochs))
    return (
        f"would measure about {measured} of {len(parts.space):,} chains, about a second each, "
        f"train a supernet of them for {search.supernet_epochs} epochs, and then at most "
        f"{networks} networks alone for {settings.schedule.epochs} each; all these epochs as if "
        "they were the widest chain's:\n"
        + describe(together, teachers, None, parts.corpus, tagger, objective, stream)
    )
