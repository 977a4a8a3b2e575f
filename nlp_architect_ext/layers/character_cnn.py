"""How students see a word by its characters."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp_architect_ext.data.vocabulary import PADDING


class CharacterCnn(nn.Module):
    """Character embeddings, a convolution over three characters, ReLU, maximum over the word.

    The same characters give the same features, so each distinct word of a batch is computed once.
    Its characters stand on one line with those of all other words, a padding character between two
    words: time and memory grow with the characters that are there, not with the longest word.
    Source: Ma & Hovy (2016), section 2.1.

    Args:
        character_count: character ids, padding among them.
        width: numbers an embedding.
        filters: features a word.
    """

    def __init__(self, character_count: int, width: int, filters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(character_count, width, padding_idx=PADDING)
        self.convolution = nn.Conv1d(width, filters, kernel_size=3, padding=1)

    def forward(self, characters: Tensor) -> Tensor:
        """Character ids (batch, words, characters) to features (batch, words, filters).

        Features are 0 at padding words.
        """
        batch, words, longest = characters.shape
        rows = characters.reshape(-1, longest)
        # shape: (distinct, characters) and (batch · words,)
        distinct, index = _distinct(rows)
        # Each word has one padding character behind it.
        # shape: (distinct,)
        lengths = (distinct != PADDING).sum(dim=1) + 1
        # shape: (distinct, characters + 1)
        on_line = torch.arange(longest + 1, device=characters.device) < lengths.unsqueeze(1)
        # shape: (line,), as long as all lengths together
        line = functional.pad(distinct, (0, 1), value=PADDING)[on_line]
        # shape: (line, filters)
        features = self.convolution(self.embedding(line).t()).relu().t()
        # After ReLU a 0 can't win the maximum.
        features = features * (line != PADDING).unsqueeze(1)
        # shape: (distinct, filters)
        best = torch.segment_reduce(features, "max", lengths=lengths, axis=0)
        return best[index].view(batch, words, -1)


def _distinct(rows: Tensor) -> tuple[Tensor, Tensor]:
    """The distinct rows of integers, and which of them each row is.

    They are told apart by checksums, modulo 2⁶⁴: `torch.unique` of rows takes fifty times as long,
    and is only asked when two different rows have the same checksum.
    """
    powers = torch.full((rows.shape[1],), MULTIPLIER, device=rows.device).cumprod(0)
    # shape: (distinct,) and (rows,)
    checksums, index = torch.unique((rows * powers).sum(dim=1), return_inverse=True)
    places = torch.arange(len(rows), device=rows.device)
    # shape: (distinct,): one row of each checksum
    examples = torch.empty_like(checksums).scatter_(0, index, places)
    distinct = rows[examples]
    if not torch.equal(distinct[index], rows):
        distinct, index = torch.unique(rows, dim=0, return_inverse=True)
    return distinct, index


MULTIPLIER = 6364136223846793005  # odd, with its bits well mixed: Knuth's, of MMIX
