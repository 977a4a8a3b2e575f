"""What a student says of a batch, before any decoding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Emitted:
    """What the student says of a batch.

    Args:
        indices: of its sentences.
        emissions: scores (batch, words, labels), of any value beyond the lengths.
        lengths: words of each sentence (batch,).
    """

    indices: list[int]
    emissions: Tensor
    lengths: Tensor

    def rows(self) -> list[NDArray[np.float32]]:
        """The scores of each sentence (words, labels)."""
        scores = self.emissions.cpu().numpy()
        return [row[:count] for row, count in zip(scores, self.lengths.tolist(), strict=True)]
