"""Pretrained word vectors in text files: GloVe's, or word2vec's and fastText's with a header."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import lines

Vectors = dict[str, npt.NDArray[np.float32]]
REMEDY = "get the file again, or remove the line"


def read_word_vectors(path: str | Path, wanted: Collection[str]) -> tuple[Vectors, int]:
    """The vectors of wanted words, and their dimension; the file is streamed.

    A wanted word gets the vector of the same word, or else of the first one in the file that
    differs in case only. A word may contain spaces, as in GloVe's largest file: the last
    ``dimension`` columns are its vector.

    Args:
        path: lines ``word v1 … vn`` in UTF-8, plain or ``.gz``; a first line of two whole numbers
            is a header, the number of vectors and their dimension.
        wanted: the words of a vocabulary.

    Returns:
        ``{word: float32 (dimension,)}`` for the wanted words that the file has, and the dimension.

    Raises:
        UserError: an unreadable or empty file, a line with too few columns, a value that isn't a
            finite number, or fewer or more vectors than the header says.
    """
    by_lower: dict[str, list[str]] = {}
    for word in wanted:
        by_lower.setdefault(word.lower(), []).append(word)
    vectors: Vectors = {}
    exact: set[str] = set()
    numbered = lines(path)
    first = next(numbered, None)
    if first is None:
        raise UserError(
            where=str(path),
            wrong="empty",
            expected="a word and its vector a line",
            remedy="give another file",
        )
    promised, dimension = _header(first[1])
    count, number = 0, first[0]
    for number, line in numbered if promised is not None else chain([first], numbered):
        word, values = _split(line, dimension, f"{path}:{number}")
        count += 1
        for target in by_lower.get(word.lower(), ()):
            is_first_exact = target == word and target not in exact
            if target not in vectors or is_first_exact:
                vectors[target] = _vector(values, f"{path}:{number}")
            if target == word:
                exact.add(target)
    if promised is not None and promised != count:
        raise UserError(
            where=f"{path}:{number}",
            wrong=f"the file ends after {count:,} vectors",
            expected=f"{promised:,} as in line 1",
            remedy="get the whole file",
        )
    return vectors, dimension


def _header(line: str) -> tuple[int | None, int]:
    """Number of vectors, if the first line says so, and dimension."""
    columns = _columns(line)
    if len(columns) == 2 and columns[0].isdecimal() and columns[1].isdecimal():
        return int(columns[0]), int(columns[1])
    return None, len(columns) - 1


def _split(line: str, dimension: int, where: str) -> tuple[str, list[str]]:
    columns = _columns(line, dimension)
    if len(columns) <= dimension or dimension < 1:
        raise UserError(
            where=where,
            wrong=f"{len(columns)} column(s)",
            expected=f"a word and {max(dimension, 1)} numbers",
            remedy=REMEDY,
        )
    return columns[0], columns[1:]


def _columns(line: str, most: int = -1) -> list[str]:
    """The columns between spaces or tabs; other white space may be a word, as U+0085 in GloVe."""
    return line.replace("\t", " ").rstrip(" ").rsplit(" ", most)


def _vector(values: list[str], where: str) -> npt.NDArray[np.float32]:
    try:
        vector = np.array(values, dtype=np.float32)
    except ValueError as error:
        raise UserError(
            where=where, wrong=f"{error!s:.80}", expected="numbers after the word", remedy=REMEDY
        ) from error
    if not np.isfinite(vector).all():
        raise UserError(
            where=where,
            wrong="a value that is no finite number",
            expected="numbers after the word",
            remedy=REMEDY,
        )
    return vector
