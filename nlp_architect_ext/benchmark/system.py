"""One thing to measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nlp_architect_ext.core.sentence import Sentence


@dataclass(frozen=True)
class System:
    """One thing to measure.

    Args:
        name: what it's called in tables.
        tag: finds entities, with scores if it has any, in sentences of words; all of them are one
            batch.
        network: of such a batch, what the network alone computes, each time it's called.
        parameters: numbers that it has learnt, or 0 if that isn't known.
        bytes: on disk, or 0 for one that has no file.
        label: the labels of a batch's words; None for one with random weights.
        scheme: of those labels, "IOB2" or "plain".
    """

    name: str
    tag: Callable[[Sequence[Sentence]], Any]
    network: Callable[[Sequence[Sentence]], Callable[[], Any]]
    parameters: int = 0
    bytes: int = 0
    label: Callable[[Sequence[Sentence]], list[Sequence[str]]] | None = None
    scheme: str = "IOB2"
