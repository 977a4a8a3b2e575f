"""A smaller encoder cut out of a larger one: some layers, widths, heads and neurons of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel

from nlp_architect_ext.compression.architectures import head_size
from nlp_architect_ext.compression.importance import Importance


@dataclass(frozen=True, slots=True)
class Units:
    """What is kept of an encoder, as indices into it.

    Residuals add the hidden dimensions layer after layer, so these are one set for the whole
    network; heads and neurons are sets of their own in each layer.

    Source: "Extract then Distill" (2104.11928).

    Args:
        layers: (layers,) of the student; which of the teacher's.
        hidden: (hidden,) dimensions.
        heads: for each kept layer (heads,).
        neurons: for each kept layer (neurons,) of the feed-forward block.
    """

    layers: tuple[int, ...]
    hidden: Tensor
    heads: tuple[Tensor, ...]
    neurons: tuple[Tensor, ...]


def kept_layers(student: int, teacher: int) -> tuple[int, ...]:
    """Which layers of the teacher are kept, counted from 0: evenly spread, the last one always."""
    return tuple(round((layer + 1) * teacher / student) - 1 for layer in range(student))


def drawn_units(config: PreTrainedConfig, teacher: PreTrainedConfig, seed: int) -> Units:
    """Units drawn at random, each set sorted.

    Args:
        config: the student's; it says how many of each.
        teacher: its encoder's configuration.
        seed: decides what is drawn.
    """
    random = torch.Generator().manual_seed(seed)

    def drawn(count: int, total: int) -> Tensor:
        return torch.randperm(total, generator=random)[:count].sort().values

    layers = kept_layers(config.num_hidden_layers, teacher.num_hidden_layers)
    heads = (config.num_attention_heads, teacher.num_attention_heads)
    neurons = (config.intermediate_size, teacher.intermediate_size)
    return Units(
        layers,
        drawn(config.hidden_size, teacher.hidden_size),
        tuple(drawn(*heads) for _ in layers),
        tuple(drawn(*neurons) for _ in layers),
    )


def best_units(config: PreTrainedConfig, scores: Importance) -> Units:
    """The units of the highest scores, each set sorted.

    Args:
        config: the student's; it says how many of each.
        scores: of the teacher's units.
    """
    layers = kept_layers(config.num_hidden_layers, len(scores.layers))
    return Units(
        layers,
        _highest(scores.hidden, config.hidden_size),
        tuple(_highest(scores.layers[one].heads, config.num_attention_heads) for one in layers),
        tuple(_highest(scores.layers[one].neurons, config.intermediate_size) for one in layers),
    )


def _highest(scores: Tensor, count: int) -> Tensor:
    return scores.argsort(descending=True, stable=True)[:count].sort().values


def new_model(kind: type[PreTrainedModel], config: PreTrainedConfig, seed: int) -> PreTrainedModel:
    """A model with random weights and without a pooler; torch's random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        build: Any = kind
        model: PreTrainedModel = build(config, add_pooling_layer=False)
    model.eval()
    return model


@torch.no_grad()
def extract(teacher: PreTrainedModel, config: PreTrainedConfig, units: Units) -> PreTrainedModel:
    """The student that the kept units are by themselves; nothing is rescaled.

    Args:
        teacher: a bare encoder of BERT's layout.
        config: the student's; its sizes are those of the sets.
        units: what is kept.
    """
    student = new_model(type(teacher), config, seed=0)
    copy_embeddings(teacher, student, units.hidden)
    size = head_size(teacher.config)
    source: Any = teacher.encoder
    target: Any = student.encoder
    for place, layer in enumerate(units.layers):
        columns = units.heads[place].unsqueeze(1) * size + torch.arange(size)
        _copy_layer(
            source.layer[layer],
            target.layer[place],
            units.hidden,
            columns.flatten(),
            units.neurons[place],
        )
    return student


@torch.no_grad()
def copy_embeddings(teacher: PreTrainedModel, student: PreTrainedModel, hidden: Tensor) -> None:
    """Word, position and segment vectors and their LayerNorm, in these dimensions (hidden,)."""
    source: Any = teacher.embeddings
    target: Any = student.embeddings
    for name in ("word_embeddings", "position_embeddings", "token_type_embeddings"):
        getattr(target, name).weight.copy_(getattr(source, name).weight[:, hidden])
    _copy(source.LayerNorm, target.LayerNorm, hidden)


def _copy_layer(
    source: Any, target: Any, hidden: Tensor, attention: Tensor, neurons: Tensor
) -> None:
    """One transformer layer; ``attention`` are the columns of the kept heads' contexts."""
    for name in ("query", "key", "value"):
        projection = getattr(source.attention.self, name)
        _copy(projection, getattr(target.attention.self, name), attention, hidden)
    _copy(source.attention.output.dense, target.attention.output.dense, hidden, attention)
    _copy(source.attention.output.LayerNorm, target.attention.output.LayerNorm, hidden)
    _copy(source.intermediate.dense, target.intermediate.dense, neurons, hidden)
    _copy(source.output.dense, target.output.dense, hidden, neurons)
    _copy(source.output.LayerNorm, target.output.LayerNorm, hidden)


def _copy(source: Any, target: Any, outputs: Tensor, inputs: Tensor | None = None) -> None:
    """A linear layer's or LayerNorm's kept rows, and columns where it has any."""
    rows = source.weight[outputs]
    target.weight.copy_(rows if inputs is None else rows[:, inputs])
    target.bias.copy_(source.bias[outputs])


def final_norm(model: PreTrainedModel) -> nn.Module:
    """The normalisation that gives the last state, of BERT's or MobileBERT's layout."""
    encoder: Any = model.encoder
    output = encoder.layer[-1].output
    norm: nn.Module = (
        output.bottleneck.LayerNorm if hasattr(output, "bottleneck") else output.LayerNorm
    )
    return norm
