"""Which sentences meet in which batch.

Seed and epoch alone decide it, so that any run can resume anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import EncodedSentence

# Batches whose sentences are sorted by length together: little padding, still random.
POOL_BATCHES = 20

Indices = NDArray[np.int64]


class BatchStream:
    """Random batches of labelled sentences, or of labelled and unlabelled ones together.

    Args:
        labelled: sentences with gold labels; may be empty if the others aren't.
        unlabelled: sentences without; may be empty.
        batch_size: sentences a batch.
        labeled_ratio: share of each batch that is labelled; an epoch then reads the unlabelled
            sentences once and the labelled ones as often as that takes. None draws both in
            proportion to their numbers, as the paper does, and an epoch reads every sentence once.
        seed: decides every draw, together with the number of the epoch.
        minimum_steps: an epoch of fewer steps is repeated until it has as many, each time in
            another order.
        maximum_steps: of a pass of more steps each epoch reads a part; None for no limit.
        alternating: every other batch is labelled, the others aren't, in place of mixed ones.
    """

    def __init__(
        self,
        labelled: Sequence[EncodedSentence],
        unlabelled: Sequence[EncodedSentence],
        batch_size: int,
        labeled_ratio: float | None,
        seed: int,
        minimum_steps: int = 1,
        maximum_steps: int | None = None,
        *,
        alternating: bool = False,
    ) -> None:
        self.sentences = [*labelled, *unlabelled]
        self.labelled_count = len(labelled)
        self.batch_size = batch_size
        self.seed = seed
        self.labelled_a_batch: int | None = None
        has_both = bool(labelled) and bool(unlabelled)
        self.in_turn = 2 if alternating and has_both else 1  # batches that belong together
        if alternating and has_both:
            self.labelled_a_batch = batch_size
        elif labeled_ratio is not None and has_both and batch_size > 1:
            self.labelled_a_batch = min(max(1, round(labeled_ratio * batch_size)), batch_size - 1)
        steps = len(self._pass(0, 0))
        self.passes = math.ceil(minimum_steps / steps)
        self.parts = math.ceil(steps / max(maximum_steps, minimum_steps)) if maximum_steps else 1
        turns = math.ceil(steps / (self.in_turn * self.parts))
        # With several parts some epochs have one turn less.
        self.steps_an_epoch = turns * self.in_turn * self.passes

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, from step `skip` on; the same ones whenever it's asked."""
        for indices in self.plan(number)[skip:]:
            yield collate([self.sentences[index] for index in indices])

    @property
    def words_a_step(self) -> float:
        """Words of a batch, padding included: the mean over the first epoch."""
        plan = self.plan(0)
        words = 0
        for batch in plan:
            longest = max(len(self.sentences[index]) for index in batch)
            words += len(batch) * longest
        return words / len(plan)

    def plan(self, number: int) -> list[Indices]:
        """Which sentences meet in each batch of an epoch, by their places in `sentences`."""
        # Several passes, one, or a part of one.
        if self.parts == 1:
            passes = [self._pass(number, repetition) for repetition in range(self.passes)]
            return list(chain.from_iterable(passes))
        whole = self._pass(number // self.parts, 0)
        turns = [
            whole[start : start + self.in_turn] for start in range(0, len(whole), self.in_turn)
        ]
        return list(chain.from_iterable(turns[number % self.parts :: self.parts]))

    def _pass(self, epoch: int, repetition: int) -> list[Indices]:
        """The sentences of each batch of a pass over the text that isn't read more than once."""
        random = np.random.default_rng([self.seed, epoch, repetition])
        everything = np.arange(len(self.sentences))
        if self.labelled_a_batch is None:
            return self._cut(random.permutation(everything), self.batch_size, random)
        is_alternating = self.in_turn > 1
        unlabelled_a_batch = self.batch_size
        if not is_alternating:
            unlabelled_a_batch -= self.labelled_a_batch
        unlabelled = random.permutation(everything[self.labelled_count :])
        steps = math.ceil(len(unlabelled) / unlabelled_a_batch)
        labelled = self._drawn(steps * self.labelled_a_batch, random)
        if is_alternating:
            with_labels = self._cut(labelled, self.labelled_a_batch, random)
            without = self._cut(unlabelled, unlabelled_a_batch, random)
            return list(chain.from_iterable(zip(with_labels, without, strict=True)))
        # Neither part is shuffled before they are joined: short meets short, long meets long.
        with_labels = self._cut(labelled, self.labelled_a_batch)
        without = self._cut(unlabelled, unlabelled_a_batch)
        batches = [np.concatenate(pair) for pair in zip(with_labels, without, strict=True)]
        return _shuffled(batches, random)

    def _drawn(self, count: int, random: np.random.Generator) -> Indices:
        """`count` labelled sentences: whole random passes over them, the last one cut."""
        passes = math.ceil(count / self.labelled_count)
        drawn = [random.permutation(self.labelled_count) for _ in range(passes)]
        return np.concatenate(drawn)[:count]

    def _cut(
        self, indices: Indices, size: int, random: np.random.Generator | None = None
    ) -> list[Indices]:
        """Batches of `size`, of similar length in pools; in random order if `random` is given."""
        lengths = np.array([len(self.sentences[index]) for index in indices])
        return similar_lengths(indices, lengths, size, random)


def similar_lengths(
    indices: Indices, lengths: Indices, size: int, random: np.random.Generator | None = None
) -> list[Indices]:
    """Indices in batches of `size`, of similar length in pools of `POOL_BATCHES`.

    Args:
        indices: in random order.
        lengths: of what each index stands for.
        size: indices a batch.
        random: shuffles the batches if given.
    """
    pool_size = size * POOL_BATCHES
    batches: list[Indices] = []
    for start in range(0, len(indices), pool_size):
        pool = slice(start, start + pool_size)
        by_length = indices[pool][np.argsort(lengths[pool], kind="stable")]
        batches += [by_length[begin : begin + size] for begin in range(0, len(by_length), size)]
    return batches if random is None else _shuffled(batches, random)


def _shuffled(batches: list[Indices], random: np.random.Generator) -> list[Indices]:
    return [batches[index] for index in random.permutation(len(batches))]
