"""Rounds: the student of one labels the raw text that the next one's teacher learns from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nlp_architect_ext.core.costs import TIMES, model_costs
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.runs.folder import EARLIER_ROUND, RunFolder
from nlp_architect_ext.runs.method import Chosen
from nlp_architect_ext.runs.result import TrainingResult
from nlp_architect_ext.runs.teacher_plan import TeacherPlan
from nlp_architect_ext.settings.teacher import RoundSettings


def check_rounds(rounds: RoundSettings | None, teachers: TeacherPlan | None) -> None:
    """Refuse rounds in which nobody would learn anything new.

    Raises:
        UserError: no teacher is fine-tuned.
    """
    if rounds is None or rounds.rounds == 1 or teachers is None:
        return
    if not any(one.needs_training for one in teachers.teachers):
        raise UserError(
            where=f"rounds {rounds.rounds}",
            wrong="no teacher learns from labels, so every round would say the same",
            expected="a transformer that is fine-tuned",
            remedy="name one as --teacher, or leave out --rounds",
        )


def told_by_student(
    train: Callable[[Chosen], TrainingResult | None],
    settings: Chosen,
    corpus: Corpus,
    run: RunFolder,
) -> list[Sentence]:
    """The raw sentences with the labels that the student of the round before gives them.

    That round is a run like any other, in a folder of this one, and goes on where it was
    interrupted.

    Args:
        train: a whole run, by its settings.
        settings: of this run.
        corpus: of this run.
        run: this one.

    Returns:
        Nothing in the first round.
    """
    rounds = settings.rounds
    if rounds is None or rounds.rounds == 1:
        return []
    before = rounds.rounds - 1
    say(f"round {before} of {rounds.rounds}")
    result = train(_before(settings, before, run))
    assert result is not None, "a dry run inside of a run"
    _note_costs(result, run)
    say(f"round {rounds.rounds}")
    labels = [one.labels for one in result.tagger.predict_labels(corpus.unlabelled)]
    pairs = zip(corpus.unlabelled, labels, strict=True)
    return [replace(sentence, labels=said) for sentence, said in pairs]


def _before(settings: Chosen, rounds: int, run: RunFolder) -> Chosen:
    """The settings of the round before: they differ in its number, and in where it's kept."""
    of_run = replace(
        settings.run,
        output_dir=str(run.path / EARLIER_ROUND),
        overwrite_output_dir=False,
        resume=True,
        report_to="none",
    )
    return replace(
        settings,
        rounds=RoundSettings(rounds=rounds),
        run=of_run,
        words=replace(settings.words, soft_labels_dir=str(run.store)),
    )


def _note_costs(result: TrainingResult, run: RunFolder) -> None:
    """What the rounds before took is a cost of this run."""
    spent = model_costs(result.metrics.costs, None)
    with run.phase("earlier round") as meter:
        meter.stop()
        meter.earlier = {kind: spent.get(kind, 0.0) for kind in TIMES}
        meter.operations = round(spent.get("operations", 0))
