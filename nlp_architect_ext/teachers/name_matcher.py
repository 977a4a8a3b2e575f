"""Finds names of long lists in sentences, in ten bytes a name."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.tags import Span

Hashes = NDArray[np.uint64]

# An odd number of 64 bits, so that multiplying loses nothing: that of MurmurHash's finaliser.
FACTOR = 0xFF51AFD7ED558CCD
BITS = (1 << 64) - 1


class NameMatcher:
    """The longest name at each word, from left to right.

    Of a name its hash is kept, 64 bits, and the number of its type: other words are taken for one
    of a million names once in 10¹³ times. A name is a number of words; sentences are compared word
    by word, as they are or without case.
    """

    def __init__(self) -> None:
        self.types: list[str] = []
        self._building: dict[tuple[int, bool], tuple[array[int], array[int]]] = {}
        self._tables: dict[tuple[int, bool], tuple[Hashes, NDArray[np.uint16]]] = {}

    def add(self, words: Sequence[str], type_: str, *, exact: bool) -> None:
        """One more name; `exact` says whether the case of letters counts."""
        if type_ not in self.types:
            self.types.append(type_)
        hashes, types = self._building.setdefault((len(words), exact), (array("Q"), array("H")))
        hashes.append(_hash([word if exact else word.casefold() for word in words]))
        types.append(self.types.index(type_))

    def build(self) -> None:
        """Get ready to find what was added."""
        for key in list(self._building):
            hashes, types = (np.array(part) for part in self._building.pop(key))
            order = np.lexsort((types, hashes))
            hashes, types = hashes[order], types[order]
            is_new = np.ones(len(order), bool)
            is_new[1:] = (hashes[1:] != hashes[:-1]) | (types[1:] != types[:-1])
            self._tables[key] = hashes[is_new], types[is_new]

    @property
    def bytes(self) -> int:
        """Of all names together."""
        return sum(hashes.nbytes + types.nbytes for hashes, types in self._tables.values())

    def __len__(self) -> int:
        return sum(len(hashes) for hashes, _ in self._tables.values())

    def find(self, sentences: Sequence[Sequence[str]]) -> list[list[Span]]:
        """The names in each sentence; one that is listed under two types comes twice.

        Args:
            sentences: the words of each.
        """
        ends = np.cumsum([0, *map(len, sentences)])
        words = [word for sentence in sentences for word in sentence]
        left = np.repeat(ends[1:], np.diff(ends)) - np.arange(len(words))  # to the sentence's end
        found = self._longest(words, left)
        return [list(self._spans(found, start, end)) for start, end in pairwise(ends.tolist())]

    def _spans(
        self, found: dict[int, tuple[int, set[int]]], start: int, end: int
    ) -> Iterator[Span]:
        """The names from the word `start` to `end`, counted from `start`."""
        word = start
        while word < end:
            size, types = found.get(word, (1, set()))
            first = word - start
            yield from (Span(self.types[one], first, first + size) for one in sorted(types))
            word += size

    def _longest(
        self, words: list[str], left: NDArray[np.int64]
    ) -> dict[int, tuple[int, set[int]]]:
        """The size and the types of the longest name that begins at a word, by word."""
        found: dict[int, tuple[int, set[int]]] = {}
        sizes = sorted({size for size, _ in self._tables})
        for exact in (False, True):
            forms = words if exact else [word.casefold() for word in words]
            of_words = np.array([_of_word(form) for form in forms], np.uint64)
            rolling = np.zeros(len(words), np.uint64)
            for size in range(1, (sizes[-1] if sizes else 0) + 1):
                if size > len(words) or not (left >= size).any():
                    break
                count = len(words) - size + 1
                rolling = rolling[:count] * np.uint64(FACTOR) + of_words[size - 1 :]
                for word, type_ in self._hits((size, exact), rolling, left):
                    if word not in found or found[word][0] < size:
                        found[word] = (size, {type_})
                    elif found[word][0] == size:
                        found[word][1].add(type_)
        return found

    def _hits(
        self, key: tuple[int, bool], rolling: Hashes, left: NDArray[np.int64]
    ) -> Iterator[tuple[int, int]]:
        """Word and type of each name of this size; `rolling` has the hash at each word."""
        if key not in self._tables:
            return
        hashes, types = self._tables[key]
        first = np.searchsorted(hashes, rolling, "left")
        is_name = hashes[np.minimum(first, len(hashes) - 1)] == rolling
        for word in np.flatnonzero(is_name & (left[: len(rolling)] >= key[0])).tolist():
            place = int(first[word])
            while place < len(hashes) and hashes[place] == rolling[word]:
                yield word, int(types[place])
                place += 1


@lru_cache(maxsize=1 << 16)
def _of_word(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _hash(words: Sequence[str]) -> int:
    """Of a name; the order of words counts."""
    total = 0
    for word in words:
        total = (total * FACTOR + _of_word(word)) & BITS
    return total
