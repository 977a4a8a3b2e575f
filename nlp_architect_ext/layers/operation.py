"""What an operation over the words of a sentence is, and what several of them need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp_architect_ext.layers.bilstm import mirrored_rows
from nlp_architect_ext.layers.network_file import NetworkFile
from nlp_architect_ext.layers.onnx_words import OnnxWords

Parts = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Places:
    """Which places of a padded batch are words.

    Args:
        mask: True at real words (batch, words).
        mirror: see `layers.bilstm.mirrored_rows`.
    """

    mask: Tensor
    mirror: Tensor

    @classmethod
    def of(cls, mask: Tensor, lengths: Tensor) -> Places:
        """From the mask (batch, words) and the sentences' lengths (batch,)."""
        return cls(mask, mirrored_rows(lengths.to(mask.device), mask.shape[1]))


class Operation(Protocol):
    """A module from features (batch, words, width) to features of the same shape.

    Attributes:
        parts: by parameter, of how many parts of equal size each of its axes consists, where that
            isn't one: each part grows with the width.
    """

    parts: Parts

    def __call__(self, features: Tensor, places: Places) -> Tensor:
        """Features of any value come in beyond a sentence's length, and go out."""
        ...

    def write_onnx(self, words: OnnxWords, features: str) -> str:
        """Add the operators, from and to features (batch, words, width)."""
        ...

    def write_network(self, network: NetworkFile, name: str) -> None:
        """Write down the weights below this name."""
        ...


def neighbours(features: Tensor, places: Places, taps: int) -> Tensor:
    """Of each word the features of its neighbours, left to right (batch, words, taps, width).

    Beyond the sentence they are 0.
    """
    reach = taps // 2
    words = features.shape[1]
    padded = functional.pad(features * places.mask.unsqueeze(2), (0, 0, reach, reach))
    return torch.stack([padded[:, start : start + words] for start in range(taps)], dim=2)


def write_dense(network: NetworkFile, name: str, layer: nn.Linear) -> None:
    """Write down a dense layer that is large enough to be rounded."""
    network.large(name, layer.weight)
    network.small(f"{name}.bias", layer.bias)
