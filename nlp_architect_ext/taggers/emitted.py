"""What a student says of a batch, before any decoding."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nlp_architect_ext.layers.decoder import Decoder


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

    def log_probabilities(self, decoder: Decoder) -> Emitted:
        """Log-probabilities in place of the scores; of a CRF, its marginals."""
        with torch.inference_mode():
            found = decoder.log_probabilities(self.emissions, self.lengths, 1.0)
        return replace(self, emissions=found)

    def rows(self) -> list[NDArray[np.float32]]:
        """The scores of each sentence (words, labels)."""
        scores = self.emissions.cpu().numpy()
        return [row[:count] for row, count in zip(scores, self.lengths.tolist(), strict=True)]
