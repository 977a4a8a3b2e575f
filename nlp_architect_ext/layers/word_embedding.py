"""How students see words: by their ids, and by their parts where a word is unknown."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.data.vocabulary import PADDING, UNKNOWN


class WordEmbedding(nn.Embedding):
    """Vectors of words (words, width); an unknown word has the mean of its parts' vectors.

    In training some words are treated as unknown, so that the student learns to live with it. At
    first vectors are small, so that rare words add little noise: uniform between ±√(3 / width).
    Padding is all zero.

    Source: Ma & Hovy (2016), "End-to-end Sequence Labeling via Bi-directional LSTM-CNNs-CRF",
    section 3.1, for the first vectors.

    Args:
        word_count: word ids, padding and the unknown word among them.
        width: numbers a vector.
        dropout: chance of each word to be unknown in training, 0 ≤ p < 1.
        frozen: whether the vectors stay as they are; that of the unknown word too.
    """

    def __init__(
        self, word_count: int, width: int, *, dropout: float = 0.0, frozen: bool = False
    ) -> None:
        if not 0 <= dropout < 1:
            raise ValueError(f"word dropout {dropout}; expected at least 0 and below 1")
        super().__init__(word_count, width, padding_idx=PADDING)
        with torch.no_grad():
            bound = (3 / width) ** 0.5
            self.weight.uniform_(-bound, bound)
            self.weight[PADDING] = 0
        self.weight.requires_grad_(not frozen)
        self.dropout = dropout

    def read(self, batch: Batch) -> Tensor:
        """The vectors of a batch's words (batch, words, width)."""
        words = batch.words
        # shape: (batch, words, width)
        vectors: Tensor = self(self._with_unknown(words))
        if batch.parts is None or batch.part_counts is None or not len(batch.part_counts):
            return vectors
        # shape: (unknown words,)
        starts = batch.part_counts.cumsum(0) - batch.part_counts
        # shape: (unknown words, width)
        composed = functional.embedding_bag(batch.parts, self.weight, starts, mode="mean")
        return vectors.masked_scatter((words == UNKNOWN).unsqueeze(2), composed)

    def _with_unknown(self, words: Tensor) -> Tensor:
        """Word ids (batch, words), in training some of them replaced by the unknown word's.

        Padding never is.
        """
        if not self.training or self.dropout == 0:
            return words
        hit = torch.rand(words.shape, device=words.device) < self.dropout
        return words.masked_fill(hit & (words != PADDING), UNKNOWN)
