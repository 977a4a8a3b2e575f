"""What every tagger offers, whatever computes its labels: entities in raw text or in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.core.tags import convert
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.runtime.calibration import Calibration, entity_score


@dataclass(frozen=True, slots=True)
class Prediction:
    """The labels of a sentence and their probabilities, one a word."""

    labels: tuple[str, ...]
    scores: tuple[float, ...]


class Splitter(Protocol):
    """Splits text into words."""

    def split(self, text: str, line: int = 0) -> Sentence:
        """See `formats.text.WordSplitter.split`."""


class TextTagger(ABC):
    """Finds entities in texts; `predict_labels` is what differs between taggers.

    Args:
        labels: the labels that words are given.
        scheme: the scheme in which tags are written.
        tokenizer: how raw text is split into words.
        language: the tokenizer's language.
    """

    engine: ClassVar[str]  # what computes: "onnx" or "torch"

    def __init__(self, labels: LabelSet, scheme: str, tokenizer: str, language: str) -> None:
        self.labels, self.scheme = labels, scheme
        self.tokenizer, self.language = tokenizer, language
        self.calibration: Calibration | None = (
            None  # what makes the score of an entity a probability, if it's known
        )
        self._splitter: Splitter | None = None

    @abstractmethod
    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """The labels and probabilities of each sentence's words, in the order given.

        Args:
            sentences: their words; labels, if there are any, aren't looked at.
            batch_size: most sentences computed at once; it never changes a result.
        """

    def __call__(self, text: str) -> list[Entity]:
        """The entities of one text."""
        return self.predict([text])[0]

    def predict(
        self, texts: Sequence[str | Sequence[str] | Sentence], batch_size: int = 100
    ) -> list[list[Entity]]:
        """The entities of each text, in the order given.

        Args:
            texts: raw text, or words (offsets then count in the words joined by single spaces), or
                sentences.
            batch_size: most sentences computed at once; it never changes a result.
        """
        sentences = [self.sentence(text) for text in texts]
        predictions = self.predict_labels(sentences, batch_size)
        return [self.entities(*pair) for pair in zip(sentences, predictions, strict=True)]

    def sentence(self, text: str | Sequence[str] | Sentence) -> Sentence:
        """Text split into words as the training text was; words and sentences are taken as they
        are.
        """
        if isinstance(text, Sentence):
            return text
        if not isinstance(text, str):
            return Sentence(words=tuple(text))
        if self._splitter is None:
            self._splitter = WordSplitter(self.language, self.tokenizer)
        return self._splitter.split(text)

    def entities(self, sentence: Sentence, prediction: Prediction) -> list[Entity]:
        """The entities that predicted labels stand for; a label without a span, as a part of
        speech, is one word's.
        """
        found = []
        for span in self.labels.spans(prediction.labels):
            score = entity_score(prediction.scores[span.start : span.end])
            if self.calibration is not None:
                score = self.calibration(score)
            found.append(Entity(span.type, score, *sentence.stretch(span.start, span.end)))
        return found

    def tags(self, prediction: Prediction) -> list[str]:
        """Predicted labels in the scheme of the training data."""
        return convert(prediction.labels, self.labels.scheme, self.scheme)
