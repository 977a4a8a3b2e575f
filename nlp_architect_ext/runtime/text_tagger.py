"""What every tagger offers, whatever computes its labels: entities in raw text or in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.core.tags import OUTSIDE, Span, convert
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.runtime.calibration import Calibration, entity_score
from nlp_architect_ext.runtime.entities import Entities
from nlp_architect_ext.runtime.tagged_text import (
    FORMS,
    TaggedText,
    sentence_in_columns,
    sentence_in_json,
)

if TYPE_CHECKING:
    from huggingface_hub import CommitInfo

MEGABYTE = 1e6


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
        # What makes the score of an entity a probability, if it's known.
        self.calibration: Calibration | None = None
        self._splitter: Splitter | None = None
        self.folder: Path | None = None  # that it was read from

    @abstractmethod
    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """The labels and probabilities of each sentence's words, in the order given.

        Args:
            sentences: their words; labels, if there are any, aren't looked at.
            batch_size: most sentences computed at once; it never changes a result.
        """

    @property
    def size(self) -> int:
        """Bytes of what was learnt, in memory."""
        return 0

    def __repr__(self) -> str:
        types = ", ".join(self.labels.types)
        return f"<{type(self).__name__}: {types}; {self.engine}; {self.size / MEGABYTE:.1f} MB>"

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        return f"<code>{escape(repr(self))}</code>"

    def __call__(self, text: str, threshold: float = 0.0) -> Entities:
        """The entities of one text, see `predict`; several, or words, are a `TypeError`."""
        if not isinstance(text, str):  # a list of texts would be taken for words
            wrong = f"one text expected, not a {type(text).__name__}"
            raise TypeError(f"{wrong}; predict takes a list of texts, or of lists of words")
        return self.predict([text], threshold=threshold)[0]

    def predict(
        self,
        texts: Sequence[str | Sequence[str] | Sentence],
        batch_size: int = 100,
        threshold: float = 0.0,
    ) -> list[Entities]:
        """The entities of each text, in the order given.

        Args:
            texts: raw text, or words (offsets then count in the words joined by single spaces), or
                sentences.
            batch_size: most sentences computed at once; it never changes a result.
            threshold: entities whose score is below are left out.

        Raises:
            TypeError: one text instead of a list of them.
            ValueError: a threshold that isn't between 0 and 1.
        """
        self._check(texts, threshold)
        sentences = [self.sentence(text) for text in texts]
        predictions = self.predict_labels(sentences, batch_size)
        pairs = zip(sentences, predictions, strict=True)
        return [self.entities(*pair, threshold) for pair in pairs]

    @staticmethod
    def _check(texts: object, threshold: float) -> None:
        if isinstance(texts, str):  # a sequence of its letters
            raise TypeError("predict takes a list of texts; call tagger(text) for a single one")
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold {threshold}; expected a score between 0 and 1")

    def sentence(self, text: str | Sequence[str] | Sentence) -> Sentence:
        """Text split into words as the training text was; words and sentences stay as they are."""
        if isinstance(text, Sentence):
            return text
        if not isinstance(text, str):
            return Sentence(words=tuple(text))
        if self._splitter is None:
            self._splitter = WordSplitter(self.language, self.tokenizer)
        return self._splitter.split(text)

    def entities(
        self, sentence: Sentence, prediction: Prediction, threshold: float = 0.0
    ) -> Entities:
        """The entities that predicted labels stand for, without those that score below a threshold.

        A label without a span, as a part of speech, is one word's.
        """
        found = [
            Entity(span.type, score, *sentence.span_text(span.start, span.end))
            for span, score in self.scored_spans(prediction)
            if score >= threshold
        ]
        return Entities(found, sentence)

    def sure(self, prediction: Prediction, threshold: float) -> Prediction:
        """A prediction with O for the words of entities that score below a threshold."""
        labels = list(prediction.labels)
        for span, score in self.scored_spans(prediction):
            if score < threshold:
                labels[span.start : span.end] = [OUTSIDE] * (span.end - span.start)
        return replace(prediction, labels=tuple(labels))

    def scored_spans(self, prediction: Prediction) -> Iterator[tuple[Span, float]]:
        """The entities that predicted labels stand for, in words, and the score of each."""
        for span in self.labels.spans(prediction.labels):
            score = entity_score(prediction.scores[span.start : span.end])
            yield span, score if self.calibration is None else self.calibration(score)

    def tags(self, prediction: Prediction) -> list[str]:
        """Predicted labels in the scheme of the training data."""
        return convert(prediction.labels, self.labels.scheme, self.scheme)

    def tagged_text(
        self,
        texts: Sequence[str | Sequence[str] | Sentence],
        form: str = "columns",
        batch_size: int = 100,
        min_score: float = 0.0,
    ) -> TaggedText:
        """Texts split, tagged and formatted, in the order given: what `nlp-inference` writes.

        An engine that does all of it in one go overrides this and gives the same text, character
        by character.

        Args:
            texts: raw text, words, or sentences; a text without words is a blank line in columns,
                and a line without entities in JSON.
            form: "columns", see `sentence_in_columns`, or "json", see `sentence_in_json`.
            batch_size: most sentences computed at once; it never changes a result.
            min_score: entities that score below are left out, their words get O.

        Raises:
            ValueError: another form, or a word that can't be a column.
        """
        sentences = [self.sentence(text) for text in texts]
        predictions = self.predict_labels(sentences, batch_size)
        if min_score:
            predictions = [self.sure(prediction, min_score) for prediction in predictions]
        return self.formatted(sentences, predictions, form)

    def formatted(
        self, sentences: Sequence[Sentence], predictions: Sequence[Prediction], form: str
    ) -> TaggedText:
        """Sentences with their predictions as text; arguments and errors as of `tagged_text`."""
        if form not in FORMS:
            raise ValueError(f"form {form!r}; expected one of {', '.join(FORMS)}")
        pairs = zip(sentences, predictions, strict=True)
        if form == "columns":
            parts = [sentence_in_columns(one, self.tags(found)) for one, found in pairs]
        else:
            parts = [sentence_in_json(one, self.entities(one, found)) for one, found in pairs]
        return TaggedText("".join(parts), sum(map(len, sentences)))

    def save_pretrained(self, folder: str | Path, **options: Any) -> None:
        """Write what `push_to_hub` would upload; `options` as of `runtime.published.publish`.

        Raises:
            UserError: the tagger has no folder that could be copied, or the place is taken.
        """
        from nlp_architect_ext.runtime.published import publish  # whoever only tags needs none

        with TemporaryDirectory() as scratch:
            publish(self.kept(Path(scratch)), Path(folder), **options)

    def push_to_hub(self, repo_id: str, **options: Any) -> CommitInfo:
        """Put it on the Hugging Face hub; `options` as of `runtime.hub.push`.

        Raises:
            UserError: as `save_pretrained`, or the hub refuses.
        """
        from nlp_architect_ext.runtime.hub import push

        with TemporaryDirectory() as scratch:
            return push(self.kept(Path(scratch)), repo_id, **options)

    def kept(self, scratch: Path) -> Path:
        """A folder that holds just this tagger: its own, or `scratch`.

        Raises:
            UserError: there is none.
        """
        if self.folder is None:
            raise UserError(
                where=repr(self),
                wrong="wasn't read from a folder",
                expected="a tagger that load or from_pretrained gave",
                remedy="name the folder instead of the tagger",
            )
        return self.folder
