"""What is read, tagged and written: a sentence of words, and the entities found in it."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words in order, and what is known about them.

    Args:
        words: the words; none is empty.
        labels: one label a word, or None for unlabelled text.
        text: the text that the words were split from, or None where only words are known.
        offsets: ``text[start:end] == word`` for every word, in Unicode code points; given exactly
            with ``text``.
        line: the line of the file in which the sentence starts, from 1; 0 where there is no file.
    """

    words: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    text: str | None = None
    offsets: tuple[tuple[int, int], ...] | None = None
    line: int = 0

    def __post_init__(self) -> None:
        if self.labels is not None and len(self.labels) != len(self.words):
            raise ValueError(f"{len(self.labels)} labels for {len(self.words)} words")
        if (self.text is None) != (self.offsets is None):
            raise ValueError("text and offsets are given together or not at all")
        if self.offsets is not None and len(self.offsets) != len(self.words):
            raise ValueError(f"{len(self.offsets)} offsets for {len(self.words)} words")

    def __len__(self) -> int:
        return len(self.words)

    def with_text(self) -> Sentence:
        """This sentence with text and offsets; words without a text are joined by single spaces."""
        if self.text is not None:
            return self
        offsets = []
        start = 0
        for word in self.words:
            offsets.append((start, start + len(word)))
            start += len(word) + 1
        return replace(self, text=" ".join(self.words), offsets=tuple(offsets))

    def span_text(self, start: int, end: int) -> tuple[str, int, int]:
        """The text of the words from `start` to `end`, and its offsets in `with_text`'s text."""
        if self.text is not None and self.offsets is not None:
            first = self.offsets[start][0]
            last = self.offsets[end - 1][1]
            return self.text[first:last], first, last
        first = sum(map(len, self.words[:start])) + start  # a space after each word
        text = " ".join(self.words[start:end])
        return text, first, first + len(text)

    def without_labels(self) -> Sentence:
        """This sentence as unlabelled text."""
        return replace(self, labels=None)


@dataclass(frozen=True, slots=True)
class Entity:
    """A labelled span of text; field names and meaning are those of Hugging Face's pipelines.

    Args:
        entity_group: the type, for example ``PER``.
        score: the probability that the entity is right, between 0 and 1: the mean probability of
            its words' labels, calibrated where there were dev sentences for that.
        word: the text of the entity, ``text[start:end]``.
        start: offset of its first character in the text, in Unicode code points.
        end: offset behind its last character.
    """

    entity_group: str
    score: float
    word: str
    start: int
    end: int
