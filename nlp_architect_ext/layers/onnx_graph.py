"""An ONNX graph under construction: what students write themselves down with."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

Shape = Sequence[str | int]

# Versions old enough for every ONNX Runtime of the last years.
OPSET = 17
IR_VERSION = 8

FEATURES = "features"
LENGTHS = "lengths"
EMISSIONS = "emissions"


class OnnxGraph:
    """Collects operators and weights; values are known by their names.

    The inputs are `features` (batch, words, width) as float32 and `lengths` (batch,) as int32.
    `large` names the operators that an export with 8-bit integers rounds: LSTMs and `product`.
    """

    def __init__(self) -> None:
        self.large: list[str] = []
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def weight(self, tensor: Tensor) -> str:
        """A constant, by its new name."""
        name = f"weight_{len(self._weights)}"
        array = tensor.detach().cpu().contiguous().numpy()
        self._weights.append(numpy_helper.from_array(array, name))
        return name

    def add(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """An operator of the ONNX standard; the name of its first output."""
        name = output or f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        if operator == "LSTM":
            self.large.append(name)
        return name

    def add_all(self, operator: str, *inputs: str, count: int, **attributes: Any) -> list[str]:
        """An operator of the ONNX standard; the names of its outputs, `count` of them."""
        name = f"value_{len(self._nodes)}"
        names = [f"{name}_{number}" for number in range(count)]
        self._nodes.append(helper.make_node(operator, inputs, names, name, **attributes))
        return names

    def product(self, features: str, weights: str) -> str:
        """Features times a constant matrix (inputs, outputs) so large that it's worth rounding."""
        name = self.add("MatMul", features, weights)
        self.large.append(name)
        return name

    def linear(self, layer: nn.Linear, features: str) -> str:
        """A dense layer over the last axis."""
        product = self.add("MatMul", features, self.weight(layer.weight.t()))
        return self.add("Add", product, self.weight(layer.bias))

    def finish(self, emissions: str, width: int, label_count: int) -> onnx.ModelProto:
        """The checked model whose output `emissions` is (batch, words, labels).

        Args:
            emissions: the value that it gives.
            width: numbers of a word's features.
            label_count: labels.
        """
        inputs: dict[str, tuple[int, Shape]] = {
            FEATURES: (TensorProto.FLOAT, ["batch", "words", width]),
            LENGTHS: (TensorProto.INT32, ["batch"]),
        }
        return self.model(inputs, {EMISSIONS: (emissions, ["batch", "words", label_count])})

    def model(
        self, inputs: Mapping[str, tuple[int, Shape]], outputs: Mapping[str, tuple[str, Shape]]
    ) -> onnx.ModelProto:
        """The checked model.

        Args:
            inputs: type and shape of each; a name stands for any size.
            outputs: the value that each is, and its shape; as float32.
        """
        for name, (value, _) in outputs.items():
            self.add("Identity", value, output=name)
        given = [
            helper.make_tensor_value_info(name, kind, shape)
            for name, (kind, shape) in inputs.items()
        ]
        found = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, (_, shape) in outputs.items()
        ]
        graph = helper.make_graph(self._nodes, "tagger", given, found, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model, full_check=True)
        return model


def quantized(model: bytes, nodes: Sequence[str]) -> bytes:
    """The graph with the weights of some operators as 8-bit integers.

    Their other inputs are rounded as they come.

    Args:
        model: the graph.
        nodes: names of these operators: LSTMs, and products with a constant.

    Raises:
        AssertionError: one of them was not rounded.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name) / "fp32.onnx", Path(name) / "int8.onnx"
        before.write_bytes(model)
        logger = logging.getLogger()
        level = logger.level
        logger.setLevel(logging.ERROR)  # ONNX Runtime advises steps for other exporters' graphs
        try:
            quantize_dynamic(
                before, after, nodes_to_quantize=list(nodes), weight_type=QuantType.QInt8
            )
        finally:
            logger.setLevel(level)
        content = after.read_bytes()
    unchanged = _operators(model) & _operators(content)
    missed = {name for name, _ in unchanged}.intersection(nodes)
    if missed:
        raise AssertionError(f"not rounded: {', '.join(sorted(missed))}")
    return content


def _operators(model: bytes) -> set[tuple[str, str]]:
    """Name and type of each operator of a graph."""
    return {(node.name, node.op_type) for node in onnx.load_from_string(model).graph.node}
