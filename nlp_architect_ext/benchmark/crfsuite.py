"""CRFsuite as a rival: a conditional random field over features of words, no network.

Source: Okazaki (2007), "CRFsuite: a fast implementation of Conditional Random Fields"; features and
settings as in the example of python-crfsuite's documentation.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nlp_architect_ext.benchmark.system import System
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import Bar, bar
from nlp_architect_ext.core.sentence import Sentence

NAME = "CRFsuite"
ITERATIONS, PENALTY = 100, 0.1
_ITERATION = re.compile(r"Iteration #(\d+)")  # in what CRFsuite says


def crfsuite_system(model: bytes, labels: LabelSet) -> System:
    """A trained model among the systems that are compared.

    Args:
        model: what `trained_crfsuite` gives.
        labels: that it was trained on.
    """
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model"
        path.write_bytes(model)
        tagger.open(str(path))  # reads all of it; `open_inmemory` would need the bytes to stay

    def label(batch: Sequence[Sentence]) -> list[Sequence[str]]:
        return [tuple(tagger.tag(features(sentence))) for sentence in batch]

    def network(batch: Sequence[Sentence]) -> Callable[[], Any]:
        rows = [pycrfsuite.ItemSequence(features(sentence)) for sentence in batch]
        return lambda: [tagger.tag(row) for row in rows]

    def tag(batch: Sequence[Sentence]) -> Any:
        return [labels.spans(one) for one in label(batch)]

    return System(NAME, tag, network, bytes=len(model), label=label, scheme=labels.scheme)


def trained_crfsuite(train: Sequence[Sentence], seconds: float = math.inf) -> bytes:
    """A model trained on labelled sentences, the same for the same ones.

    CRFsuite can't be stopped and keep what it has: where `ITERATIONS` would take too long, it
    begins again with as many as took half of the time.

    Args:
        train: labelled sentences.
        seconds: that it may take at most.

    Raises:
        UserError: python-crfsuite isn't installed.
    """
    try:
        import pycrfsuite
    except ImportError as error:
        raise UserError(
            where="crfsuite",
            wrong=f"can't be imported ({error})",
            expected="python-crfsuite",
            remedy="call pip install 'nlp-architect-ext[crfsuite]'",
        ) from error

    class Watched(pycrfsuite.BaseTrainer):  # type: ignore[misc] # untyped
        """Tells of its iterations."""

        watch: Callable[[int], None]

        def message(self, message: str) -> None:
            """See `pycrfsuite.BaseTrainer`."""
            if found := _ITERATION.search(message):
                self.watch(int(found[1]))

    def run(iterations: int, half: float) -> bytes:
        trainer = Watched()
        for sentence in train:
            trainer.append(features(sentence), list(sentence.labels or ()))
        trainer.set_params({"c1": PENALTY, "c2": PENALTY, "max_iterations": iterations})
        shown: Bar[Any] = bar((), label="training CRFsuite", unit="iterations", total=iterations)
        with shown, tempfile.TemporaryDirectory() as scratch:
            trainer.watch = _watch(shown, half)
            trainer.train(str(Path(scratch) / "model"))
            return (Path(scratch) / "model").read_bytes()

    try:
        return run(ITERATIONS, seconds / 2)
    except _OutOfTime as end:
        return run(end.iterations, math.inf)


class _OutOfTime(Exception):  # noqa: N818 (no error: it ends a training)
    def __init__(self, iterations: int) -> None:
        self.iterations = iterations
        super().__init__(iterations)


def _watch(shown: Bar[Any], seconds: float) -> Callable[[int], None]:
    ends = time.monotonic() + seconds

    def watch(iteration: int) -> None:
        shown.update(iteration - shown.count)
        if time.monotonic() > ends:
            raise _OutOfTime(iteration)

    return watch


def features(sentence: Sentence) -> list[list[str]]:
    """What the model knows of each word: its form, its neighbours' forms, its ending."""
    found = []
    for place in range(len(sentence)):
        row = ["bias"]
        for step in (-1, 0, 1):
            if 0 <= place + step < len(sentence):
                row += [f"{step}:{one}" for one in _of_word(sentence.words[place + step], step)]
            else:
                row.append(f"{step}:none")
        found.append(row)
    return found


def _of_word(word: str, step: int) -> list[str]:
    shape = f"title={word.istitle()} upper={word.isupper()} digit={word.isdigit()}"
    endings = [f"suffix={word[-size:]}" for size in (2, 3)] if step == 0 else []
    return [f"word={word.lower()}", *shape.split(), *endings]
