"""What a student is to learn of an encoder on raw text: read once, stored on disk, scaled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.progress import Bar, bar
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.shards import Answer, Shards
from nlp_architect_ext.encoders.state_reader import SentenceStates, StateReader

SHARD = 512  # sentences a file: what an interruption can lose

Halves = NDArray[np.float16]


@dataclass(frozen=True)
class StateTargets:
    """What an encoder says of some text, to be approximated.

    Args:
        vectors: of each sentence, of length 1; zeros where the encoder sees nothing (width,).
        words: states of each sentence's words as the encoder gives them; zeros for words that it
            can't see (words, width).
        mean: of the states of all words that are seen (width,).
        deviation: standard deviation of those states around their mean, over all numbers.
    """

    vectors: list[Halves]
    words: list[Halves]
    mean: NDArray[np.float32]
    deviation: float

    @classmethod
    def of(cls, vectors: list[Halves], words: list[Halves]) -> StateTargets:
        """The targets of these answers, of one sentence at least, with mean and deviation."""
        count = max(sum(int(rows.any(axis=1).sum()) for rows in words), 1)
        # Words that aren't seen are zeros, and add nothing.
        totals = (rows.sum(axis=0, dtype=np.float64) for rows in words)
        mean: NDArray[np.float64] = sum(totals, np.zeros(words[0].shape[1])) / count
        squares = sum(float(np.square(_seen(rows) - mean).sum()) for rows in words)
        variance = squares / (count * mean.size)
        deviation = max(float(np.sqrt(variance)), 1e-12)
        return cls(vectors, words, mean.astype(np.float32), deviation)


def _seen(words: Halves) -> NDArray[np.float64]:
    """The states of those words that the encoder sees."""
    return words[words.any(axis=1)].astype(np.float64)


class TargetStore:
    """An encoder's answers to sentences, each sentence asked for once.

    A sentence is found by its content and the encoder's fingerprint, as in the store of soft
    labels, beside which it lies.

    Args:
        folder: where the files lie; made when the first one is written.
        reader: what answers.
    """

    def __init__(self, folder: str | Path, reader: StateReader) -> None:
        self.reader = reader
        self.folder = Path(folder) / f"states-{reader.fingerprint[:16]}"
        self._shards = Shards(self.folder, "states")

    def targets(self, sentences: Sequence[Sentence]) -> StateTargets:
        """What the encoder says of each sentence, rounded to float16.

        Raises:
            UserError: a file that mustn't be read, or see `StateReader.states`.
        """
        keys = [self._key(sentence) for sentence in sentences]
        by_key = dict(zip(keys, sentences, strict=True))
        self._read({key: by_key[key] for key in self._shards.missing(keys)})
        rows = [answer.rows for answer in self._shards.answers(keys)]
        return StateTargets.of([one[0] for one in rows], [one[1:] for one in rows])

    def operations(self, sentences: Sequence[Sentence]) -> int:
        """The floating-point operations of reading sentences, after `targets` of them."""
        answers = self._shards.answers(self._key(sentence) for sentence in sentences)
        return sum(answer.operations or 0 for answer in answers)

    @property
    def saved(self) -> dict[str, float]:
        """The times, by kind, that earlier runs spent on what was asked for and found."""
        return self._shards.saved

    def _key(self, sentence: Sentence) -> bytes:
        content = [self.reader.fingerprint, sentence.words, sentence.text, sentence.offsets]
        return hashlib.sha256(json.dumps(content).encode()).digest()

    def _read(self, sentences: dict[bytes, Sentence]) -> None:
        """Ask the encoder, and store its answers shard by shard."""
        if not sentences:
            return
        order = list(sentences)
        shards = [order[start : start + SHARD] for start in range(0, len(order), SHARD)]
        progress: Bar[Any] = bar((), total=len(sentences), label="encoder", unit="sentences")
        with progress:
            meter = Meter()
            parts = ([sentences[key] for key in keys] for keys in shards)
            for keys, found in zip(shards, self.reader.states(parts), strict=True):
                self._shards.add(keys, [_answer(one) for one in found], meter)
                progress.update(len(keys))
                meter = Meter()


def _answer(found: SentenceStates) -> Answer:
    """The sentence's vector above its words' states, in one block."""
    rows = np.concatenate([found.vector[np.newaxis], found.words])
    most = np.finfo(np.float16).max
    return Answer(rows.clip(-most, most).astype(np.float16), found.operations)
