"""What a pretrained encoder makes of single words, computed once and stored on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.shards import Answer, Shards, Tensors
from nlp_architect_ext.encoders.word_encoder import WordEncoder


class WordVectorStore:
    """An encoder's vectors of words, each word asked for once.

    Runs share it as they share stored soft labels.

    Args:
        folder: where the files lie; made when the first one is written.
        encoder: what reads the words.
    """

    def __init__(self, folder: str | Path, encoder: WordEncoder) -> None:
        self.encoder = encoder
        self.folder = Path(folder) / f"words-{encoder.fingerprint[:16]}"
        self._shards = Shards(self.folder, "vectors", _with_keys)

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """One vector a word (words, width of the encoder), rounded to float16.

        Raises:
            UserError: a file that mustn't be read.
        """
        keys = [_key(word) for word in words]
        by_key = dict(zip(keys, words, strict=True))
        missing = self._shards.missing(keys)
        if missing:
            meter = Meter()
            vectors, counts = self.encoder.counted_vectors([by_key[key] for key in missing])
            rows = vectors.astype(np.float16)[:, np.newaxis]  # one row an answer
            answers = [Answer(*pair) for pair in zip(rows, counts, strict=True)]
            self._shards.add(missing, answers, meter)
        rows_of_words = [answer.rows for answer in self._shards.answers(keys)]
        return np.concatenate(rows_of_words).astype(np.float32)

    def operations(self, words: Sequence[str]) -> int:
        """The floating-point operations of reading words from scratch, after `vectors` of them.

        They lie beside the vectors; those of version 0.1's vectors are counted now.
        """
        answers = self._shards.answers(_key(word) for word in words)
        stored = sum(answer.operations or 0 for answer in answers)
        pairs = zip(words, answers, strict=True)
        uncounted = [word for word, answer in pairs if answer.operations is None]
        return stored + (sum(self.encoder.operations(uncounted)) if uncounted else 0)

    @property
    def saved(self) -> dict[str, float]:
        """The times, by kind, that earlier runs spent on what was asked for and found."""
        return self._shards.saved


def _key(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()


def _with_keys(tensors: Tensors) -> Tensors:
    """A file of version 0.1, which lists its words and has no checksum, as files are today.

    Raises:
        ValueError: it's damaged.
    """
    try:
        words = json.loads(tensors["words"].tobytes())
        keys = b"".join(_key(word) for word in words)
        vectors = tensors["vectors"].reshape(len(words), -1)
    except (KeyError, AttributeError, TypeError) as error:
        raise ValueError("neither keys nor words") from error
    return {
        "keys": np.frombuffer(keys, np.uint8).reshape(len(words), -1),
        "lengths": np.ones(len(words), np.int64),
        "vectors": vectors,
    }
