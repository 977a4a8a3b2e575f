"""How NLP Architect reads words: its ids, its letters, its word shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nlp_architect_ext.data.vocabulary import UNKNOWN, Vocabulary

KEY = "nlp_architect"
SHAPES = 4  # all capitals, a capital first, a capital later, none
LONGEST_WORD = 1000  # letters that a network may want to see of a word


class OldVocabulary(Vocabulary):
    """Word and character ids as the networks of NLP Architect 0.5 know them.

    Words are looked up as they are written, and all others are the unknown word. Of a word's
    characters a fixed number is read; a short word is filled up with the first letter, as there
    the first letter has the id of padding. What isn't among the letters is one character. Where
    the network reads word shapes, one more character tells the word's.

    Args:
        words: in the order of their ids.
        letters: in the order of their ids.
        word_length: characters read of a word; 0 where the network reads none.
        shapes: whether the network reads word shapes.

    Raises:
        ValueError: a word or a letter twice, no letter, or a length that no word has.
    """

    def __init__(
        self, words: Sequence[str], letters: str, word_length: int, *, shapes: bool
    ) -> None:
        super().__init__(words, ())
        if not letters or len(set(letters)) < len(letters):
            raise ValueError(f"letters {letters!r}; expected some, none of them twice")
        if not 0 <= word_length <= LONGEST_WORD:
            raise ValueError(f"word_length {word_length}; expected 0 to {LONGEST_WORD}")
        self.letters, self.word_length, self.shapes = letters, word_length, shapes
        self._letters = {letter: id_ for id_, letter in enumerate(letters, start=1)}

    @property
    def other_letter(self) -> int:
        """The character id of all that isn't among the letters; those of shapes follow."""
        return len(self.letters) + 1

    @property
    def character_count(self) -> int:
        """See `Vocabulary`."""
        return 1 + self.other_letter + (SHAPES if self.shapes else 0)

    def word_ids(self, words: Iterable[str]) -> list[int]:
        """See `Vocabulary`; upper and lower case aren't the same."""
        return [self._words.get(word, UNKNOWN) for word in words]

    def part_ids(self, word: str) -> list[int]:
        """See `Vocabulary`; the unknown word has no parts."""
        return [UNKNOWN]

    def character_ids(self, word: str) -> list[int]:
        """See `Vocabulary`; as many ids for every word."""
        first_letter = 1
        letters = word[: self.word_length]
        ids = [self._letters.get(letter, self.other_letter) for letter in letters]
        ids += [first_letter] * (self.word_length - len(ids))
        return [*ids, self.other_letter + shape(word)] if self.shapes else ids

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file; whoever knows `Vocabulary` alone refuses it."""
        content = {
            "letters": self.letters,
            "word_length": self.word_length,
            "shapes": self.shapes,
            "words": list(self._words),
        }
        return {KEY: content}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> OldVocabulary:
        """The reverse of :meth:`to_json`.

        Raises:
            ValueError: not what :meth:`to_json` writes.
        """
        content = data.get(KEY)
        if not isinstance(content, dict) or content.keys() != _KINDS.keys():
            raise ValueError(f"vocabulary: expected {', '.join(_KINDS)}")
        for name, kind in _KINDS.items():
            if type(content[name]) is not kind:
                raise ValueError(f"vocabulary: expected {name} of type {kind.__name__}")
        if not all(isinstance(word, str) for word in content["words"]):
            raise ValueError("vocabulary: expected a list of words")
        return cls(**content)


_KINDS = {"letters": str, "word_length": int, "shapes": bool, "words": list}


def shape(word: str) -> int:
    """1 for `NATO`, 2 for `Ada`, 3 for `iPhone`, 4 for words without a capital and numbers."""
    if all(character.isupper() for character in word):
        return 1
    if word[:1].isupper():
        return 2
    return 3 if any(character.isupper() for character in word) else 4
