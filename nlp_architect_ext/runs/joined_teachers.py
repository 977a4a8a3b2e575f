"""The answers of a run's teachers, joined: a mean of networks, a label model of everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.sampling import random_part
from nlp_architect_ext.runs.worth_of_teachers import Worth, worth
from nlp_architect_ext.teachers.base import Teacher, says_how_sure
from nlp_architect_ext.teachers.joining import Judged, joined, label_model, taught, witnesses
from nlp_architect_ext.teachers.label_model import Seen
from nlp_architect_ext.teachers.store import Rows
from nlp_architect_ext.teachers.stored_mean import mean_answers

Answers = Mapping[str, Sequence[Sequence[Rows]]]
TRAIN, UNLABELLED, DEV, TEST = "train", "unlabelled", "dev", "test"


def splits_of(corpus: Corpus) -> dict[str, list[Sentence]]:
    """The sentences that teachers are asked of, by split; those that there are."""
    parts = {TRAIN: corpus.train, UNLABELLED: corpus.unlabelled, DEV: corpus.dev, TEST: corpus.test}
    return {split: sentences for split, sentences in parts.items() if sentences}


@dataclass(frozen=True)
class Joined:
    """What all teachers together say.

    Args:
        answers: of each sentence (words, labels), by split.
        taught: what of it a student learns, for the splits that it reads.
        worth: of each teacher, if they were joined by a model.
    """

    answers: Mapping[str, list[Rows]]
    taught: Mapping[str, list[Rows]]
    worth: tuple[Worth, ...] = ()


def join(answers: Answers, teachers: Sequence[Teacher], corpus: Corpus) -> Joined:
    """What all teachers together say of each sentence.

    Args:
        answers: by split, of each teacher, of each sentence.
        teachers: in this order.
        corpus: whose sentences they are.
    """
    read = [split for split in (TRAIN, UNLABELLED) if split in answers]
    given = witnesses(answers, [says_how_sure(teacher) for teacher in teachers], read)
    if not given.need_a_model:
        means = {split: mean_answers(of_each) for split, of_each in answers.items()}
        return Joined(means, means)
    splits = splits_of(corpus)
    seen = {split: given.seen(split, sentences) for split, sentences in splits.items()}
    labelled = Judged(corpus.train, seen.get(TRAIN, []))
    held_out = _held_out(corpus, seen.get(DEV, []))
    training = [one for split in read for one in seen[split]]
    model = label_model(given, corpus.labels, training, labelled, held_out)
    found = {split: joined(model, of_split) for split, of_split in seen.items()}
    learnt = {
        split: taught(model, seen[split], found[split], is_counted=bool(corpus.train))
        for split in read
    }
    together = [rows for split in read for rows in found[split]]
    on_dev = Judged(corpus.dev or (), seen.get(DEV, ()))
    of_witnesses = worth(model, training, together, on_dev, corpus.labels)
    pairs = zip(given.members, of_witnesses, strict=True)
    by_teacher = {member: one for members, one in pairs for member in members}
    return Joined(
        found,
        learnt,
        tuple(by_teacher[index] for index in range(len(teachers))),
    )


def _held_out(corpus: Corpus, seen: Sequence[Seen]) -> Judged:
    """No more dev sentences than there are labelled ones: dev isn't a second training set."""
    chosen, _ = random_part(range(len(seen)), len(corpus.train), seed=0)
    dev = corpus.dev or []
    return Judged([dev[index] for index in chosen], [seen[index] for index in chosen])
