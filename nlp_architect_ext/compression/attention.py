"""The inside of an encoder's layers: queries, keys and values, from the states that go in."""

from __future__ import annotations

from typing import Any, NamedTuple

import transformers
from torch import Tensor, nn

from nlp_architect_ext.core.errors import UserError


class Products(NamedTuple):
    """What attention is made of, all heads side by side: each (batch, pieces, width)."""

    query: Tensor
    key: Tensor
    value: Tensor


def layers_of(encoder: nn.Module) -> nn.ModuleList:
    """The layers of an encoder that is built as BERT is.

    Raises:
        UserError: it's built in another way.
    """
    layers = getattr(getattr(encoder, "encoder", None), "layer", None)
    first = layers[0] if isinstance(layers, nn.ModuleList) and len(layers) else None
    inner = getattr(getattr(first, "attention", None), "self", None)
    if not all(hasattr(inner, name) for name in ("query", "key", "value")):
        assert isinstance(encoder, transformers.PreTrainedModel)
        raise UserError(
            where=f"architecture {encoder.config.model_type}",
            wrong="its layers aren't built as BERT's are",
            expected="an encoder such as BERT, RoBERTa, XLM-RoBERTa, ELECTRA or MobileBERT",
            remedy="choose another encoder, or only the lessons hidden and embedding",
        )
    assert isinstance(layers, nn.ModuleList)
    return layers


def products(layer: Any, states: Tensor) -> Products:
    """A layer's queries, keys and values.

    Args:
        layer: one of `layers_of`.
        states: what goes into it (batch, pieces, width).
    """
    for_query = for_key = for_value = states
    if hasattr(layer, "bottleneck"):  # of MobileBERT
        for_query, for_key, for_value, _ = layer.bottleneck(states)
    own = layer.attention.self
    return Products(own.query(for_query), own.key(for_key), own.value(for_value))
