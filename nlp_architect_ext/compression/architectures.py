"""What a smaller encoder is made of: its sizes, and the configuration that transformers builds."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transformers import BertConfig, MobileBertConfig, PreTrainedConfig

from nlp_architect_ext.core.errors import UserError

ARCHITECTURES = ("bert", "mobilebert")
NORMALIZATIONS = ("layer_norm", "no_norm")
# Types whose models have BERT's modules under BERT's names, so that pieces can be cut out of them.
BERT_LAYOUT = ("bert", "camembert", "roberta", "xlm-roberta")
WORD_WIDTH = 128  # of MobileBERT's word vectors, as published
MOST_POSITIONS = 512  # of a student whose teacher has another layout


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a smaller encoder.

    Args:
        architecture: one of `ARCHITECTURES`; "bert" is the teacher's own type where that has BERT's
            layout.
        layers: transformer layers, at most as many as the teacher has.
        hidden: width of the states between layers, at most the teacher's.
        bottleneck: width inside a layer, for "mobilebert" alone.
        feed_forwards: feed-forward blocks in a layer, for "mobilebert" alone.
        normalization: one of `NORMALIZATIONS`, for "mobilebert" alone.
    """

    architecture: str
    layers: int
    hidden: int
    bottleneck: int | None = None
    feed_forwards: int = 2
    normalization: str = "layer_norm"


def has_bert_layout(config: PreTrainedConfig) -> bool:
    """Whether a teacher's modules are BERT's, by structure and name."""
    return config.model_type in BERT_LAYOUT


def head_size(config: PreTrainedConfig) -> int:
    """Numbers of each attention head."""
    width = getattr(config, "true_hidden_size", config.hidden_size)
    return int(width) // int(config.num_attention_heads)


def student_config(shape: Shape, teacher: PreTrainedConfig) -> PreTrainedConfig:
    """The configuration of a student that reads what the teacher reads.

    "bert": heads of the teacher's size, and its ratio of feed-forward to hidden width.
    "mobilebert": the teacher's number of heads, feed-forward blocks of four times the bottleneck;
    for the rest as published (Sun et al. (2020), "MobileBERT", section 3).

    Raises:
        UserError: the sizes don't fit together, or don't fit the teacher.
    """
    check(shape, teacher)
    return _bert(shape, teacher) if shape.architecture == "bert" else _mobilebert(shape, teacher)


def check(shape: Shape, teacher: PreTrainedConfig) -> None:
    """Whether a student of these sizes can be built for the teacher.

    Raises:
        UserError: it names what would do.
    """
    _one_of("architecture", shape.architecture, ARCHITECTURES)
    _up_to("layers", shape.layers, teacher.num_hidden_layers)
    _up_to("hidden size", shape.hidden, teacher.hidden_size)
    if shape.architecture == "bert":
        _multiple("hidden size", shape.hidden, head_size(teacher), "the teacher's head size")
        return
    _one_of("normalization", shape.normalization, NORMALIZATIONS)
    _up_to("bottleneck", shape.bottleneck or 0, shape.hidden)
    _multiple("bottleneck", shape.bottleneck or 0, teacher.num_attention_heads, "the heads")
    if shape.feed_forwards < 1:
        raise _refused("feed-forward blocks", shape.feed_forwards, "at least 1", "take 2")


def _bert(shape: Shape, teacher: PreTrainedConfig) -> PreTrainedConfig:
    if has_bert_layout(teacher):
        config = copy.deepcopy(teacher)
        config.architectures = None
        config.num_labels = 2  # names of labels belong to the teacher's head
    else:
        config = BertConfig(**_reading(teacher))
    feed_forward = getattr(teacher, "intermediate_size", 4 * teacher.hidden_size)
    config.num_hidden_layers = shape.layers
    config.hidden_size = shape.hidden
    config.num_attention_heads = shape.hidden // head_size(teacher)
    config.intermediate_size = round(feed_forward * shape.hidden / teacher.hidden_size)
    return config


def _mobilebert(shape: Shape, teacher: PreTrainedConfig) -> PreTrainedConfig:
    assert shape.bottleneck is not None, "checked before"
    return MobileBertConfig(
        **_reading(teacher),
        embedding_size=min(WORD_WIDTH, shape.hidden),
        num_hidden_layers=shape.layers,
        hidden_size=shape.hidden,
        intra_bottleneck_size=shape.bottleneck,
        num_attention_heads=teacher.num_attention_heads,
        intermediate_size=4 * shape.bottleneck,
        num_feedforward_networks=shape.feed_forwards,
        normalization_type=shape.normalization,
    )


def first_position(config: PreTrainedConfig) -> int:
    """The number of a text's first position: RoBERTa and its kin count on from the padding's id."""
    is_bert = config.model_type == "bert" or not has_bert_layout(config)
    return 0 if is_bert else config.pad_token_id + 1


def _reading(teacher: PreTrainedConfig) -> dict[str, Any]:
    """What makes another type read the teacher's pieces."""
    positions = int(getattr(teacher, "max_position_embeddings", MOST_POSITIONS))
    known = positions - first_position(teacher) if positions > 0 else MOST_POSITIONS
    return {
        "vocab_size": teacher.vocab_size,
        "pad_token_id": teacher.pad_token_id or 0,
        "max_position_embeddings": min(known, MOST_POSITIONS),
        "type_vocab_size": max(int(getattr(teacher, "type_vocab_size", 1)), 1),
    }


def parameter_count(config: PreTrainedConfig) -> int:
    """All numbers of a model of BERT's or MobileBERT's layout, without its pooler."""
    layers = int(config.num_hidden_layers)
    if config.model_type == "mobilebert":
        return _mobilebert_embeddings(config) + layers * _mobilebert_layer(config)
    width, inner = int(config.hidden_size), int(config.intermediate_size)
    rows = int(config.vocab_size + config.max_position_embeddings + config.type_vocab_size)
    embeddings = rows * width + 2 * width
    attention = 4 * (width * width + width) + 2 * width
    feed_forward = (width * inner + inner) + (inner * width + width) + 2 * width
    return embeddings + layers * (attention + feed_forward)


def _mobilebert_embeddings(config: PreTrainedConfig) -> int:
    """Word vectors, three neighbours' product to the hidden size, positions, segments, norm."""
    hidden, word = int(config.hidden_size), int(config.embedding_size)
    rows = int(config.max_position_embeddings + config.type_vocab_size)
    words = int(config.vocab_size) * word
    return words + (3 * word * hidden + hidden) + rows * hidden + 2 * hidden


def _mobilebert_layer(config: PreTrainedConfig) -> int:
    """Two ways in (values and residual; queries and keys), attention, feed-forward, one way out."""
    hidden, inner = int(config.hidden_size), int(config.intra_bottleneck_size)
    feed_forward = int(config.intermediate_size)
    ways_in = 2 * (hidden * inner + 3 * inner)
    query_and_key = 2 * (inner * inner + inner)
    value = hidden * inner + inner
    output = inner * inner + 3 * inner
    blocks = 2 * inner * feed_forward + feed_forward + 3 * inner
    way_out = inner * hidden + 3 * hidden
    attention = ways_in + query_and_key + value + output
    return attention + int(config.num_feedforward_networks) * blocks + way_out


def _one_of(noun: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise UserError(
            where=noun,
            wrong=f"{name!r} is unknown",
            expected=f"one of: {', '.join(known)}",
            remedy="correct the name",
        )


def _up_to(noun: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise _refused(noun, value, f"1 to {most}", f"take {min(max(value, 1), most)}")


def _multiple(noun: str, value: int, unit: int, name: str) -> None:
    if value % unit or value < unit:
        below = value // unit * unit
        remedy = f"take {below} or {below + unit}" if below else f"take {unit}"
        raise _refused(noun, value, f"a multiple of {unit} ({name})", remedy)


def _refused(noun: str, value: int, expected: str, remedy: str) -> UserError:
    return UserError(where=noun, wrong=str(value), expected=expected, remedy=remedy)
