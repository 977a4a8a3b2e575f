"""Word vectors out of a pretrained encoder: one pass a word, by itself; no text is needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from nlp_architect_ext.core.progress import bar
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import Aligner, pad
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.encoders.loading import (
    load_model,
    load_tokenizer,
    piece_limit,
    reading_operations,
)

Vectors = NDArray[np.float32]

BATCH = 256  # words at once, of similar length
ANY_LABELS = (
    "O",
    "other",
)  # the encoder is loaded under a token classifier's head, which isn't used


class WordEncoder:
    """Reads single words with a pretrained encoder.

    A word's vector is the mean over its word pieces and all of the encoder's layers, embeddings
    included, given the word alone. Sources: the idea of model2vec (Tulkens & van Dongen, 2024),
    "Model2Vec: Fast State-of-the-Art Static Embeddings"; layers as in Vulić et al. (2020), "Probing
    Pretrained Language Models for Lexical Semantics".

    Args:
        name_or_path: folder or hub name of an encoder.
        device: where it computes.

    Raises:
        UserError: there is no such checkpoint, or it can't be loaded.
    """

    def __init__(self, name_or_path: str, device: torch.device | str = "cpu") -> None:
        folder = find(name_or_path)
        names = folder.label_names
        model = load_model(folder, names or ANY_LABELS, new_head=names is None)
        self.encoder = getattr(model, model.base_model_prefix).to(device).eval()
        self.tokenizer: Tokenizer = load_tokenizer(folder)
        self.aligner = Aligner(self.tokenizer, piece_limit(model, None, folder.name), folder.name)
        self.fingerprint = folder.fingerprint((), reads="single words, all layers")
        self.pad_id = model.config.pad_token_id or 0
        self.device = torch.device(device)

    def lexicon(self) -> list[str]:
        """The words that are a single piece of the tokenizer, in the order of their ids: the
        frequent ones first.
        """
        special = set(self.tokenizer.get_added_tokens_decoder())
        count = self.tokenizer.get_vocab_size(with_added_tokens=True)
        texts = [
            self.tokenizer.decode([index]).strip() for index in range(count) if index not in special
        ]
        words = [
            text for text in texts if text and not text.startswith("##") and len(text.split()) == 1
        ]
        encodings = self.tokenizer.encode_batch(words, add_special_tokens=False)
        single = (
            word for word, encoding in zip(words, encodings, strict=True) if len(encoding.ids) == 1
        )
        return list(dict.fromkeys(single))

    def pieces(self, words: Sequence[str]) -> list[list[str]]:
        """The pieces that the tokenizer splits each word into, lower-cased, without marks; one is
        the word itself.
        """
        encodings = self.tokenizer.encode_batch(list(words), add_special_tokens=False)
        split = []
        for word, encoding in zip(words, encodings, strict=True):
            # Only where pieces begin: some tokenizers have one for the space before a word, over
            # its first character.
            starts = sorted({0, *(start for start, end in encoding.offsets if start < end)})
            split.append(
                [
                    word[start:end].lower()
                    for start, end in zip(starts, [*starts[1:], None], strict=True)
                ]
            )
        return split

    def vectors(self, words: Sequence[str]) -> Vectors:
        """One vector a word: float32 (words, width of the encoder); zeros for a word without
        pieces.
        """
        windows = self.aligner.windows([Sentence((word,)) for word in words])
        windows.sort(key=lambda window: len(window.ids))
        found = np.zeros((len(words), self.encoder.config.hidden_size), np.float32)
        starts = range(0, len(windows), BATCH)
        progress = bar(starts, total=len(starts), label="word vectors", unit="steps")
        with progress as shown, torch.inference_mode():
            for start in shown:
                part = windows[start : start + BATCH]
                batch = {
                    name: tensor.to(self.device) for name, tensor in pad(part, self.pad_id).items()
                }
                found[[window.sentence for window in part]] = self._means(batch).cpu().numpy()
        return found

    def operations(self, words: Sequence[str]) -> int:
        """The floating-point operations of reading them: see `reading_operations`."""
        windows = self.aligner.windows([Sentence((word,)) for word in words])
        return reading_operations(self.encoder, sum(len(window.ids) for window in windows))

    def _means(self, batch: dict[str, Tensor]) -> Tensor:
        """Mean over pieces (batch, width); the special pieces around a word count too."""
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
        layers = self.encoder(
            **inputs, output_hidden_states=True
        ).hidden_states  # each (batch, pieces, width)
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
