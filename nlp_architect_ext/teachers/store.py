"""What a teacher says about sentences, computed once and stored on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import Bar, bar
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.shards import Answer, Shards
from nlp_architect_ext.teachers.base import Logits, Teacher, counted_logits, operations_of

SHARD = 512  # sentences a file: what an interruption can lose

Rows = NDArray[np.float16]


class SoftLabelStore:
    """A teacher's answers, each sentence asked for once, in shards that survive interruptions.

    A sentence is found by its content and the teacher's fingerprint, so a store can be moved,
    shared between runs, and continued: the shards of an interrupted labelling are those of an
    uninterrupted one.

    Args:
        folder: where the shards lie; made when the first one is written.
        teacher: what answers.
    """

    def __init__(self, folder: str | Path, teacher: Teacher) -> None:
        self.teacher, self.fingerprint = teacher, teacher.fingerprint
        # Another teacher's answers aren't even read.
        self.folder = Path(folder) / self.fingerprint[:16]
        self._shards = Shards(self.folder, "logits")

    def labels(self, sentences: Sequence[Sentence], label: str = "teacher labels") -> list[Rows]:
        """The teacher's logits (words, labels) of each sentence; zeros for words that it can't see.

        Args:
            sentences: with or without gold labels, which aren't looked at.
            label: what the progress bar is called.

        Raises:
            UserError: a shard that mustn't be read, or a teacher whose answers aren't finite.
        """
        keys = [self._key(sentence) for sentence in sentences]
        by_key = dict(zip(keys, sentences, strict=True))
        missing = {key: by_key[key].without_labels() for key in self._shards.missing(keys)}
        if missing:
            self._label(missing, label)
        return [answer.rows for answer in self._shards.answers(keys)]

    def operations(self, sentences: Sequence[Sentence]) -> int:
        """The floating-point operations of answers from scratch, to sentences that were labelled.

        They lie beside the answers; those of version 0.1's answers are counted now.
        """
        answers = self._shards.answers(self._key(sentence) for sentence in sentences)
        stored = sum(answer.operations or 0 for answer in answers)
        pairs = zip(sentences, answers, strict=True)
        uncounted = [sentence for sentence, answer in pairs if answer.operations is None]
        return stored + sum(operations_of(self.teacher, uncounted))

    @property
    def saved(self) -> dict[str, float]:
        """The times, by kind, that earlier runs spent on what was asked for and found."""
        return self._shards.saved

    def _key(self, sentence: Sentence) -> bytes:
        content = [self.fingerprint, sentence.words, sentence.text, sentence.offsets]
        return hashlib.sha256(json.dumps(content).encode()).digest()

    def _label(self, sentences: Mapping[bytes, Sentence], label: str) -> None:
        """Ask the teacher for these sentences, and store its answers shard by shard."""
        progress: Bar[Any] = bar((), total=len(sentences), label=label, unit="sentences")
        with progress:
            for keys in _parts(list(sentences)):
                meter = Meter()
                asked = [sentences[key] for key in keys]
                logits, counts = counted_logits(self.teacher, asked)
                rows = [_halved(one) for one in logits]
                answers = [Answer(*pair) for pair in zip(rows, counts, strict=True)]
                self._shards.add(keys, answers, meter)
                progress.update(len(keys))


def _parts(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The keys of each shard."""
    for start in range(0, len(keys), SHARD):
        yield keys[start : start + SHARD]


def _halved(logits: Logits) -> Rows:
    """As float16; what is beyond its range is held at the range's end: as good as infinite.

    Raises:
        UserError: NaN or infinity.
    """
    if not np.isfinite(logits).all():
        raise UserError(
            where="teacher",
            wrong="gives NaN or infinite logits",
            expected="finite ones",
            remedy="check its weights, or use fp32",
        )
    most = np.finfo(np.float16).max
    return logits.clip(-most, most).astype(np.float16)
