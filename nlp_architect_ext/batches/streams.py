"""Which sentences meet in which batch.

Seed and epoch alone decide it, so that any run can resume anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import EncodedSentence

# batches whose sentences are sorted by length together: little padding, still random
POOL_BATCHES = 20

Indices = NDArray[np.int64]


class BatchStream:
    """Random batches of labelled sentences, or of labelled and unlabelled ones together.

    Args:
        labelled: sentences with gold labels.
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
        self.in_turn = 2 if alternating and unlabelled else 1  # batches that belong together
        if alternating and unlabelled:
            self.labelled_a_batch = batch_size
        elif labeled_ratio is not None and unlabelled and batch_size > 1:
            self.labelled_a_batch = min(max(1, round(labeled_ratio * batch_size)), batch_size - 1)
        steps = len(self._pass(0, 0))
        self.passes = -(-minimum_steps // steps)
        self.parts = -(-steps // max(maximum_steps, minimum_steps)) if maximum_steps else 1
        turns = -(-steps // self.in_turn // self.parts)
        # some epochs may have one turn less
        self.steps_an_epoch = turns * self.in_turn * self.passes

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, from step `skip` on; the same ones whenever it's asked."""
        for indices in self._plan(number)[skip:]:
            yield collate([self.sentences[index] for index in indices])

    @property
    def words_a_step(self) -> float:
        """Words of a batch, padding included: the mean over the first epoch."""
        plan = self._plan(0)
        return sum(
            len(batch) * max(len(self.sentences[index]) for index in batch) for batch in plan
        ) / len(plan)

    def _plan(self, number: int) -> list[Indices]:
        if self.parts > 1:
            batches = self._pass(number // self.parts, 0)
            turns = range(number % self.parts, len(batches) // self.in_turn, self.parts)
            return [
                batch
                for turn in turns
                for batch in batches[turn * self.in_turn : (turn + 1) * self.in_turn]
            ]
        return [
            batch for repetition in range(self.passes) for batch in self._pass(number, repetition)
        ]

    def _pass(self, epoch: int, repetition: int) -> list[Indices]:
        random = np.random.default_rng([self.seed, epoch, repetition])
        everything = np.arange(len(self.sentences))
        if self.labelled_a_batch is None:
            return self._cut(random.permutation(everything), self.batch_size, random)
        unlabelled = random.permutation(everything[self.labelled_count :])
        others = self.batch_size if self.in_turn > 1 else self.batch_size - self.labelled_a_batch
        steps = -(-len(unlabelled) // others)
        labelled = self._drawn(steps * self.labelled_a_batch, random)
        if self.in_turn > 1:
            cut = (
                self._cut(labelled, self.batch_size, random),
                self._cut(unlabelled, others, random),
            )
            return [batch for turn in zip(*cut, strict=True) for batch in turn]
        # Both halves are cut without shuffling and joined step by step: short meets short, long
        # meets long.
        halves = zip(
            self._cut(labelled, self.labelled_a_batch),
            self._cut(unlabelled, others),
            strict=True,
        )
        batches = [np.concatenate(pair) for pair in halves]
        return [batches[index] for index in random.permutation(len(batches))]

    def _drawn(self, count: int, random: np.random.Generator) -> Indices:
        """`count` labelled sentences: whole random passes over them, the last one cut."""
        passes = [
            random.permutation(self.labelled_count) for _ in range(-(-count // self.labelled_count))
        ]
        return np.concatenate(passes)[:count]

    def _cut(
        self, indices: Indices, size: int, random: np.random.Generator | None = None
    ) -> list[Indices]:
        """Batches of `size`, of similar length in pools; in random order if `random` is given."""
        lengths = np.array([len(self.sentences[index]) for index in indices])
        batches: list[Indices] = []
        for start in range(0, len(indices), size * POOL_BATCHES):
            pool = slice(start, start + size * POOL_BATCHES)
            by_length = indices[pool][np.argsort(lengths[pool], kind="stable")]
            batches.extend(
                by_length[begin : begin + size] for begin in range(0, len(by_length), size)
            )
        return (
            batches
            if random is None
            else [batches[index] for index in random.permutation(len(batches))]
        )
