"""Which unlabelled sentences to annotate next: those of which the tagger is least sure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.columns import format_columns
from nlp_architect_ext.evaluation.annotation_choice import Budget, choose
from nlp_architect_ext.evaluation.annotation_rules import RULES, TINY, Numbers, Said
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger

MAXIMUM = 100  # sentences that are named, where nobody says how many
LOOKED_AT = 5_000  # sentences that are tagged for it: a pool of millions must stay cheap
SHORTEST = 4  # words; fewer are headings and remains, and teach little
TOLD = 3  # words of a sentence that are named as its most doubtful
DIGITS = 4

DEFAULT_RULE = "least-confidence"


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A sentence with the tagger's own tags, and how unsure it is of them.

    Args:
        uncertainty: as the rule measures it; from 0 to 1 but for totals.
        words: the sentence.
        tags: the tagger's.
        document: the same as text and scored spans, for annotation tools.
        doubtful: the places of the words that are most in doubt, the most doubtful first.
    """

    uncertainty: float
    words: tuple[str, ...]
    tags: tuple[str, ...]
    document: Document | None = None
    doubtful: tuple[int, ...] = ()

    @property
    def doubtful_words(self) -> str:
        """The words that are most in doubt, separated by commas."""
        return ", ".join(self.words[place] for place in self.doubtful)


@dataclass(frozen=True)
class ToAnnotate:
    """The sentences that were chosen.

    Args:
        sentences: in the order in which they were chosen.
        looked_at: how many sentences were compared.
        pool: how many unlabelled sentences there are.
        rule: that chose them.
        is_diverse: whether each choice depended on those before it.
    """

    sentences: tuple[Uncertain, ...]
    looked_at: int
    pool: int
    rule: str = DEFAULT_RULE
    is_diverse: bool = False

    @property
    def words(self) -> int:
        """Of all sentences."""
        return sum(len(one.words) for one in self.sentences)

    def lines(self) -> str:
        """``uncertainty<TAB>sentence`` lines, the words separated by spaces."""
        return "".join(f"{one.uncertainty:.4f}\t{' '.join(one.words)}\n" for one in self.sentences)

    def columns(self) -> str:
        """The same sentences as a column file with the tagger's tags, to be corrected."""
        return "\n".join(format_columns(one.words, one.tags) for one in self.sentences)

    def documents(self) -> list[Document]:
        """The same sentences for an annotation tool, each with why it was chosen."""
        return [
            replace(one.document, meta=self._why(one))
            for one in self.sentences
            if one.document is not None
        ]

    def reasons(self) -> list[dict[str, Any]]:
        """Why each sentence was chosen, as JSON."""
        return [
            {
                "text": " ".join(one.words),
                "uncertainty": round(one.uncertainty, DIGITS),
                "rule": self.rule,
                "doubtful": [
                    {"word": one.words[place], "place": place, "tag": one.tags[place]}
                    for place in one.doubtful
                ],
            }
            for one in self.sentences
        ]

    def _why(self, one: Uncertain) -> dict[str, Any]:
        found: dict[str, Any] = {"uncertainty": round(one.uncertainty, DIGITS), "rule": self.rule}
        # text, not a list: every format keeps it
        return found | ({"doubtful": one.doubtful_words} if one.doubtful else {})


def uncertainty(probabilities: Sequence[float]) -> float:
    """Least confidence, by length: ``1 - (Π p)^(1/words)`` for a sentence's probabilities.

    Sources: least confidence is that of Settles & Craven (2008), "An Analysis of Active Learning
    Strategies for Sequence Labeling Tasks", section 3.1; Shen et al. (2018), "Deep Active Learning
    for Named Entity Recognition", divide its logarithm by the length, or long sentences would
    always win.
    """
    logs = sum(math.log(max(probability, TINY)) for probability in probabilities)
    return 1 - math.exp(logs / len(probabilities))


def candidates(pool: Sequence[Sentence], known: Iterable[Sentence], seed: int) -> list[int]:
    """The places of the sentences that may be chosen: each content once, in the pool's order.

    Args:
        pool: unlabelled sentences; of more than `LOOKED_AT` a random sample is looked at. Those of
            fewer than `SHORTEST` words, and those that a column file can't hold, are left out.
        known: sentences that are labelled already, left out too.
        seed: decides the sample.
    """
    drawn = np.arange(len(pool))
    if len(pool) > LOOKED_AT:
        drawn = np.sort(np.random.default_rng(seed).choice(len(pool), LOOKED_AT, replace=False))
    places: dict[tuple[str, ...], int] = {}
    for index in drawn.tolist():
        if _is_fit(pool[index].words):
            places.setdefault(pool[index].words, index)
    for sentence in known:
        places.pop(sentence.words, None)
    return list(places.values())


def worth_most(
    tagger: TextTagger,
    sentences: Sequence[Sentence],
    predictions: Sequence[Prediction],
    said: Sequence[Said],
    pool: int,
    rule: str = DEFAULT_RULE,
    budget: Budget | None = None,
    *,
    is_diverse: bool = False,
) -> ToAnnotate:
    """The sentences of which the tagger could learn most.

    Args:
        tagger: trained.
        sentences: that may be chosen, see `candidates`.
        predictions: the tagger's, of each.
        said: more about each sentence's labels.
        pool: how many unlabelled sentences there are.
        rule: one of `annotation_rules.RULES`.
        budget: how much is chosen; None for `MAXIMUM` sentences.
        is_diverse: see `annotation_choice.choose`.
    """
    measure = RULES[rule]
    doubts = [measure.doubts(one) for one in said]
    words = [sentence.words for sentence in sentences]
    budget = budget or Budget(MAXIMUM)
    rows = [
        Uncertain(
            measure.shown(doubts[place]),
            words[place],
            tuple(tagger.tags(predictions[place])),
            _document(tagger, sentences[place], predictions[place]),
            _doubtful(doubts[place]),
        )
        for place in choose(words, doubts, measure, budget, is_diverse=is_diverse)
    ]
    return ToAnnotate(tuple(rows), len(sentences), pool, rule, is_diverse)


def _doubtful(doubts: Numbers) -> tuple[int, ...]:
    first = np.argsort(-doubts, kind="stable")[:TOLD]
    return tuple(int(place) for place in first if doubts[place] > 0)


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
