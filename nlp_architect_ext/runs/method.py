"""What a way to train a student is: its settings, its objective, its stream of batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.settings.recipes import PAPER_STUDENTS
from nlp_architect_ext.settings.training import TaggerSettings
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.objectives import Objective

Chosen = TypeVar("Chosen", bound=TaggerSettings)
Vectors = dict[str, NDArray[np.float32]]


class Method(ABC, Generic[Chosen]):
    """A way to train a student; `runs.train_student` knows none by name.

    Whether there are teachers and unlabelled text is what the settings say: `teachers` and
    `unlabelled` are groups of them, or None. What is trained along and thrown away afterwards is
    the `heads` of the objective.

    Attributes:
        settings: the dataclass of the command's settings, its recipes among them.
        students: by recipe and kind of student, the student's own arguments that it changes.
    """

    settings: ClassVar[type[TaggerSettings]]
    students: ClassVar[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {"paper": PAPER_STUDENTS}

    @abstractmethod
    def objective(self, settings: Chosen, tagger: NeuralTagger) -> Objective:
        """What a step minimises.

        Raises:
            UserError: the student or its decoder can't be trained so.
        """

    def stream(
        self,
        settings: Chosen,
        labelled: Sequence[EncodedSentence],
        unlabelled: Sequence[EncodedSentence],
    ) -> BatchStream:
        """The batches of an epoch: here labelled and unlabelled sentences in proportion."""
        return stream(settings, labelled, unlabelled)

    def first_vectors(
        self, settings: Chosen, corpus: Corpus, vocabulary: Vocabulary, width: int
    ) -> Vectors:
        """Vectors (width,) that words start with, before those of a file: here none."""
        return {}


def stream(
    settings: TaggerSettings,
    labelled: Sequence[EncodedSentence],
    unlabelled: Sequence[EncodedSentence],
    labeled_ratio: float | None = None,
    *,
    alternating: bool = False,
) -> BatchStream:
    """Random batches of the size and number that the settings ask for; see `BatchStream`."""
    schedule = settings.schedule
    return BatchStream(
        labelled,
        unlabelled,
        schedule.batch_size,
        labeled_ratio,
        settings.run.seed,
        schedule.min_epoch_steps,
        schedule.max_epoch_steps,
        alternating=alternating,
    )
