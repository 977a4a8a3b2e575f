"""`Tagger`: an exported student that tags words and raw text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.batching import batches, in_order, named, windowed
from nlp_architect_ext.runtime.decoding import Decoding, PairScores
from nlp_architect_ext.runtime.folder import (
    EXPORTED,
    PAIRS,
    Export,
    damaged,
    export_in,
    read_export,
)
from nlp_architect_ext.runtime.session import Session
from nlp_architect_ext.runtime.source import Source, state_of
from nlp_architect_ext.runtime.splitting import RuleSplitter
from nlp_architect_ext.runtime.tensors import shaped
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger
from nlp_architect_ext.runtime.word_features import WordFeatures

Numbers = NDArray[np.float32]
Integers = NDArray[np.int64]

# most words, padding included, computed at once: what they need stays in the processor's cache
WORD_BUDGET = 1024


class Tagger(TextTagger):
    """Finds entities as the `NeuralTagger` that it was exported from, many times faster.

    Threads may share one.

    Args:
        export: the content of an exported folder.
        threads: that share a batch.
    """

    engine = "onnx"

    def __init__(self, export: Export, threads: int = 1) -> None:
        config = export.config
        super().__init__(
            LabelSet.from_json(config.labels), config.scheme, config.tokenizer, config.language
        )
        if export.rules is not None or config.tokenizer == "whitespace":
            self._splitter = RuleSplitter(export.rules)
        self._source: Source | None = None
        self.max_words = config.max_words
        self.calibration = config.calibration
        self._features = WordFeatures(export.vocabulary, export.weights)
        self._session = Session(export.graph, threads)
        self._session.check(self._features.width, len(self.labels))
        has_pairs = config.decoder == "crf"
        pairs = _pairs(export.weights, len(self.labels)) if has_pairs else None
        self._decoding = Decoding(self.labels, pairs, config.outside_bias)
        self._size = len(export.graph) + sum(array.nbytes for array in export.weights.values())

    @classmethod
    def load(cls, folder: str | Path, threads: int = 1) -> Tagger:
        """Read a tagger from the folder that `nlp-train export` wrote.

        Raises:
            UserError: the folder isn't one, or is damaged.
        """
        export = read_export(Path(folder))
        try:
            tagger = cls(export, threads)
        except ValueError as error:
            raise damaged(Path(folder), error) from error
        tagger.folder = Path(folder)
        tagger._source = Source.of(Path(folder), EXPORTED, threads)
        return tagger

    def __getstate__(self) -> dict[str, Any]:
        """The bytes of the files; no code."""
        return state_of(self._source, self.folder)

    def __setstate__(self, state: dict[str, Any]) -> None:
        source = state["source"]
        self.__init__(export_in(state["contents"], source.folder), source.threads)  # type: ignore[misc]
        self._source, self.folder = source, state["folder"]

    @property
    def size(self) -> int:
        """Bytes of the graph and of the words' weights."""
        return self._size

    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """See `TextTagger.predict_labels`; sentences are batched by length."""
        decoded = (
            (indices, self._decoded(emissions, lengths))
            for indices, emissions, lengths in self._emitted(sentences, batch_size)
        )
        return in_order(len(sentences), decoded, Prediction((), ()))

    def _decoded(self, emissions: Numbers, lengths: Integers) -> Iterator[Prediction]:
        labels, scores = self._decoding.decode(emissions, lengths)
        return named(self.labels.names, lengths.tolist(), labels.tolist(), scores.tolist())

    def emissions(self, sentences: Sequence[Sentence], batch_size: int = 100) -> list[Numbers]:
        """What the student says of each sentence: scores (words, labels), before any decoding."""
        emitted = (
            (indices, [rows[:count] for rows, count in zip(emissions, lengths, strict=True)])
            for indices, emissions, lengths in self._emitted(sentences, batch_size)
        )
        return in_order(len(sentences), emitted, np.zeros((0, len(self.labels)), np.float32))

    def network(self, sentences: Sequence[Sentence], batch_size: int = 100) -> Callable[[], object]:
        """What ONNX Runtime alone does for sentences, each time it's called; for measurements."""
        table, rows = self._features.rows([sentence.words for sentence in sentences])
        inputs = [
            self._session.inputs(table, [rows[index] for index in indices])[0]
            for indices in self._batches(rows, batch_size)
        ]
        return lambda: [self._session.run(part) for part in inputs]

    def _emitted(
        self, sentences: Sequence[Sentence], batch_size: int
    ) -> Iterator[tuple[list[int], Numbers, Integers]]:
        """Of each batch: indices, emissions (batch, words, labels) and lengths (batch,)."""
        table, rows = self._features.rows([sentence.words for sentence in sentences])
        for indices in self._batches(rows, batch_size):
            yield indices, *self._emissions(table, [rows[index] for index in indices])

    def _batches(self, rows: Sequence[Sequence[int]], batch_size: int) -> Iterator[list[int]]:
        lengths = list(map(len, rows))
        return batches(lengths, batch_size, budget=WORD_BUDGET, max_words=self.max_words)

    def _emissions(self, table: Numbers, rows: list[list[int]]) -> tuple[Numbers, Integers]:
        """Emissions (batch, words, labels) and lengths (batch,); one long sentence in windows."""
        if len(rows[0]) <= self.max_words:
            return self._session.emissions(table, rows)
        (sentence,) = rows

        def compute(start: int, end: int) -> Numbers:
            emissions, _ = self._session.emissions(table, [sentence[start:end]])
            rows: Numbers = emissions[0]
            return rows

        parts = windowed(len(sentence), self.max_words, compute)
        return np.concatenate(parts)[None], np.array([len(sentence)])


def _pairs(weights: dict[str, NDArray[Any]], labels: int) -> PairScores:
    """The scores of label pairs.

    Raises:
        ValueError: they are missing, or of another number of labels.
    """
    transitions, start, end = PAIRS
    return PairScores(
        shaped(weights, transitions, labels, labels),
        shaped(weights, start, labels),
        shaped(weights, end, labels),
    )
