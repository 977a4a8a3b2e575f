"""The floating-point operations of a training step, counted."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import islice
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nlp_architect_ext.layers.modes import mode
from nlp_architect_ext.training.loop import Stream, _gradients
from nlp_architect_ext.training.objectives import Movable, StepObjective


class Sentences(Movable, Protocol):
    """A batch of sentences."""

    @property
    def words(self) -> Tensor:
        """Word ids (batch, words)."""
        ...


Read = TypeVar("Read", bound=Sentences)
Given = TypeVar("Given", covariant=True)


class SentenceStream(Stream[Given], Protocol[Given]):
    """Batches of sentences of similar lengths."""

    @property
    def words_a_step(self) -> float:
        """Words of a batch, padding included: the mean over an epoch."""
        ...


def operations(compute: Callable[[], object]) -> int:
    """The floating-point operations of a computation's matrix products.

    A multiplication and an addition count as two; element-wise operations aren't counted. The
    computation is run once, and has no effect on what is random later.

    Source: ``torch.utils.flop_counter``, which sees into recurrent layers only where no library
    computes them whole.
    """
    # A GPU that isn't in use yet must not be woken up.
    cards = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with (
        warnings.catch_warnings(action="ignore"),  # torch warns of what other processors have
        torch.random.fork_rng(cards),
        torch.backends.mkldnn.flags(enabled=False),
        torch.backends.cudnn.flags(enabled=False),
        FlopCounterMode(display=False) as counter,
    ):
        compute()
    return int(counter.get_total_flops())


COUNTED = 8  # steps whose operations are counted


def operations_a_step(
    model: nn.ModuleDict, stream: SentenceStream[Read], objective: StepObjective[Read]
) -> float:
    """The floating-point operations of a training step, mean over an epoch.

    They are counted in the epoch's first steps, as operations a word, padding included.
    """
    batches = list(islice(stream.epoch(0), COUNTED))
    # Some layers change in a forward pass: batch normalisation counts its means.
    kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with mode(model, training=True):
        count = operations(lambda: [_gradients(model, batch, objective) for batch in batches])
    model.zero_grad()
    model.load_state_dict(kept)
    words = sum(batch.words.numel() for batch in batches)
    return count / words * stream.words_a_step
