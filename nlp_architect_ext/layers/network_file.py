"""A trained network as the file that the native kernel reads: what students write themselves in.

The file is one of safetensors; docs/export-format.md says what is in it.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor

from nlp_architect_ext.core.rounding import rounded


class NetworkFile:
    """Collects the weights of a network by name.

    Args:
        precision: "int8" rounds large weights to 8 bits; "fp32" changes nothing.
    """

    def __init__(self, precision: str) -> None:
        self._precision = precision
        self._settings: dict[str, str] = {}
        self._weights: dict[str, NDArray[Any]] = {}

    def setting(self, name: str, value: Any) -> None:
        """A JSON value that isn't a weight; `network`, a string, names the kind and is needed."""
        self._settings[name] = value if isinstance(value, str) else json.dumps(value)

    def large(self, name: str, weights: Tensor) -> None:
        """Weights (outputs, inputs) or (outputs, inputs, taps) that are worth rounding.

        Each output has a scale, of a convolution each output and tap.
        """
        array = _array(weights)
        if self._precision != "int8":
            self._weights[name] = array
            return
        rows = np.moveaxis(array, 1, -1)  # what has a scale in common comes last
        integers, scales = rounded(rows.reshape(-1, rows.shape[-1]))
        integers = np.moveaxis(integers.reshape(rows.shape), -1, 1)
        self._weights[name] = np.ascontiguousarray(integers)
        self._weights[f"{name}.scale"] = scales.reshape(rows.shape[:-1])

    def small(self, name: str, weights: Tensor) -> None:
        """Weights that stay as they are."""
        self._weights[name] = _array(weights)

    def content(self) -> bytes:
        """The file."""
        return bytes(save(self._weights, metadata=self._settings))


def _array(weights: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(weights.detach().cpu().float().numpy())
