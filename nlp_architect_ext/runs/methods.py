"""The methods that come with the library: supervised, distilled, cross-view, and both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

import numpy as np
import torch

from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runs.method import Method, Vectors, stream
from nlp_architect_ext.runs.new_tagger import RANDOM
from nlp_architect_ext.settings.cross_view import (
    CrossViewSettings,
    TaggerCvtSettings,
    TaggerKdCvtSettings,
)
from nlp_architect_ext.settings.recipes import CVT_STUDENTS
from nlp_architect_ext.settings.training import (
    TaggerKdPseudoSettings,
    TaggerKdSettings,
    TaggerSettings,
)
from nlp_architect_ext.students.base import viewable
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.cross_view import CrossView, CrossViewHeads, DistilledCrossView
from nlp_architect_ext.training.objectives import Distillation, Objective, Supervised

VIEW_RAMP = 0.33  # share of training

Taught = TypeVar("Taught", bound=TaggerKdSettings)
Mixed = TypeVar("Mixed", bound=TaggerKdPseudoSettings)


class SupervisedMethod(Method[TaggerSettings]):
    """Gold labels alone."""

    settings = TaggerSettings

    def objective(self, settings: TaggerSettings, tagger: NeuralTagger) -> Objective:
        """See `Method.objective`."""
        return _supervised(settings, tagger)


class DistillationMethod(Method[Taught]):
    """Gold labels and the teacher's soft labels, on labelled sentences."""

    settings: ClassVar[type[TaggerSettings]] = TaggerKdSettings

    def objective(self, settings: Taught, tagger: NeuralTagger) -> Objective:
        """See `Method.objective`."""
        return _distillation(settings, tagger)


class PseudoLabelMethod(DistillationMethod[Mixed]):
    """Gold labels, pseudo-labels and soft labels, on labelled and unlabelled sentences.

    Source: Izsak, Guskin, Wasserblat (2019), "Training Compact Models for Low Resource Entity
    Tagging using Pre-trained Language Models".
    """

    settings = TaggerKdPseudoSettings

    def stream(
        self,
        settings: Mixed,
        labelled: Sequence[EncodedSentence],
        unlabelled: Sequence[EncodedSentence],
    ) -> BatchStream:
        """Labelled and unlabelled sentences in the ratio of the settings, in every batch."""
        return stream(settings, labelled, unlabelled, settings.mixing.labeled_ratio or None)


class CrossViewMethod(Method[TaggerCvtSettings]):
    """Cross-View Training: the student teaches its own views on unlabelled sentences.

    Source: Clark, Luong, Manning, Le (2018), "Semi-Supervised Sequence Modeling with Cross-View
    Training".
    """

    settings = TaggerCvtSettings
    students = {"paper": CVT_STUDENTS}  # noqa: RUF012 (read only, as the base class says)

    def objective(self, settings: TaggerCvtSettings, tagger: NeuralTagger) -> Objective:
        """See `Method.objective`."""
        return CrossView(
            _supervised(settings, tagger),
            _heads(settings, settings.views, tagger),
            settings.views.view_w,
            settings.self_teaching.unlabeled_dropout,
            _ramp(settings),
        )

    def stream(
        self,
        settings: TaggerCvtSettings,
        labelled: Sequence[EncodedSentence],
        unlabelled: Sequence[EncodedSentence],
    ) -> BatchStream:
        """A batch of labelled sentences and one of unlabelled ones in turn."""
        return stream(settings, labelled, unlabelled, alternating=True)

    def first_vectors(
        self, settings: TaggerCvtSettings, corpus: Corpus, vocabulary: Vocabulary, width: int
    ) -> Vectors:
        """Zeros for words of raw text alone: they say nothing until views have learnt from them."""
        if not settings.self_teaching.empty_raw_words:
            return {}
        labelled = {word.lower() for sentence in corpus.train for word in sentence.words}
        nothing = np.zeros(width, np.float32)
        return {word: nothing for word in vocabulary.words if word not in labelled}


class DistilledCrossViewMethod(PseudoLabelMethod[TaggerKdCvtSettings]):
    """Distillation, and views that learn from teacher and student at once."""

    settings = TaggerKdCvtSettings

    def objective(self, settings: TaggerKdCvtSettings, tagger: NeuralTagger) -> Objective:
        """See `Method.objective`."""
        return DistilledCrossView(
            _distillation(settings, tagger),
            _heads(settings, settings.views, tagger),
            settings.views.view_w,
            settings.taught_views.view_teacher_w,
        )


def _supervised(settings: TaggerSettings, tagger: NeuralTagger) -> Supervised:
    _check_smoothing(settings, tagger)
    return Supervised(tagger.decoder, settings.schedule.label_smoothing)


def _distillation(settings: TaggerKdSettings, tagger: NeuralTagger) -> Distillation:
    _check_smoothing(settings, tagger)
    weights = settings.distillation
    return Distillation(
        tagger.decoder,
        temperature=weights.kd_temp,
        task_weight=weights.kd_student_w,
        distillation_weight=weights.kd_dist_w,
        loss_fn=weights.kd_loss_fn,
    )


def _check_smoothing(settings: TaggerSettings, tagger: NeuralTagger) -> None:
    if settings.schedule.label_smoothing and tagger.decoder.crf is not None:
        raise UserError(
            where="label_smoothing",
            wrong="a CRF has no labels to smooth",
            expected="a softmax",
            remedy="give --no_use_crf, or use_crf=False in Python",
        )


def _ramp(settings: TaggerCvtSettings) -> float:
    """See `CrossView`: pretrained vectors know more at first than views do; random ones nothing."""
    if settings.self_teaching.view_ramp is not None:
        return settings.self_teaching.view_ramp
    words = settings.words
    is_pretrained = words.embedding_file or words.word_encoder not in (None, RANDOM)
    return VIEW_RAMP if is_pretrained else 0.0


def _heads(
    settings: TaggerSettings, views: CrossViewSettings, tagger: NeuralTagger
) -> CrossViewHeads:
    """Heads for the student's views, their weights drawn by the seed."""
    student = viewable(tagger.model["student"], settings.student.model_type)
    torch.manual_seed(settings.run.seed)
    heads = CrossViewHeads(*student.view_widths, views.view_width, len(tagger.labels))
    return heads.to(tagger.device)


SUPERVISED = SupervisedMethod()
DISTILLATION = DistillationMethod[TaggerKdSettings]()
PSEUDO_LABELS = PseudoLabelMethod[TaggerKdPseudoSettings]()
CROSS_VIEW = CrossViewMethod()
DISTILLED_CROSS_VIEW = DistilledCrossViewMethod()
