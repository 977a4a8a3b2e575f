"""`NativeTagger`: an exported student that the C++ kernel runs, without numpy or ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import read_verified
from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.entities import Entities
from nlp_architect_ext.runtime.folder import (
    CONFIG,
    NETWORK,
    RULES,
    VOCABULARY,
    WEIGHTS,
    damaged,
    read_rules,
)
from nlp_architect_ext.runtime.native.availability import kernel
from nlp_architect_ext.runtime.source import Source, state_of
from nlp_architect_ext.runtime.splitting import RuleSplitter
from nlp_architect_ext.runtime.splitting_rules import SplittingRules
from nlp_architect_ext.runtime.tagged_text import TaggedText
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILES = (CONFIG, VOCABULARY, WEIGHTS, NETWORK, RULES)

Text = str | Sequence[str] | Sentence


class NativeTagger(TextTagger):
    """Finds entities as the `NeuralTagger` that it was exported from, hundreds of times faster.

    Threads may share one. What it finds in a sentence depends neither on the others of a call nor
    on the number of threads, bit by bit.

    Args:
        contents: the bytes of the files of an export by their names: `FILES`.
        threads: that share the sentences of a call.

    Raises:
        ValueError: not an export, or not one that the kernel can run.
    """

    engine = "native"

    def __init__(self, contents: dict[str, bytes], threads: int = 1) -> None:
        config = TaggerConfig.read(contents[CONFIG], CONFIG)
        super().__init__(
            LabelSet.from_json(config.labels), config.scheme, config.tokenizer, config.language
        )
        self._source: Source | None = None
        self.max_words = config.max_words
        self.calibration = config.calibration
        rules = read_rules(contents[RULES], config.tokenizer)
        # Some languages have rules that only Python's regular expressions can follow, or spaCy.
        self._splits = config.tokenizer == "whitespace" or has_patterns(rules)
        if not self._splits and rules is not None:
            self._splitter = RuleSplitter(rules)
        own = dict(contents) if self._splits else {**contents, RULES: b"null"}
        self._model = kernel().Model(*(own[name] for name in FILES), threads, Entity)

    @classmethod
    def load(cls, folder: str | Path, threads: int = 1) -> NativeTagger:
        """Read a tagger from the folder that `nlp-train export` wrote.

        Raises:
            UserError: the folder isn't one, or is damaged.
            ImportError: there is no kernel.
        """
        contents = read_verified(Path(folder), FILES)
        try:
            tagger = cls(contents, threads)
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(Path(folder), error) from error
        tagger.folder = Path(folder)
        tagger._source = Source.of(Path(folder), FILES, threads)
        return tagger

    def __getstate__(self) -> dict[str, Any]:
        """The bytes of the files; no code."""
        return state_of(self._source, self.folder)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["contents"], state["source"].threads)  # type: ignore[misc]
        self._source, self.folder = state["source"], state["folder"]

    @property
    def size(self) -> int:
        """Bytes of what was learnt, as it lies in the files."""
        return int(self._model.size)

    def sentence(self, text: Text) -> Sentence:
        """See `TextTagger.sentence`."""
        if not isinstance(text, str) or not self._splits:
            return super().sentence(text)
        ((words, offsets),) = self._model.split((text,))
        return Sentence(words, None, text, offsets)

    def predict(
        self, texts: Sequence[Text], batch_size: int = 100, threshold: float = 0.0
    ) -> list[Entities]:
        """See `TextTagger.predict`; `batch_size` changes nothing, not even the speed."""
        self._check(texts, threshold)
        raw = self._raw(texts)
        if raw is not None:
            found = self._model.text_entities(raw, threshold)
            return [Entities(*pair) for pair in zip(found, raw, strict=True)]
        sentences = [self.sentence(text) for text in texts]
        words = [sentence.words for sentence in sentences]
        if all(sentence.text is None for sentence in sentences):
            found = self._model.entities(words, threshold)
            return [Entities(*pair) for pair in zip(found, sentences, strict=True)]
        spans = self._model.spans(words, threshold)
        return [self._placed(*pair) for pair in zip(sentences, spans, strict=True)]

    def _placed(self, sentence: Sentence, spans: Sequence[tuple[str, float, int, int]]) -> Entities:
        """The entities of spans in words, with their places in the sentence's text."""
        found = [
            Entity(type_, score, *sentence.span_text(first, end))
            for type_, score, first, end in spans
        ]
        return Entities(found, sentence)

    def _raw(self, texts: Sequence[Text]) -> list[str] | None:
        """The texts, if all of them are raw and the kernel can split them."""
        raw = [text for text in texts if isinstance(text, str)]
        return raw if self._splits and len(raw) == len(texts) else None

    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """See `TextTagger.predict_labels`; `batch_size` changes nothing, not even the speed."""
        found = self._model.predictions([sentence.words for sentence in sentences])
        return [Prediction(*pair) for pair in found]

    def tagged_text(
        self,
        texts: Sequence[Text],
        form: str = "columns",
        batch_size: int = 100,
        min_score: float = 0.0,
    ) -> TaggedText:
        """See `TextTagger.tagged_text`."""
        raw = self._raw(texts)
        if raw is not None and form == "json":
            return TaggedText(*self._model.text_json(raw, min_score))
        if raw is not None and form == "columns" and self.scheme == self.labels.scheme:
            return TaggedText(*self._model.text_columns(raw, min_score))
        return super().tagged_text(texts, form, batch_size, min_score)

    def emissions(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[NDArray[np.float32]]:
        """What the student says of each sentence: scores (words, labels), before any decoding."""
        import numpy as np  # whoever tags needs none

        found = self._model.emissions([sentence.words for sentence in sentences])
        scores = np.frombuffer(found, np.float32).reshape(-1, len(self.labels))
        ends = np.cumsum([len(sentence) for sentence in sentences], dtype=int)
        return np.split(scores, ends[:-1]) if len(sentences) else []

    def network(self, sentences: Sequence[Sentence], batch_size: int = 100) -> Callable[[], object]:
        """What the kernel does for sentences but decoding; for measurements."""
        words = [sentence.words for sentence in sentences]
        return lambda: self._model.emissions(words)


def has_patterns(rules: SplittingRules | None) -> bool:
    """Whether splitting rules are there in the form that the kernel follows."""
    return rules is not None and rules.patterns is not None
