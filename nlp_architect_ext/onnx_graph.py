"""An ONNX graph under construction: what students write themselves down with."""

from __future__ import annotations

from typing import Any

import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET, IR_VERSION = 17, 8  # old enough for every ONNX Runtime of the last years
FEATURES, LENGTHS, EMISSIONS = "features", "lengths", "emissions"


class OnnxGraph:
    """Collects operators and weights; values are known by their names.

    The inputs are `features` (batch, words, width) as float32 and `lengths` (batch,) as int32.
    """

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def weight(self, tensor: Tensor) -> str:
        """A constant, by its new name."""
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(tensor.detach().cpu().contiguous().numpy(), name))
        return name

    def add(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """An operator of the ONNX standard with its inputs and attributes; the name of its first output."""
        name = output or f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
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
        self.add("Identity", emissions, output=EMISSIONS)
        inputs = [
            helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["batch", "words", width]),
            helper.make_tensor_value_info(LENGTHS, TensorProto.INT32, ["batch"]),
        ]
        outputs = [helper.make_tensor_value_info(EMISSIONS, TensorProto.FLOAT, ["batch", "words", label_count])]
        graph = helper.make_graph(self._nodes, "tagger", inputs, outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model, full_check=True)
        return model

