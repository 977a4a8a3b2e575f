"""How long candidates take on this machine: exported as they will be, words to entities."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.engines import engines
from nlp_architect_ext.taggers.neural import NeuralTagger

ROUNDS = 5
MINIMUM_SECONDS = 0.05  # a round goes over the sentences again until it has taken as long


@dataclass(frozen=True)
class Stopwatch:
    """Times exports on the same sentences.

    Args:
        sentences: all of them are tagged in a round.
        batch_size: sentences at once.
    """

    sentences: Sequence[Sentence]
    batch_size: int

    def milliseconds(self, tagger: NeuralTagger) -> float:
        """A sentence's, the median of a few rounds, by the engine that would run the export."""
        with tempfile.TemporaryDirectory() as name:
            tagger.export(Path(name))
            exported = engines(Path(name))[0].load(Path(name))
            return self._timed(exported)

    def _timed(self, tagger: Any) -> float:
        by_length = sorted(self.sentences, key=len)
        starts = range(0, len(by_length), self.batch_size)
        batches = [by_length[start : start + self.batch_size] for start in starts]
        rounds = []
        for _ in range(ROUNDS + 1):
            passes, started = 0, time.perf_counter()
            while not passes or time.perf_counter() - started < MINIMUM_SECONDS:
                for batch in batches:
                    tagger.predict(batch, len(batch))
                passes += 1
            rounds.append((time.perf_counter() - started) / (passes * len(by_length)))
        return 1000 * statistics.median(rounds[1:])  # the first one warms up


class Latencies:
    """What was measured so far, kept on disk, so that an interrupted search needn't repeat it.

    Args:
        path: of the JSON file: milliseconds a sentence by name.
        is_kept: whether what is measured is added to the file.
    """

    def __init__(self, path: Path, *, is_kept: bool) -> None:
        self._path = path
        self._is_kept = is_kept
        self._known: dict[str, float] = read_json(path) if path.exists() else {}

    def get(self, name: str) -> float | None:
        """The milliseconds of a network; None if they aren't known yet."""
        return self._known.get(name)

    def note(self, name: str, milliseconds: float) -> float:
        """Write down what was measured, and give it back."""
        self._known[name] = milliseconds
        if self._is_kept:
            atomic_write_text(self._path, to_text(self._known))
        return milliseconds
