"""What to annotate next: from a trained tagger and raw text to the sentences that are chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.evaluation.annotate import MAXIMUM, ToAnnotate, candidates, worth_most
from nlp_architect_ext.evaluation.annotation_choice import Budget
from nlp_architect_ext.evaluation.annotation_rules import RULES, Said
from nlp_architect_ext.runs.teacher import TeacherAnswers
from nlp_architect_ext.settings.annotation import AnnotationSettings
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.probabilities import with_probabilities

Rows = Sequence[NDArray[np.floating]]
AskTeacher = Callable[[list[int]], Rows]


def check_rule(settings: AnnotationSettings, *, has_teacher: bool, remedy: str) -> None:
    """Refuse a rule that can't be used.

    Args:
        settings: name the rule.
        has_teacher: whether one can be asked.
        remedy: what to do without one.

    Raises:
        UserError: the rule needs a teacher, and there is none.
    """
    if RULES[settings.annotate_by].needs_teacher and not has_teacher:
        raise UserError(
            where=f"annotate_by {settings.annotate_by}",
            wrong="there is no teacher to disagree with",
            expected="a teacher",
            remedy=remedy,
        )


def check_run(settings: TaggerSettings) -> None:
    """Refuse a training run whose rule can't be used.

    Raises:
        UserError: see `check_rule`.
    """
    if settings.annotation is not None:
        remedy = "choose another rule, or a method with a teacher"
        has_teacher = settings.teachers is not None
        check_rule(settings.annotation, has_teacher=has_teacher, remedy=remedy)


def of_run(
    settings: TaggerSettings, corpus: Corpus, tagger: NeuralTagger, answers: TeacherAnswers | None
) -> ToAnnotate | None:
    """The sentences of a training run; None without unlabelled ones."""
    if not corpus.unlabelled:
        return None
    known = [*corpus.train, *(corpus.dev or ()), *(corpus.test or ())]
    rows = answers.unlabelled if answers is not None else []
    return to_annotate(
        settings.annotation or AnnotationSettings(),
        tagger,
        corpus.unlabelled,
        known,
        settings.run.seed,
        lambda places: [rows[place] for place in places],
    )


def to_annotate(
    settings: AnnotationSettings,
    tagger: NeuralTagger,
    pool: Sequence[Sentence],
    known: Iterable[Sentence],
    seed: int,
    teacher: AskTeacher | None = None,
) -> ToAnnotate:
    """The unlabelled sentences whose labels would teach the tagger most.

    Args:
        settings: the rule and the budget.
        tagger: trained.
        pool: unlabelled sentences.
        known: sentences that are labelled already, and aren't offered.
        seed: decides which part of a large pool is looked at.
        teacher: gives its logits (words, labels) of the sentences at these places of the pool;
            asked only by rules that need it.
    """
    rule = RULES[settings.annotate_by]
    places = candidates(pool, known, seed)
    sentences = [pool[place] for place in places]
    predictions, probabilities = with_probabilities(tagger, sentences)
    taught: Sequence[NDArray[np.float64] | None] = [None] * len(places)
    if rule.needs_teacher:
        assert teacher is not None, "checked beforehand"
        taught = [rows.astype(np.float64) for rows in teacher(places)]
    said = [
        Said(np.array(prediction.scores), rows.astype(np.float64), of_teacher)
        for prediction, rows, of_teacher in zip(predictions, probabilities, taught, strict=True)
    ]
    return worth_most(
        tagger,
        sentences,
        predictions,
        said,
        len(pool),
        settings.annotate_by,
        budget_of(settings),
        is_diverse=settings.annotate_diverse,
    )


def budget_of(settings: AnnotationSettings) -> Budget:
    """How much is chosen; without any limit `MAXIMUM` sentences."""
    sentences, words = settings.annotate_sentences, settings.annotate_words
    return Budget(MAXIMUM if sentences is None and words is None else sentences, words)
