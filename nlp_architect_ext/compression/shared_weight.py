"""Weights that networks of several widths share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

DOT = "__"  # in names of modules, which mustn't have dots


class SharedWeight(nn.Module):
    """A weight of which narrower networks use the first rows and columns.

    It's kept as tiles, each a parameter of its own, so that what a narrow network doesn't use gets
    no gradient at all: were it zero, an optimiser's moments would still move it.

    Args:
        whole: the weight of the widest network.
        borders: of each axis the sizes that networks use, the narrowest first; the last one is the
            axis' own. A single size for an axis that all of them use whole.
        parts: of how many equal parts each axis consists, such as the gates of an LSTM: borders
            count within a part.
    """

    def __init__(
        self, whole: Tensor, borders: Sequence[Sequence[int]], parts: Sequence[int]
    ) -> None:
        super().__init__()
        self.levels = [len(sizes) for sizes in borders]
        tiles = _apart(whole.detach(), parts)
        self.tiles = nn.ParameterDict()
        for place in itertools.product(*map(range, self.levels)):
            tile = tiles
            for axis, (sizes, index) in enumerate(zip(borders, place, strict=True)):
                start = sizes[index - 1] if index else 0
                tile = tile.narrow(2 * axis + 1, start, sizes[index] - start)
            self.tiles[_key(place)] = nn.Parameter(tile.clone())

    def cut(self, level: int) -> Tensor:
        """The weight of the network of this number, the narrowest being 0; contiguous."""
        found = self._joined([min(level + 1, count) for count in self.levels], ())
        for axis in range(len(self.levels)):
            found = found.flatten(axis, axis + 1)
        return found.contiguous()

    def _joined(self, counts: Sequence[int], place: tuple[int, ...]) -> Tensor:
        """The tiles whose first places are these, as one tensor."""
        axis = len(place)
        if axis == len(counts):
            tile: Tensor = self.tiles[_key(place)]
            return tile
        found = [self._joined(counts, (*place, index)) for index in range(counts[axis])]
        return torch.cat(found, dim=2 * axis + 1)


class SharedModule(nn.Module):
    """The weights of a module that is built at several widths.

    Args:
        make: the module of a width. Its attribute `parts`, if it has one, says by parameter of how
            many equal parts each axis consists, each of which grows with the width.
        widths: in ascending order.
    """

    def __init__(self, make: Callable[[int], nn.Module], widths: Sequence[int]) -> None:
        super().__init__()
        widest = make(widths[-1])
        parts: Mapping[str, tuple[int, ...]] = getattr(widest, "parts", {})
        with torch.device("meta"):
            shapes = [_shapes(make(width)) for width in widths]
        self.shared = nn.ModuleDict()
        for name, weight in widest.named_parameters():
            counts = [*parts.get(name, ()), *[1] * weight.dim()][: weight.dim()]
            borders = [
                sorted({shape[name][axis] // count for shape in shapes})
                for axis, count in enumerate(counts)
            ]
            self.shared[name.replace(".", DOT)] = SharedWeight(weight, borders, counts)

    def cut(self, level: int) -> dict[str, Tensor]:
        """The weights of the module of this number, the narrowest being 0, by their names."""
        found = {}
        for name, shared in self.shared.items():
            assert isinstance(shared, SharedWeight)
            found[name.replace(DOT, ".")] = shared.cut(level)
        return found


def _shapes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: weight.shape for name, weight in module.named_parameters()}


def _apart(tensor: Tensor, parts: Sequence[int]) -> Tensor:
    """Each axis as two: its parts, and the places within a part."""
    for axis, count in enumerate(parts):
        tensor = tensor.unflatten(2 * axis, (count, tensor.shape[2 * axis] // count))
    return tensor


def _key(place: Sequence[int]) -> str:
    return "_".join(map(str, place))
