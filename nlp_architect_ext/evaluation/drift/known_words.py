"""The words that a tagger knows: which of a text aren't among them, and the vectors of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.json_content import json_object
from nlp_architect_ext.core.manifest import read_verified
from nlp_architect_ext.data.vocabulary import UNKNOWN, Vocabulary
from nlp_architect_ext.data.vocabulary_file import read_vocabulary
from nlp_architect_ext.runtime.folder import VOCABULARY, WEIGHTS, damaged, is_export
from nlp_architect_ext.runtime.tensors import read_tensors

# What a training run calls the weights, and the table of word vectors in them.
MODEL_WEIGHTS = "model.safetensors"
EMBEDDING = "student.word_embedding.weight"

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class KnownWords:
    """A vocabulary and the vectors of its words.

    Args:
        vocabulary: of the tagger.
        vectors: (word ids, width), or None of a student without a table.
        scale: (word ids, 1), what `vectors` of 8 bits are multiplied with.
    """

    vocabulary: Vocabulary
    vectors: NDArray[Any] | None
    scale: NDArray[Any] | None = None

    def unknown_share(self, words: Sequence[str]) -> float:
        """The share of words that aren't in the vocabulary."""
        ids = self.vocabulary.word_ids(words)
        return ids.count(UNKNOWN) / len(ids)

    def mean_vector(self, words: Sequence[str]) -> Numbers:
        """The mean (width,) of the words' vectors; an unknown word's is the mean of its parts'."""
        ids: list[int] = []
        weights: list[float] = []
        for word, id_ in zip(words, self.vocabulary.word_ids(words), strict=True):
            parts = self.vocabulary.part_ids(word) if id_ == UNKNOWN else [id_]
            ids += parts
            weights += [1 / len(parts)] * len(parts)
        assert self.vectors is not None
        rows = self.vectors[ids].astype(np.float64)
        if self.scale is not None:
            rows *= self.scale[ids]
        mean: Numbers = np.array(weights) @ rows / len(words)
        return mean


def read_known_words(folder: Path) -> KnownWords:
    """The words of a tagger's folder, a model's or an export's.

    Raises:
        UserError: a file is missing or damaged.
    """
    weights = WEIGHTS if is_export(folder) else MODEL_WEIGHTS
    contents = read_verified(folder, [VOCABULARY, weights])
    try:
        vocabulary = read_vocabulary(json_object(contents[VOCABULARY], VOCABULARY))
        tensors = read_tensors(contents[weights], weights)
    except ValueError as error:
        raise damaged(folder, error) from error
    table = tensors.get("word_vectors", tensors.get(EMBEDDING))
    return KnownWords(vocabulary, table, tensors.get("word_scale"))
