"""Dev sentences out of train, where there is no dev file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus

MINIMUM = 10  # labelled sentences: of fewer, none can be spared


def split_dev(corpus: Corpus, fraction: float, seed: int) -> Corpus:
    """The corpus with a share of train as dev, stratified by the rarest type of each sentence.

    No type loses its only sentence. Of fewer than `MINIMUM` sentences none is taken.

    Args:
        corpus: without dev.
        fraction: of train, between 0 and 1.
        seed: decides the draw.
    """
    sentences = counted(len(corpus.train), "labelled sentence")
    if len(corpus.train) < MINIMUM:
        return _without_dev(corpus, f"{sentences}, too few to spare any")
    chosen = set(_drawn(corpus.train, corpus.labels, fraction, seed))
    if not chosen:
        return _without_dev(corpus, f"each of {sentences} is the only one of a type")
    dev = [sentence for index, sentence in enumerate(corpus.train) if index in chosen]
    train = [sentence for index, sentence in enumerate(corpus.train) if index not in chosen]
    note = f"dev set: {len(dev)} of the {len(corpus.train)} sentences of train, stratified by type"
    return replace(corpus, train=train, dev=dev, dev_is_split=True, notes=(*corpus.notes, note))


def _without_dev(corpus: Corpus, why: str) -> Corpus:
    return replace(corpus, notes=(*corpus.notes, f"no dev set: {why}"))


def _drawn(
    sentences: Sequence[Sentence], labels: LabelSet, fraction: float, seed: int
) -> list[int]:
    """The indices of a systematic sample of the sentences, sorted by stratum."""
    types = [{span.type for span in labels.spans(one.labels or ())} for one in sentences]
    counts = Counter(name for names in types for name in names)
    random = np.random.default_rng(seed).permutation(len(sentences)).tolist()
    strata = [min(((counts[name], name) for name in names), default=(0, "")) for names in types]
    spared = [index for index in range(len(sentences)) if strata[index][0] != 1]
    ordered = sorted(spared, key=lambda index: (strata[index], random[index]))
    wanted = min(max(1, round(fraction * len(sentences))), len(ordered))
    places = [(2 * number + 1) * len(ordered) // (2 * wanted) for number in range(wanted)]
    return [ordered[place] for place in places]
