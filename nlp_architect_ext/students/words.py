"""How students see words by their ids: embeddings, and the unknown word."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlp_architect_ext.vocabulary import PADDING, UNKNOWN


def word_embedding(word_count: int, width: int) -> nn.Embedding:
    """Embeddings (words, width), small at first so that rare words add little noise; padding is all zero.

    Source: Ma & Hovy (2016), "End-to-end Sequence Labeling via Bi-directional LSTM-CNNs-CRF", section 3.1: uniform
    between ±√(3 / width).
    """
    embedding = nn.Embedding(word_count, width, padding_idx=PADDING)
    with torch.no_grad():
        bound = (3 / width) ** 0.5
        embedding.weight.uniform_(-bound, bound)
        embedding.weight[PADDING] = 0
    return embedding


class WordDropout(nn.Module):
    """In training, replaces words by the unknown word, so that its embedding is trained; never padding.

    Args:
        probability: chance of each word, 0 ≤ p < 1.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        if not 0 <= probability < 1:
            raise ValueError(f"word dropout {probability}; expected at least 0 and below 1")
        self.probability = probability

    def forward(self, words: Tensor) -> Tensor:
        """Word ids (batch, words) to word ids (batch, words)."""
        if not self.training or self.probability == 0:
            return words
        is_hit = torch.rand(words.shape, device=words.device) < self.probability
        return words.masked_fill(is_hit & (words != PADDING), UNKNOWN)
