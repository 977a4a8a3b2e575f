"""Words and characters as ids, and back to a file; built from training text only."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nlp_architect_ext.core.sentence import Sentence

PADDING = 0
UNKNOWN = 1
SPECIAL_WORDS = 2  # padding and the unknown word; the other words follow

# The 30 general categories of Unicode (UAX #44, table 12). Every character has one, so none is
# unknown.
LETTERS_AND_MARKS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me")
NUMBERS_AND_PUNCTUATION = ("Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po")
SYMBOLS_AND_OTHERS = ("Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn")
CATEGORIES = (*LETTERS_AND_MARKS, *NUMBERS_AND_PUNCTUATION, *SYMBOLS_AND_OTHERS)
MIN_CHARACTER_COUNT = 3


class Vocabulary:
    """Word and character ids.

    Word id 0 is padding and 1 the unknown word. Words are looked up lower-cased: their case is in
    the characters. Character id 0 is padding, 1 to 30 are Unicode's general categories, which rare
    characters share, and then come the frequent characters. So the characters that nobody has seen
    are treated as the rare ones of their category.

    Args:
        words: lower-cased words in the order of their ids.
        characters: frequent characters in the order of their ids.
        pieces: parts of words, lower-cased, that may follow another part; their ids follow those of
            words.

    Raises:
        ValueError: a word or a piece twice, or a character twice or not a single one.
    """

    def __init__(
        self, words: Sequence[str], characters: Sequence[str], pieces: Sequence[str] = ()
    ) -> None:
        self._words = _numbered(words, start=SPECIAL_WORDS)
        self._pieces = _numbered(pieces, start=SPECIAL_WORDS + len(words))
        self._categories = _numbered(CATEGORIES, start=1)
        self._characters = _numbered(characters, start=1 + len(CATEGORIES))
        # A long word is cut at each of them in turn, so what no part has isn't tried.
        self._word_lengths, self._piece_lengths = _lengths(words), _lengths(pieces)
        if len(self._words) < len(words) or len(self._pieces) < len(pieces):
            raise ValueError("vocabulary: a word or a piece twice")
        is_single = all(len(character) == 1 for character in characters)
        if len(self._characters) < len(characters) or not is_single:
            raise ValueError("vocabulary: a character twice, or one that isn't a single character")

    @classmethod
    def build(
        cls,
        labelled: Iterable[Sentence],
        unlabelled: Iterable[Sentence] = (),
        limit: int = 30_000,
        lexicon: Iterable[str] = (),
        pieces: Sequence[str] = (),
    ) -> Vocabulary:
        """The vocabulary of training text; never give it dev or test sentences.

        Args:
            labelled: sentences whose words are all known, whatever the limit.
            unlabelled: sentences whose most frequent words fill the vocabulary.
            limit: the largest number of words, without the two special ids.
            lexicon: words from elsewhere that fill what is left, the most useful first.
            pieces: parts of words that unknown words are made of.
        """
        in_labelled = Counter(word for sentence in labelled for word in sentence.words)
        in_unlabelled = Counter(word for sentence in unlabelled for word in sentence.words)
        words = _by_count(lower_cased(in_labelled))
        known = set(words)
        candidates = [*_by_count(lower_cased(in_unlabelled)), *(word.lower() for word in lexicon)]
        others = [word for word in dict.fromkeys(candidates) if word not in known]
        room = max(0, limit - len(words))
        characters: Counter[str] = Counter()
        for word, count in (in_labelled + in_unlabelled).items():
            for character in word:
                characters[character] += count
        frequent = {
            character: count
            for character, count in characters.items()
            if count >= MIN_CHARACTER_COUNT
        }
        return cls([*words, *others[:room]], _by_count(frequent), pieces)

    @property
    def words(self) -> tuple[str, ...]:
        """The words in the order of their ids, the first of which is 2."""
        return tuple(self._words)

    @property
    def word_count(self) -> int:
        """Ids of words and pieces, the special ones included: the rows of a word embedding."""
        return SPECIAL_WORDS + len(self._words) + len(self._pieces)

    @property
    def characters(self) -> tuple[str, ...]:
        """The frequent characters in the order of their ids."""
        return tuple(self._characters)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The pieces in the order of their ids, which follow those of the words."""
        return tuple(self._pieces)

    @property
    def character_count(self) -> int:
        """Character ids, padding and categories included: the rows of a character embedding."""
        return 1 + len(CATEGORIES) + len(self._characters)

    def word_ids(self, words: Iterable[str]) -> list[int]:
        """One id a word; 1 for words that are not known."""
        return [self._words.get(word.lower(), UNKNOWN) for word in words]

    def character_ids(self, word: str) -> list[int]:
        """One id a character."""
        return [
            self._characters.get(character) or self._categories[unicodedata.category(character)]
            for character in word
        ]

    def part_ids(self, word: str) -> list[int]:
        """The ids of the parts that a word is made of, itself not among them; at least one id.

        The longest known word that it begins with, then the longest pieces, one after the other, as
        WordPiece does (Schuster & Nakajima, 2012). A character that no piece begins with is left
        out.
        """
        word = word.lower()
        ids: list[int] = []
        start = 0
        while start < len(word):
            part = self._longest_part_at(word, start)
            if part is None:
                start += 1
                continue
            id_, start = part
            ids.append(id_)
        return ids or [UNKNOWN]

    def _longest_part_at(self, word: str, start: int) -> tuple[int, int] | None:
        """Id and end of the longest part that begins there and isn't the word; None without one."""
        table = self._pieces if start else self._words
        most = min(len(word) - start, len(word) - 1)
        for length in self._piece_lengths if start else self._word_lengths:
            id_ = table.get(word[start : start + length]) if length <= most else None
            if id_ is not None:
                return id_, start + length
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(tuple(self._words))

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        pieces = {"pieces": list(self._pieces)} if self._pieces else {}
        return {"words": list(self._words), "characters": list(self._characters), **pieces}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Vocabulary:
        """The reverse of :meth:`to_json`.

        Raises:
            ValueError: not what :meth:`to_json` writes.
        """
        words = data.get("words")
        characters = data.get("characters")
        pieces = data.get("pieces", [])
        for name, items in (("words", words), ("characters", characters), ("pieces", pieces)):
            if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
                raise ValueError(f"vocabulary: expected a list of {name}")
        return cls(words or [], characters or [], pieces)


def lower_cased(counts: Mapping[str, int]) -> Counter[str]:
    """How often each word is there, whatever its case."""
    lowered: Counter[str] = Counter()
    for word, count in counts.items():
        lowered[word.lower()] += count
    return lowered


def _lengths(parts: Iterable[str]) -> list[int]:
    """The lengths that parts have, the longest first."""
    return sorted({len(part) for part in parts} - {0}, reverse=True)


def _numbered(items: Sequence[str], start: int) -> dict[str, int]:
    """The id of each item: its place, counted from `start`."""
    return {item: number for number, item in enumerate(items, start=start)}


def _by_count(counts: dict[str, int]) -> list[str]:
    """The most frequent first; equally frequent ones in the order of their code points."""
    return sorted(counts, key=lambda item: (-counts[item], item))
