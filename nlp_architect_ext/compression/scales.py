"""New layers that begin at the scale of those that teach them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from nlp_architect_ext.compression.attention import layers_of
from nlp_architect_ext.compression.state_store import StateStore
from nlp_architect_ext.encoders.alignment import PieceWindow


@torch.no_grad()
def meet_scales(
    student: nn.Module, mapping: Sequence[int], store: StateStore, windows: Sequence[PieceWindow]
) -> None:
    """Give the last normalisation of each taught layer the teacher's deviations and means.

    A layer of random weights would otherwise spend its first steps on the scale of each dimension.
    Only for equal widths: else a projection meets the scale.

    Args:
        student: a bare encoder with new layers.
        mapping: see `layer_mapping`.
        store: with the states of the mapped layers.
        windows: of which scales are measured.
    """
    for layer, origin in zip(layers_of(student), mapping, strict=True):
        if not origin:
            continue
        rows = np.concatenate([store.states(window, origin) for window in windows])
        norm = _last_norm(layer)
        norm.weight.copy_(torch.from_numpy(rows.std(axis=0, dtype=np.float64)))
        norm.bias.copy_(torch.from_numpy(rows.mean(axis=0, dtype=np.float64)))


def _last_norm(layer: Any) -> nn.LayerNorm:
    output = getattr(layer.output, "bottleneck", layer.output)
    norm: nn.LayerNorm = output.LayerNorm
    return norm
