"""Which unlabelled text is like the labelled text: cross-entropy difference.

Source: Moore & Lewis (2010), "Intelligent Selection of Language Model Training Data", with models
of single words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.data.vocabulary import lower_cased

OTHER = ""  # stands for all words that the labelled text doesn't have twice


class DomainScore:
    """How much more likely words are in the labelled text than in the pool.

    ``mean over words of log p_labelled(word) - log p_pool(word)``, the difference of
    cross-entropies in nats a word. Both models know the words that the labelled text has at least
    twice, in lower case, and one word for all others; counts are raised by one.

    Args:
        labelled: how often each word is in the labelled sentences.
        pool: how often each word is in all unlabelled text.
    """

    def __init__(self, labelled: Mapping[str, int], pool: Mapping[str, int]) -> None:
        counts = lower_cased(labelled)
        self.known = frozenset(word for word, count in counts.items() if count > 1)
        inside = self._logs(counts)
        outside = self._logs(lower_cased(pool))
        self.gains = {word: inside[word] - outside[word] for word in inside}

    def _logs(self, counts: Counter[str]) -> dict[str, float]:
        """Log probability of each known word, and of the others together."""
        others = counts.total() - sum(counts[word] for word in self.known)
        raised = {word: counts[word] + 1 for word in self.known}
        raised[OTHER] = others + 1
        total = sum(raised.values())
        return {word: math.log(count / total) for word, count in raised.items()}

    def __call__(self, words: Sequence[str]) -> float:
        """The score of a text of at least one word; higher is more like the labelled text."""
        other = self.gains[OTHER]
        return sum(self.gains.get(word.lower(), other) for word in words) / len(words)


def best(scores: NDArray[np.float64], contents: NDArray[np.uint64], count: int) -> list[int]:
    """The places of the `count` highest scores, ascending; of the same content the first only.

    Args:
        scores: of each text (texts,).
        contents: the same number for the same content (texts,).
        count: how many; fewer if there aren't as many contents.
    """
    seen: set[int] = set()
    chosen: list[int] = []
    for place in np.argsort(-scores, kind="stable"):
        if len(chosen) == count:
            break
        content = int(contents[place])
        if content not in seen:
            seen.add(content)
            chosen.append(int(place))
    return sorted(chosen)
