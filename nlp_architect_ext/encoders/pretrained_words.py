"""A student's word embeddings out of a pretrained encoder: its words and their vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.encoders.word_encoder import WordEncoder, reduced
from nlp_architect_ext.encoders.word_parts import with_pieces
from nlp_architect_ext.encoders.word_vector_store import WordVectorStore

# Standard deviation of the vectors' numbers: large enough to count beside the characters' features.
SPREAD = 0.8


class PretrainedWords:
    """Makes the vocabulary that an encoder's vectors are for, and those vectors.

    Beside the words of the training text the vocabulary holds the encoder's own frequent words and
    the pieces that it makes rare words of, so that words which training never saw get a useful
    vector without the encoder.

    Args:
        name: folder or hub name of the encoder.
        corpus: training text; dev and test aren't looked at.
        limit: most words of the vocabulary; those of labelled sentences are always in it.
        is_open: whether the encoder's own words and pieces are taken in.
        device: where the encoder computes.
    """

    def __init__(
        self, name: str, corpus: Corpus, limit: int, is_open: bool, device: torch.device
    ) -> None:
        self.encoder = WordEncoder(name, device)
        lexicon = self.encoder.lexicon() if is_open else []
        words = Vocabulary.build(corpus.train, corpus.unlabelled, limit, lexicon)
        forms = {word.lower(): word for word in reversed(lexicon)}
        forms |= _usual_forms([*corpus.train, *corpus.unlabelled])
        self.forms = [forms[word] for word in words.words]
        splits = self.encoder.pieces(self.forms)
        pairs = zip(words.words, splits, strict=True)
        self.split = [word for word, pieces in pairs if len(pieces) > 1]
        self.vocabulary = words
        if is_open:
            continuations = sorted({piece for pieces in splits for piece in pieces[1:]})
            self.vocabulary = Vocabulary(words.words, words.characters, continuations)

    def vectors(self, width: int, store: WordVectorStore) -> NDArray[np.float32]:
        """A vector for each id of the vocabulary: float32 (word ids, width).

        Args:
            width: numbers a vector.
            store: of the encoder's answers.
        """
        vectors = reduced(store.vectors(self.forms), width, SPREAD)
        return with_pieces(self.vocabulary, vectors, self.split)


def _usual_forms(sentences: Iterable[Sentence]) -> dict[str, str]:
    """How each word, lower-cased, is written most often."""
    counts = Counter(word for sentence in sentences for word in sentence.words)
    forms: dict[str, str] = {}
    # The most frequent form comes last, and stays.
    for word in sorted(counts, key=lambda word: (counts[word], word)):
        forms[word.lower()] = word
    return forms
