"""A network in training or in evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def mode(network: nn.Module, *, training: bool) -> Iterator[None]:
    """The network with its dropout and the like on or off, and afterwards as it was."""
    before = network.training
    network.train(training)
    try:
        yield
    finally:
        network.train(before)
