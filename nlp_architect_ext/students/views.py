"""What a student that sees a sentence from several sides shows of each word."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Views:
    """Features of each word, of any value beyond a sentence's length.

    Args:
        rightward: of the first layer, which knows this word and those before it (batch, words,
            width).
        leftward: of the first layer, which knows this word and those after it (batch, words,
            width).
        top: of the last layer, which knows them all (batch, words, top width).
    """

    rightward: Tensor
    leftward: Tensor
    top: Tensor
