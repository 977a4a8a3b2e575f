"""Which unlabelled sentences to annotate next: those of which the tagger is least sure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.columns import format_columns
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger

MAXIMUM = 100  # sentences that are named
LOOKED_AT = 5_000  # sentences that are tagged for it: a pool of millions must stay cheap
SHORTEST = 4  # words; fewer are headings and remains, and teach little
TINY = 1e-12  # a probability of 0 has no logarithm


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A sentence with the tagger's own tags, and how unsure it is of them, from 0 to 1.

    Args:
        uncertainty: from 0 to 1.
        words: the sentence.
        tags: the tagger's.
        document: the same as text and scored spans, for annotation tools.
    """

    uncertainty: float
    words: tuple[str, ...]
    tags: tuple[str, ...]
    document: Document | None = None


@dataclass(frozen=True)
class ToAnnotate:
    """The most uncertain sentences.

    Args:
        sentences: the most uncertain first.
        looked_at: how many sentences were compared.
        pool: how many unlabelled sentences there are.
    """

    sentences: tuple[Uncertain, ...]
    looked_at: int
    pool: int

    def lines(self) -> str:
        """``uncertainty<TAB>sentence`` lines, the words separated by spaces."""
        return "".join(f"{one.uncertainty:.4f}\t{' '.join(one.words)}\n" for one in self.sentences)

    def columns(self) -> str:
        """The same sentences as a column file with the tagger's tags, to be corrected."""
        return "\n".join(format_columns(one.words, one.tags) for one in self.sentences)

    def documents(self) -> list[Document]:
        """The same sentences for an annotation tool, each with how uncertain the tagger is."""
        return [
            replace(one.document, meta={"uncertainty": round(one.uncertainty, 4)})
            for one in self.sentences
            if one.document is not None
        ]


def uncertainty(probabilities: Sequence[float]) -> float:
    """Least confidence, by length: ``1 - (Π p)^(1/words)`` for a sentence's probabilities.

    Sources: least confidence is that of Settles & Craven (2008), "An Analysis of Active Learning
    Strategies for Sequence Labeling Tasks", section 3.1; Shen et al. (2018), "Deep Active Learning
    for Named Entity Recognition", divide its logarithm by the length, or long sentences would
    always win.
    """
    logs = sum(math.log(max(probability, TINY)) for probability in probabilities)
    return 1 - math.exp(logs / len(probabilities))


def most_uncertain(
    tagger: TextTagger,
    pool: Sequence[Sentence],
    known: Iterable[Sentence],
    seed: int,
    most: int = MAXIMUM,
) -> ToAnnotate:
    """The sentences of which the tagger is least sure, each once; ties in the pool's order.

    Args:
        tagger: trained.
        pool: unlabelled sentences; of more than `LOOKED_AT` a random sample is looked at. Those of
            fewer than `SHORTEST` words, and those that a column file can't hold, are left out.
        known: sentences that are labelled already, left out too.
        seed: decides the sample.
        most: how many at most.
    """
    drawn = np.arange(len(pool))
    if len(pool) > LOOKED_AT:
        drawn = np.sort(np.random.default_rng(seed).choice(len(pool), LOOKED_AT, replace=False))
    chosen: dict[tuple[str, ...], Sentence] = {}
    for index in drawn.tolist():
        if _is_fit(pool[index].words):
            chosen.setdefault(pool[index].words, pool[index])
    for sentence in known:
        chosen.pop(sentence.words, None)
    predictions = tagger.predict_labels([Sentence(words) for words in chosen])
    rows = [
        Uncertain(
            uncertainty(prediction.scores),
            sentence.words,
            tuple(tagger.tags(prediction)),
            _document(tagger, sentence, prediction),
        )
        for sentence, prediction in zip(chosen.values(), predictions, strict=True)
    ]
    rows.sort(key=lambda row: -row.uncertainty)
    return ToAnnotate(tuple(rows[:most]), len(rows), len(pool))


def _document(tagger: TextTagger, sentence: Sentence, prediction: Prediction) -> Document:
    """A tagged sentence as a document whose labels nobody has checked."""
    whole = sentence.with_text()
    assert whole.text is not None, "just given"
    if tagger.labels.scheme == "plain":
        return Document(
            whole.text, None, whole.offsets, tuple(tagger.tags(prediction)), is_prediction=True
        )
    spans = tuple(
        TextSpan(entity.start, entity.end, entity.entity_group, entity.score)
        for entity in tagger.entities(whole, prediction)
    )
    return Document(whole.text, spans, whole.offsets, is_prediction=True)


def _is_fit(words: tuple[str, ...]) -> bool:
    has_white_space = any(set(word) & set(" \t\n\r") for word in words)
    return len(words) >= SHORTEST and not has_white_space
