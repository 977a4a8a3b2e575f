"""What a pretrained encoder makes of single words, computed once and stored on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from nlp_architect_ext.core.costs import Meter, StoredCosts
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.encoders.word_encoder import WordEncoder

Halves = NDArray[np.float16]


class WordVectorStore:
    """An encoder's vectors of words, each word asked for once; runs share it as they share stored
    soft labels.

    Args:
        folder: where the files lie; made when the first one is written.
        encoder: what reads the words.
    """

    def __init__(self, folder: str | Path, encoder: WordEncoder) -> None:
        self.encoder = encoder
        self.folder = Path(folder) / f"words-{encoder.fingerprint[:16]}"
        self._prices = StoredCosts()  # of a word, in earlier runs
        self.saved: dict[
            str, float
        ] = {}  # times, by kind, that earlier runs spent on what was asked for and found

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """One vector a word (words, width of the encoder), rounded to float16.

        Raises:
            UserError: a damaged file.
        """
        known = dict(self._read_all())
        missing = [word for word in dict.fromkeys(words) if word not in known]
        self.saved = self._prices.of(len(set(words)) - len(missing))
        if missing:
            meter = Meter()
            vectors = self.encoder.vectors(missing).astype(np.float16)
            self._write(missing, vectors, meter)
            known |= zip(missing, vectors, strict=True)
        return np.stack([known[word] for word in words]).astype(np.float32)

    def _write(self, words: list[str], vectors: Halves, meter: Meter) -> None:
        """One file; its name is that of its content, so that runs side by side can't overwrite each
        other's.
        """
        text = json.dumps(words).encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        tensors: dict[str, NDArray[Any]] = {
            "vectors": vectors,
            "words": np.frombuffer(text, np.uint8),
        }
        name = hashlib.sha256(text).hexdigest()[:32]
        atomic_write_bytes(
            self.folder / f"{name}.safetensors", save(tensors, metadata=meter.metadata())
        )

    def _read_all(self) -> Iterable[tuple[str, Halves]]:
        for path in sorted(self.folder.glob("*.safetensors")):
            try:
                with safe_open(path, framework="numpy") as file:
                    words = json.loads(file.get_tensor("words").tobytes())
                    vectors = file.get_tensor("vectors")
                    self._prices.note(file.metadata() or {}, len(words))
                yield from zip(words, vectors, strict=True)
            except (SafetensorError, OSError, ValueError, KeyError) as error:
                raise UserError(
                    where=str(path),
                    wrong=f"can't be read ({error})",
                    expected="a file of stored word vectors",
                    remedy="delete it: its words are read again",
                ) from error
