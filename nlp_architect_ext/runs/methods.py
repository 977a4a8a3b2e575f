"""What each command minimises, and on which stream of batches."""

from __future__ import annotations

import torch

from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.runs.new_tagger import RANDOM
from nlp_architect_ext.settings.cross_view import TaggerCvtSettings, TaggerKdCvtSettings
from nlp_architect_ext.settings.groups import MixingSettings
from nlp_architect_ext.settings.training import TaggerKdSettings, TaggerSettings
from nlp_architect_ext.students.base import Viewable
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.cross_view import CrossView, CrossViewHeads, DistilledCrossView
from nlp_architect_ext.training.objectives import Distillation, Objective, Supervised

VIEW_RAMP = 0.33  # share of training


def new_stream(
    settings: TaggerSettings, labelled: list[EncodedSentence], unlabelled: list[EncodedSentence]
) -> BatchStream:
    """The batches that the settings ask for."""
    ratio = settings.labeled_ratio if isinstance(settings, MixingSettings) else 0.0
    return BatchStream(
        labelled,
        unlabelled,
        settings.batch_size,
        ratio or None,
        settings.seed,
        settings.min_epoch_steps,
        settings.max_epoch_steps,
        alternating=isinstance(settings, TaggerCvtSettings),
    )


def new_objective(settings: TaggerSettings, tagger: NeuralTagger) -> Objective:
    """What the settings want minimised.

    Raises:
        UserError: the student or its decoder can't be trained so.
    """
    decoder = tagger.decoder
    if settings.label_smoothing and decoder.crf is not None:
        raise UserError(
            where="--label_smoothing",
            wrong="a CRF has no labels to smooth",
            expected="a softmax",
            remedy="give --no_use_crf",
        )
    supervised = Supervised(decoder, settings.label_smoothing)
    if isinstance(settings, TaggerCvtSettings):
        heads, ramp = _heads(settings, tagger), _view_ramp(settings)
        return CrossView(supervised, heads, settings.view_w, settings.unlabelled_dropout, ramp)
    if not isinstance(settings, TaggerKdSettings):
        return supervised
    distillation = Distillation(
        decoder,
        temperature=settings.kd_temp,
        task_weight=settings.kd_student_w,
        distillation_weight=settings.kd_dist_w,
        loss_fn=settings.kd_loss_fn,
    )
    if isinstance(settings, TaggerKdCvtSettings):
        heads = _heads(settings, tagger)
        return DistilledCrossView(distillation, heads, settings.view_w, settings.view_teacher_w)
    return distillation


def _view_ramp(settings: TaggerCvtSettings) -> float:
    """See `CrossView`: pretrained vectors know more at first than views do; random ones learn from
    views at once.
    """
    if settings.view_ramp is not None:
        return settings.view_ramp
    is_pretrained = settings.embedding_file or settings.word_encoder not in (None, RANDOM)
    return VIEW_RAMP if is_pretrained else 0.0


def _heads(
    settings: TaggerCvtSettings | TaggerKdCvtSettings, tagger: NeuralTagger
) -> CrossViewHeads:
    """Heads for the student's views, their weights drawn by the seed."""
    student = tagger.model["student"]
    if not isinstance(student, Viewable):
        needs = [name for name in ("views", "view_widths") if not hasattr(student, name)]
        raise UserError(
            where=f"student {settings.model_type!r}",
            wrong=f"has no {', '.join(needs)}",
            expected="what students.base.Viewable describes",
            remedy="add it, or take another student",
        )
    torch.manual_seed(settings.seed)
    return CrossViewHeads(*student.view_widths, settings.view_width, len(tagger.labels)).to(
        tagger.device
    )
