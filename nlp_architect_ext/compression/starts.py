"""Where a smaller encoder starts from: random weights, or what it can have of the teacher's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import BertModel, MobileBertModel, PreTrainedConfig, PreTrainedModel

from nlp_architect_ext.compression.architectures import (
    BERT_LAYOUT,
    Shape,
    check,
    first_position,
    has_bert_layout,
    student_config,
)
from nlp_architect_ext.compression.extraction import (
    best_units,
    copy_embeddings,
    drawn_units,
    extract,
    final_norm,
    new_model,
)
from nlp_architect_ext.compression.importance import importance
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.names import nearest

RANDOM, EMBEDDINGS, ETD_RAND, ETD_IMPT = "random", "embeddings", "etd-rand", "etd-impt"
STARTS = (RANDOM, EMBEDDINGS, ETD_RAND, ETD_IMPT)
PIECES = (ETD_RAND, ETD_IMPT)  # of the teacher
Batch = Mapping[str, Tensor]


def check_start(name: str, shape: Shape, teacher: PreTrainedConfig) -> None:
    """Whether a student of this shape can start so; to be asked before any work is done.

    Raises:
        UserError: the name is unknown, the shape doesn't fit the teacher (see `check`), or nothing
            can be cut out of a teacher of this type.
    """
    if name not in STARTS:
        raise UserError(
            where="start",
            wrong=f"{name!r} is unknown",
            expected=f"one of: {', '.join(STARTS)}",
            remedy=nearest(name, STARTS) or "correct the name",
        )
    check(shape, teacher)
    if shape.architecture == "mobilebert" and name in PIECES:
        raise UserError(
            where=f"start {name!r}",
            wrong="no teacher has the layers of the mobilebert architecture to extract",
            expected=f"one of: {RANDOM}, {EMBEDDINGS}",
            remedy=f"take {EMBEDDINGS!r}, or the bert architecture",
        )
    if shape.architecture == "bert" and name != RANDOM and not has_bert_layout(teacher):
        raise UserError(
            where=f"start {name!r}",
            wrong=f"the teacher is of type {teacher.model_type!r}",
            expected=f"one with BERT's layout: {', '.join(BERT_LAYOUT)}",
            remedy=f"take {RANDOM!r}, which works with every teacher, or another teacher",
        )


def start(
    name: str,
    teacher: PreTrainedModel,
    shape: Shape,
    *,
    seed: int,
    sample: Sequence[Batch] = (),
    mask_id: int | None = None,
) -> PreTrainedModel:
    """A bare encoder of this shape with the weights it starts from, without a pooler.

    `random`: as transformers initialises. `embeddings`: word, position and segment vectors are the
    teacher's (fewer dimensions: drawn; mobilebert: word vectors by singular value decomposition),
    layers random. `etd-rand`, `etd-impt`: a piece of the teacher, its units drawn or the most
    important ones. Where the student is as wide as the teacher, the last normalisation has the
    teacher's scale in every case: otherwise training spends its steps on the scale.

    Args:
        name: one of `STARTS`.
        teacher: a bare encoder.
        shape: the student's sizes.
        seed: decides random weights, drawn units and what is masked for importance.
        sample: batches of raw text, `input_ids` and `attention_mask` (batch, pieces): for
            `etd-impt`; and for the scale of a teacher that hasn't BERT's layout.
        mask_id: see `importance`; for `etd-impt`.

    Raises:
        UserError: see `check_start`.
    """
    check_start(name, shape, teacher.config)
    config = student_config(shape, teacher.config)
    if name == ETD_RAND:
        return extract(teacher, config, drawn_units(config, teacher.config, seed))
    if name == ETD_IMPT:
        assert sample, "importance needs a sample of text"
        assert mask_id is not None, "importance needs the piece that masks"
        scores = importance(teacher, sample, mask_id, seed)
        return extract(teacher, config, best_units(config, scores))
    student = new_model(_class_of(config, teacher), config, seed)
    if name == EMBEDDINGS and shape.architecture == "mobilebert":
        _factorised_embeddings(teacher, student)
    elif name == EMBEDDINGS:
        drawn = drawn_units(config, teacher.config, seed)
        copy_embeddings(teacher, student, drawn.hidden)
    _meet_scale(teacher, student, sample)
    return student


def _class_of(config: PreTrainedConfig, teacher: PreTrainedModel) -> type[PreTrainedModel]:
    if config.model_type == "mobilebert":
        return MobileBertModel
    return type(teacher) if has_bert_layout(teacher.config) else BertModel


@torch.no_grad()
def _factorised_embeddings(teacher: PreTrainedModel, student: PreTrainedModel) -> None:
    """MobileBERT's embeddings as near to the teacher's as its width of word vectors allows.

    The teacher's word vectors (pieces, width) are nearly a product of narrower ones (pieces,
    embedding size) and a matrix. Where widths agree, that matrix is the middle of the three
    neighbours' transformation, whose outer parts start at 0, and the rest is the teacher's.
    """
    given: Any = teacher.get_input_embeddings()
    words: Tensor = given.weight.float()
    # The right singular vectors (width, width), most important first, of a small square matrix.
    _, axes = torch.linalg.eigh(words.T.double() @ words.double())
    size = student.config.embedding_size
    kept = axes.flip(1)[:, :size].float()
    target: Any = student.embeddings
    target.word_embeddings.weight[:, : kept.shape[1]].copy_(words @ kept)
    # Padding is a neighbour of the last piece: only zeros say the same as the end of the text.
    target.word_embeddings.weight[student.config.pad_token_id].zero_()
    if not has_bert_layout(teacher.config) or words.shape[1] != student.config.hidden_size:
        return
    target.embedding_transformation.weight.zero_()
    target.embedding_transformation.weight[:, size : 2 * size].copy_(kept)
    target.embedding_transformation.bias.zero_()
    source: Any = teacher.embeddings
    begin, count = first_position(teacher.config), target.position_embeddings.num_embeddings
    target.position_embeddings.weight.copy_(
        source.position_embeddings.weight[begin : begin + count]
    )
    target.token_type_embeddings.weight.copy_(source.token_type_embeddings.weight)
    if student.config.normalization_type == "layer_norm":
        target.LayerNorm.load_state_dict(source.LayerNorm.state_dict())


@torch.no_grad()
def _meet_scale(
    teacher: PreTrainedModel, student: PreTrainedModel, sample: Sequence[Batch]
) -> None:
    """Give the student's last normalisation the teacher's deviations and means, by dimension."""
    if student.config.hidden_size != teacher.config.hidden_size:
        return  # a product from width to width is trained along, and meets the scale
    norm = final_norm(student)
    if has_bert_layout(teacher.config):
        norm.load_state_dict(final_norm(teacher).state_dict())
    elif sample:
        states = torch.cat([_states(teacher, batch) for batch in sample])
        norm.load_state_dict({"weight": states.std(dim=0), "bias": states.mean(dim=0)})


def _states(teacher: PreTrainedModel, batch: Batch) -> Tensor:
    """The last states of all real pieces, (pieces, hidden)."""
    ids, mask = (batch[name].to(teacher.device) for name in ("input_ids", "attention_mask"))
    states: Tensor = teacher(input_ids=ids, attention_mask=mask).last_hidden_state[mask.bool()]
    return states.float().cpu()
