"""What the checks share: sentences, a student trained for a moment, how to compare."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.data.vocabulary import UNKNOWN
from nlp_architect_ext.training.losses import cross_entropy

# The sizes of the student that is checked.
WORD_COUNT = 50
CHARACTER_COUNT = 40
LABEL_COUNT = 5

SENTENCE_LENGTHS = (1, 7, 2, 12, 5, 1)  # words
LONGEST_WORD = 30  # characters
TOLERANCE = 1e-5
TRAINING_STEPS = 5

Make = Callable[[], nn.Module]


def random_sentences() -> list[EncodedSentence]:
    """Sentences of one word and more, words of one character and many, known and unknown words."""
    random = np.random.default_rng(0)
    sentences = []
    for length in SENTENCE_LENGTHS:
        counts = random.integers(1, 9, length)
        counts[0] = LONGEST_WORD if length == max(SENTENCE_LENGTHS) else counts[0]
        counts[-1] = 1
        words = random.integers(2, WORD_COUNT, length)
        words[::3] = UNKNOWN  # with other characters and other parts every time
        part_counts = np.where(words == UNKNOWN, random.integers(1, 4, length), 0)
        sentences.append(
            EncodedSentence(
                words=words,
                characters=random.integers(1, CHARACTER_COUNT, int(counts.sum())),
                character_counts=counts,
                parts=random.integers(2, WORD_COUNT, int(part_counts.sum())),
                part_counts=part_counts,
                labels=random.integers(0, LABEL_COUNT, length),
            )
        )
    return sentences


def train_briefly(student: nn.Module, sentences: list[EncodedSentence]) -> nn.Module:
    """The student after a few steps; it's left in training mode."""
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _ in range(TRAINING_STEPS):
        optimizer.zero_grad()
        torch.autograd.backward(loss(student, sentences))
        optimizer.step()
    return student


def loss(student: nn.Module, sentences: list[EncodedSentence]) -> Tensor:
    """The cross entropy of the sentences as one batch, in training mode; a scalar."""
    batch = collate(sentences)
    return cross_entropy(student.train()(batch), batch.labels, batch.mask)


def emissions_of(student: nn.Module, batch: Batch) -> Tensor:
    """Emissions (batch, words, labels) without a graph."""
    with torch.no_grad():
        emissions: Tensor = student(batch)
    return emissions


def require(condition: bool, message: str) -> None:
    """Raise an AssertionError with this message unless the condition holds."""
    if not condition:
        raise AssertionError(message)


def require_close(actual: Tensor, expected: Tensor, when: str) -> None:
    """Require that emissions are the same but for rounding."""
    difference = float((actual - expected).abs().max())
    require(
        difference <= TOLERANCE,
        f"emissions change by {difference:.2g} (at most {TOLERANCE} is allowed) {when}",
    )
