"""ONNX's operator `Scan`: a step of elementwise operators, applied word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import onnx
import torch
from onnx import TensorProto, helper

from nlp_architect_ext.layers.onnx_graph import OnnxGraph


@dataclass
class Scanned:
    """A step that makes the state ``after`` from the state ``before`` and what comes in of a word.

    Args:
        inputs: names of what comes in.
    """

    inputs: tuple[str, ...]
    nodes: list[onnx.NodeProto] = field(default_factory=list)

    def add(self, operator: str, inputs: Sequence[str], output: str) -> None:
        """An operator of the step; weights of the graph around it may be named too."""
        self.nodes.append(helper.make_node(operator, inputs, [output]))

    def body(self) -> onnx.GraphProto:
        """The step as a graph: the next state, then both states as what is kept of a word."""
        kept = {"after": "kept_after", "before": "kept_before"}
        copies = [helper.make_node("Identity", [name], [copy]) for name, copy in kept.items()]
        given, found = ("before", *self.inputs), ("after", *kept.values())
        return helper.make_graph(
            [*self.nodes, *copies], "step", list(map(_info, given)), list(map(_info, found))
        )


def _info(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)


def scan(graph: OnnxGraph, step: Scanned, inputs: Sequence[str]) -> tuple[str, str]:
    """Apply a step along the first axis, from a state of zeros.

    Args:
        graph: takes the operator.
        step: see `Scanned`.
        inputs: values (words, batch, width) for the step's inputs, in order.

    Returns:
        The names of the states after and before each word (words, batch, width).
    """
    first = graph.add("Gather", inputs[0], graph.weight(torch.tensor(0)), axis=0)
    zeros = graph.add("Mul", first, graph.weight(torch.tensor(0.0)))
    _, after, before = graph.add_all(
        "Scan", zeros, *inputs, count=3, body=step.body(), num_scan_inputs=len(inputs)
    )
    return after, before
