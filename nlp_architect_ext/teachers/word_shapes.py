"""The shape of a word: what its letters tell of it, whatever the word is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHAPES = (
    "small letters",
    "capital, first word",
    "capital",
    "all capitals",
    "with a digit",
    "without letters",
    "other",
)
_IDS = {name: number for number, name in enumerate(SHAPES)}


def word_shapes(words: Sequence[str]) -> NDArray[np.int64]:
    """The number in `SHAPES` of each word of a sentence (words,)."""
    return np.array([_IDS[_shape(word, place)] for place, word in enumerate(words)], np.int64)


def _shape(word: str, place: int) -> str:
    if any(letter.isdigit() for letter in word):
        return "with a digit"
    if not any(letter.isalpha() for letter in word):
        return "without letters"
    if word.islower():
        return "small letters"
    if word.isupper() and len(word) > 1:
        return "all capitals"
    if word[0].isupper():
        return "capital, first word" if place == 0 else "capital"
    return "other"
