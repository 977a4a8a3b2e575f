"""A network is built no further than its weights go: settings from strangers can ask for anything.

A line of `config.json` can order a hundred thousand layers, or one of a hundred gigabytes, for a
file of weights that has a few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import get_ident

from torch import Tensor, nn
from torch.nn.modules import module as hooks

from nlp_architect_ext.core.tensor_header import TensorEntry

# Weights that a file may lack: those of a new head, those that others are tied to.
SPARE_TENSORS, SPARE_NUMBERS = 100, 1_000_000
MODULES_A_TENSOR = 20  # most modules without weights, such as dropout, for each with some


class TooLargeError(ValueError):
    """A network needs more weights than there are."""


@contextmanager
def limited(header: Mapping[str, TensorEntry]) -> Iterator[None]:
    """Networks that are built inside may have about as many weights as the header lists.

    Tied weights count once for each place that they have, so there is room for twice as many. What
    is too much is refused before numbers are put into it.

    Args:
        header: the tensors of the file that the network is to be filled from.

    Raises:
        TooLargeError: it has more; raised as soon as that is clear.
    """
    limit = _Limit(header)
    handles = [
        hooks.register_module_parameter_registration_hook(limit.tensor),
        hooks.register_module_buffer_registration_hook(limit.tensor),
        hooks.register_module_module_registration_hook(limit.module),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Limit:
    """Counts what is registered by this thread: other threads may build networks of their own."""

    def __init__(self, header: Mapping[str, TensorEntry]) -> None:
        self._thread = get_ident()
        self._listed = len(header), sum(entry.size for entry in header.values())
        self._tensors = 2 * self._listed[0] + SPARE_TENSORS
        self._numbers = 2 * self._listed[1] + SPARE_NUMBERS
        self._modules = MODULES_A_TENSOR * self._tensors
        self._seen: set[tuple[int, str]] = set()

    def tensor(self, module: nn.Module, name: str, tensor: Tensor | None) -> None:
        key = id(module), name
        if tensor is None or get_ident() != self._thread or key in self._seen:
            return
        self._seen.add(key)
        self._tensors -= 1
        self._numbers -= tensor.numel()
        self._check()

    def module(self, module: nn.Module, name: str, child: nn.Module | None) -> None:
        if get_ident() == self._thread:
            self._modules -= 1
            self._check()

    def _check(self) -> None:
        if min(self._tensors, self._numbers, self._modules) < 0:
            tensors, numbers = self._listed
            raise TooLargeError(
                f"the settings ask for a larger network than the weights, {tensors:,} tensors of "
                f"{numbers:,} numbers, can fill"
            )


def check_shapes(network: nn.Module, header: Mapping[str, TensorEntry]) -> None:
    """Whether weights of these names and shapes are just those of a network.

    Args:
        network: with any weights.
        header: the tensors of the file that it is to be filled from; none of them is read.

    Raises:
        ValueError: other names or shapes; it names the first.
    """
    found = {name: entry.shape for name, entry in header.items()}
    needed = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    for name in sorted(found.keys() | needed.keys()):
        if found.get(name) != needed.get(name):
            raise ValueError(
                f"{name} has the shape {_named(found.get(name))} where the settings need "
                f"{_named(needed.get(name))}"
            )


def _named(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else str(list(shape))
