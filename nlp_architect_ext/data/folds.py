"""Folds of labelled sentences: each is judged by what the others teach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence


def content_folds(sentences: Sequence[Sentence], count: int, seed: int) -> list[list[int]]:
    """The indices of each fold, in their order; every sentence is in one of them.

    Sentences of the same words are in the same fold: a tagger that has seen one of them would
    repeat its labels for the others. Otherwise chance decides, so that a file's order plays no
    part.

    Args:
        sentences: what is parted.
        count: of the folds.
        seed: decides the draw.

    Raises:
        UserError: there are fewer different sentences than folds.
    """
    contents: dict[tuple[str, ...], list[int]] = {}
    for index, sentence in enumerate(sentences):
        contents.setdefault(sentence.words, []).append(index)
    if len(contents) < count:
        raise UserError(
            where="--folds",
            wrong=f"{count} folds of {len(contents)} different sentences",
            expected="at least one sentence a fold",
            remedy="give fewer folds, or more labelled sentences",
        )
    groups = list(contents.values())
    order = np.random.default_rng(seed).permutation(len(groups)).tolist()
    folds = [[groups[place] for place in order[start::count]] for start in range(count)]
    return [sorted(index for group in fold for index in group) for fold in folds]
