"""BERT in ONNX Runtime with 8-bit integers: the usual fast form of a large tagger on a CPU.

Source of the network: Devlin et al. (2019), "BERT", and Vaswani et al. (2017), "Attention Is All
You Need", section 3.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto
from torch import Tensor, nn
from transformers import BertForTokenClassification

from nlp_architect_ext.layers.onnx_graph import OnnxGraph, quantized

FAR = -1e9  # added to attention that mustn't be paid


class OnnxBert(nn.Module):
    """Gives what the torch model gives, rounded: logits (batch, pieces, labels).

    Args:
        model: whose weights are taken.
        threads: processor threads.
    """

    def __init__(self, model: BertForTokenClassification, threads: int) -> None:
        super().__init__()
        self.config = model.config
        self.count = sum(parameter.numel() for parameter in model.parameters())
        # Says that it computes on the CPU.
        self.place = nn.Parameter(torch.zeros(0), requires_grad=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        graph = bert_graph(model)
        weights = {tensor.name for tensor in graph.graph.initializer}
        layers = [
            node.name
            for node in graph.graph.node
            if node.op_type == "MatMul" and node.input[1] in weights
        ]
        content = quantized(graph.SerializeToString(), layers)
        self.bytes = len(content)
        self.session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:
        """An object with `logits`, as models of transformers give."""
        inputs = {
            "input_ids": input_ids.numpy(),
            "attention_mask": attention_mask.numpy().astype(np.int64),
        }
        return SimpleNamespace(logits=torch.from_numpy(self.session.run(None, inputs)[0]))


def bert_graph(model: BertForTokenClassification) -> Any:
    """The model as ONNX, from `input_ids` and `attention_mask` to `logits`.

    Shapes: (batch, pieces), twice, and (batch, pieces, labels).
    """
    graph = OnnxGraph()
    bert = model.bert
    eps = model.config.layer_norm_eps
    embeddings: Any = bert.embeddings
    zero, one = graph.weight(torch.tensor(0)), graph.weight(torch.tensor(1))
    pieces = graph.add("Gather", graph.add("Shape", "input_ids"), one, axis=0)
    # shape: (pieces,)
    positions = graph.add("Range", zero, pieces, one)
    # shape: (positions, width), and below (batch, pieces, width)
    places = embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]
    value = graph.add("Gather", graph.weight(embeddings.word_embeddings.weight), "input_ids")
    value = graph.add("Add", value, graph.add("Gather", graph.weight(places), positions))
    value = _normalised(graph, embeddings.LayerNorm, value, eps)
    is_padding = graph.add("Cast", graph.add("Sub", one, "attention_mask"), to=TensorProto.FLOAT)
    far = graph.add("Mul", is_padding, graph.weight(torch.tensor(FAR)))
    # shape: (batch, 1, 1, pieces)
    mask = graph.add("Unsqueeze", far, graph.weight(torch.tensor([1, 2])))
    layers: Any = bert.encoder.layer
    for layer in layers:
        attention = layer.attention
        heads = _attention(graph, attention.self, value, mask)
        attended = graph.add("Add", graph.linear(attention.output.dense, heads), value)
        value = _normalised(graph, attention.output.LayerNorm, attended, eps)
        inner = _gelu(graph, graph.linear(layer.intermediate.dense, value))
        outer = graph.add("Add", graph.linear(layer.output.dense, inner), value)
        value = _normalised(graph, layer.output.LayerNorm, outer, eps)
    logits = graph.linear(model.classifier, value)
    whole, shape = TensorProto.INT64, ["batch", "pieces"]
    inputs = {"input_ids": (whole, shape), "attention_mask": (whole, shape)}
    return graph.model(
        inputs, {"logits": (logits, ["batch", "pieces", model.classifier.out_features])}
    )


def _attention(graph: OnnxGraph, attention: Any, value: str, mask: str) -> str:
    """What each piece takes from the others, all heads side by side (batch, pieces, width)."""
    heads, width = attention.num_attention_heads, attention.attention_head_size
    shape = graph.weight(torch.tensor([0, 0, heads, width]))

    def by_head(layer: Any, order: list[int]) -> str:
        split = graph.add("Reshape", graph.linear(layer, value), shape)
        return graph.add("Transpose", split, perm=order)

    # shape: (batch, heads, pieces, head width), of the keys (batch, heads, head width, pieces)
    query = by_head(attention.query, [0, 2, 1, 3])
    key = by_head(attention.key, [0, 2, 3, 1])
    content = by_head(attention.value, [0, 2, 1, 3])
    # shape: (batch, heads, pieces, pieces)
    scale = graph.weight(torch.tensor(1 / math.sqrt(width)))
    scores = graph.add("Mul", graph.add("MatMul", query, key), scale)
    shares = graph.add("Softmax", graph.add("Add", scores, mask), axis=-1)
    # shape: (batch, pieces, heads, head width)
    taken = graph.add("Transpose", graph.add("MatMul", shares, content), perm=[0, 2, 1, 3])
    return graph.add("Reshape", taken, graph.weight(torch.tensor([0, 0, heads * width])))


def _normalised(graph: OnnxGraph, layer: Any, value: str, eps: float) -> str:
    weights = graph.weight(layer.weight), graph.weight(layer.bias)
    return graph.add("LayerNormalization", value, *weights, axis=-1, epsilon=eps)


def _gelu(graph: OnnxGraph, value: str) -> str:
    """``x · (1 + erf(x / √2)) / 2``."""
    scaled = graph.add("Div", value, graph.weight(torch.tensor(math.sqrt(2))))
    one, half = graph.weight(torch.tensor(1.0)), graph.weight(torch.tensor(0.5))
    share = graph.add("Add", graph.add("Erf", scaled), one)
    return graph.add("Mul", graph.add("Mul", value, share), half)
