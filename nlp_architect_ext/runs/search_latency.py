"""How long candidates take on this machine: exported as they will be, words to entities."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.engines import engines
from nlp_architect_ext.taggers.neural import NeuralTagger

# Many short rounds, of which the fastest counts: whatever else the machine does can only add.
ROUNDS = 20
MINIMUM_SECONDS = 0.01  # a round goes over the sentences again until it has taken as long


@dataclass(frozen=True)
class Stopwatch:
    """Times exports on the same sentences.

    Args:
        sentences: all of them are tagged in a round.
        batch_size: sentences at once.
    """

    sentences: Sequence[Sentence]
    batch_size: int

    def milliseconds(self, taggers: Sequence[NeuralTagger]) -> list[float]:
        """A sentence's of each, in its fastest round, by the engine that would run its export.

        They take turns, so that what else the machine does befalls all of them.
        """
        with ExitStack() as folders:
            exported = []
            for tagger in taggers:
                folder = Path(folders.enter_context(tempfile.TemporaryDirectory()))
                tagger.export(folder)
                exported.append(engines(folder)[0].load(folder))
            rounds = [[self._round(one) for one in exported] for _ in range(ROUNDS)]
        return [1000 * min(seconds) for seconds in zip(*rounds, strict=True)]

    def _round(self, tagger: Any) -> float:
        """Seconds a sentence."""
        by_length = sorted(self.sentences, key=len)
        starts = range(0, len(by_length), self.batch_size)
        batches = [by_length[start : start + self.batch_size] for start in starts]
        passes, started = 0, time.perf_counter()
        while not passes or time.perf_counter() - started < MINIMUM_SECONDS:
            for batch in batches:
                tagger.predict(batch, len(batch))
            passes += 1
        return (time.perf_counter() - started) / (passes * len(by_length))


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
