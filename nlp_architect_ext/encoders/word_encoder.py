"""Word vectors out of a pretrained encoder: one pass a word, by itself; no text is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from torch import Tensor

from nlp_architect_ext.core.progress import bar
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import PieceWindow, pad, piece_counts
from nlp_architect_ext.encoders.bare import BareEncoder
from nlp_architect_ext.encoders.folder import find

Vectors = NDArray[np.float32]

BATCH = 256  # words at once, of similar length


class WordEncoder:
    """Reads single words with a pretrained encoder.

    A word's vector is the mean over its word pieces and all of the encoder's layers, embeddings
    included, given the word alone. Sources: the idea of model2vec (Tulkens & van Dongen, 2024),
    "Model2Vec: Fast State-of-the-Art Static Embeddings"; layers as in Vulić et al. (2020), "Probing
    Pretrained Language Models for Lexical Semantics".

    The network is loaded when words are read, and let go afterwards.

    Args:
        name_or_path: folder or hub name of an encoder.
        device: where it computes.

    Raises:
        UserError: there is no such checkpoint, or it can't be loaded.
    """

    def __init__(self, name_or_path: str, device: torch.device | str = "cpu") -> None:
        self.bare = BareEncoder(find(name_or_path))
        self.folder, self.tokenizer = self.bare.folder, self.bare.tokenizer
        self.device = torch.device(device)

    @cached_property
    def fingerprint(self) -> str:
        """Of what decides the vectors: the encoder's files, and how it's made to read."""
        return self.folder.fingerprint((), reads="single words, all layers")

    def lexicon(self) -> list[str]:
        """The words that are a single piece, in the order of their ids: frequent ones first."""
        special = set(self.tokenizer.get_added_tokens_decoder())
        count = self.tokenizer.get_vocab_size(with_added_tokens=True)
        ids = [index for index in range(count) if index not in special]
        texts = [self.tokenizer.decode([index]).strip() for index in ids]
        words = [text for text in texts if _is_word(text)]
        encodings = self.tokenizer.encode_batch(words, add_special_tokens=False)
        pairs = zip(words, encodings, strict=True)
        return list(dict.fromkeys(word for word, encoding in pairs if len(encoding.ids) == 1))

    def pieces(self, words: Sequence[str]) -> list[list[str]]:
        """The pieces that the tokenizer splits each word into, lower-cased, without marks.

        A word of one piece is that piece.
        """
        encodings = self.tokenizer.encode_batch(list(words), add_special_tokens=False)
        split = []
        for word, encoding in zip(words, encodings, strict=True):
            # Only where pieces begin: some tokenizers have one for the space before a word, over
            # its first character.
            starts = sorted({0, *(start for start, end in encoding.offsets if start < end)})
            ends = [*starts[1:], None]
            split.append([word[start:end].lower() for start, end in zip(starts, ends, strict=True)])
        return split

    def vectors(self, words: Sequence[str]) -> Vectors:
        """One vector a word: float32 (words, width of the encoder).

        A word without pieces has zeros.
        """
        vectors, _ = self.counted_vectors(words)
        return vectors

    def counted_vectors(self, words: Sequence[str]) -> tuple[Vectors, list[int]]:
        """See `vectors` and `operations`; the words are tokenised once for both."""
        encoder = self.bare.load().to(self.device)  # type: ignore[arg-type]  # by a decorator
        windows = self._windows(words)
        return self._read(encoder, len(words), windows), self._operations(len(words), windows)

    def operations(self, words: Sequence[str]) -> list[int]:
        """The floating-point operations of reading each word: see `reading_operations`."""
        return self._operations(len(words), self._windows(words))

    def _windows(self, words: Sequence[str]) -> list[PieceWindow]:
        return self.bare.aligner.windows([Sentence((word,)) for word in words])

    def _operations(self, words: int, windows: Iterable[PieceWindow]) -> list[int]:
        return [self.bare.operations(pieces) for pieces in piece_counts(words, windows)]

    def _read(
        self, encoder: transformers.PreTrainedModel, words: int, windows: Iterable[PieceWindow]
    ) -> Vectors:
        found = np.zeros((words, encoder.config.hidden_size), np.float32)
        shortest_first = sorted(windows, key=lambda window: len(window.ids))
        starts = range(0, len(shortest_first), BATCH)
        progress = bar(starts, total=len(starts), label="word vectors", unit="steps")
        with progress as shown, torch.inference_mode():
            for start in shown:
                part = shortest_first[start : start + BATCH]
                batch = pad(part, encoder.config.pad_token_id or 0)
                on_device = {name: tensor.to(self.device) for name, tensor in batch.items()}
                means = _means(encoder, on_device)
                found[[window.sentence for window in part]] = means.cpu().numpy()
        return found


def _is_word(text: str) -> bool:
    """Whether a tokenizer's piece, decoded, is a word rather than the rest of one."""
    return bool(text) and not text.startswith("##") and len(text.split()) == 1


def _means(encoder: transformers.PreTrainedModel, batch: dict[str, Tensor]) -> Tensor:
    """Mean over pieces (batch, width); the special pieces around a word count too."""
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
    # Each layer is (batch, pieces, width).
    layers = encoder(**inputs, output_hidden_states=True).hidden_states
    hidden: Tensor = torch.stack(layers).mean(dim=0)
    mask = batch["attention_mask"].unsqueeze(2).to(hidden.dtype)
    return (hidden * mask).sum(dim=1) / mask.sum(dim=1)


def reduced(vectors: Vectors, width: int, spread: float) -> Vectors:
    """Principal components (words, width), scaled as a whole.

    Args:
        vectors: (words, dimensions).
        width: components kept; zeros are added where there are fewer dimensions.
        spread: standard deviation of the result, over all its numbers.
    """
    centred = (vectors - vectors.mean(axis=0)).astype(np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    found = centred @ axes[:, ::-1][:, :width]
    found *= spread / max(float(found.std()), 1e-12)
    return np.pad(found, ((0, 0), (0, width - found.shape[1]))).astype(np.float32)
