"""A student in a package of its own: words and characters, one bidirectional GRU."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from nlp_architect_ext.batches.batch import Batch


class GruTagger(nn.Module):
    """Word embeddings and the mean of character embeddings, then a bidirectional GRU.

    Args:
        word_count: word ids, padding and the unknown word among them.
        character_count: character ids, padding among them.
        label_count: labels.
        word_width: numbers a word embedding.
        character_width: numbers a character embedding.
        gru_width: numbers the GRU gives for each direction.
        dropout: share of numbers zeroed in training.
    """

    def __init__(
        self,
        word_count: int,
        character_count: int,
        label_count: int,
        *,
        word_width: int = 100,
        character_width: int = 25,
        gru_width: int = 64,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        # Pretrained vectors are copied here.
        self.word_embedding = nn.Embedding(word_count, word_width, padding_idx=0)
        self.character_embedding = nn.EmbeddingBag(
            character_count, character_width, mode="mean", padding_idx=0
        )
        self.gru = nn.GRU(
            word_width + character_width, gru_width, batch_first=True, bidirectional=True
        )
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(2 * gru_width, label_count)

    def forward(self, batch: Batch) -> Tensor:
        """Emissions (batch, words, labels)."""
        sentences, words, longest = batch.characters.shape
        # shape: (batch · words, character width) to (batch, words, character width)
        means = self.character_embedding(batch.characters.view(-1, longest))
        characters = means.view(sentences, words, -1)
        # shape: (batch, words, word width + character width)
        features = self.dropout(torch.cat([self.word_embedding(batch.words), characters], dim=2))
        # Packed, so that the GRU never reads padding: emissions must not depend on the longest
        # sentence of the batch.
        packed = pack_padded_sequence(
            features, batch.lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        packed_states, _ = self.gru(packed)
        # shape: (batch, words, 2 · GRU width)
        states, _ = pad_packed_sequence(packed_states, batch_first=True, total_length=words)
        emissions: Tensor = self.output(self.dropout(states))
        return emissions
