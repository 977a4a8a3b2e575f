"""From a teacher's logits to the labels of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.layers.decoder import Decoder

SURE = 1e4  # a logit so far above the others that nothing else is chosen


def best_labels(logits: Sequence[NDArray[Any]], labels: LabelSet) -> list[tuple[str, ...]]:
    """The most likely legal labels of each sentence.

    A word of which the teacher has no opinion gets ``O``, or the first label if there is no ``O``.

    Args:
        logits: one array (words, labels) a sentence; a row of zeros is no opinion.
        labels: the labels in the order of the columns.
    """
    decoder = Decoder(labels, use_crf=False)
    found: list[tuple[str, ...]] = []
    for rows in logits:
        if not len(rows):
            found.append(())
            continue
        emissions = torch.tensor(rows, dtype=torch.float32)  # a copy: it's about to be changed
        unseen = ~emissions.any(dim=1)
        emissions[unseen, labels.outside or 0] = SURE
        best, _ = decoder.decode(emissions.unsqueeze(0), torch.tensor([len(rows)]))
        found.append(tuple(labels.names[label] for label in best[0].tolist()))
    return found
