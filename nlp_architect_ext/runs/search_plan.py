"""What a search would do and about how long it would take: the answer to `--dry_run`."""

from __future__ import annotations

from dataclasses import replace

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
    of_supernet = alone(
        replace(settings, schedule=replace(settings.schedule, epochs=search.supernet_epochs))
    )
    measured = 2 * len(parts.space.widths) * len(parts.space.operations) + CHECKED
    networks = len(parts.budgets) + search.rank_networks + len(hand_made(search))
    return (
        f"would measure about {measured} of {len(parts.space):,} chains, train a supernet for "
        f"{search.supernet_epochs} epochs, and then at most {networks} networks alone for "
        f"{settings.schedule.epochs}; the widest of them alone, and the teacher:\n"
        + describe(of_supernet, teachers, None, parts.corpus, tagger, objective, stream)
    )
