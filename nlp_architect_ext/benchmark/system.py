"""One thing to measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.text_tagger import TextTagger


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


def in_torch(
    name: str, tagger: TextTagger, network: nn.Module, parameters: int, size: int
) -> System:
    """A tagger whose network is a module, and the inputs that it had while it tagged a batch."""

    def tag(batch: Sequence[Sentence]) -> Any:
        return tagger.predict(batch, len(batch))

    def replay(batch: Sequence[Sentence]) -> Callable[[], Any]:
        calls: list[tuple[Any, Any]] = []
        handle = network.register_forward_pre_hook(
            lambda _, *given: calls.append(given), with_kwargs=True
        )
        tag(batch)
        handle.remove()
        return torch.inference_mode()(
            lambda: [network(*arguments, **named) for arguments, named in calls]
        )

    return System(
        name,
        tag,
        replay,
        parameters,
        size,
        label=lambda batch: labels_of(tagger, batch),
        scheme=tagger.labels.scheme,
    )


def labels_of(tagger: TextTagger, batch: Sequence[Sentence]) -> list[Sequence[str]]:
    """What a tagger calls the words of a batch."""
    return [one.labels for one in tagger.predict_labels(batch, len(batch))]
