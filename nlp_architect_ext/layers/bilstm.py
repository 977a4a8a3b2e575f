"""Bidirectional LSTMs that see no padding."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlp_architect_ext.layers.network_file import NetworkFile
from nlp_architect_ext.layers.onnx_graph import OnnxGraph

BIASES = "bias_ih_l0", "bias_hh_l0"  # names of torch's LSTM


class BiLstm(nn.Module):
    """One LSTM from left to right, one from right to left.

    The second reads each sentence reversed in place, so padding comes last for both and is never
    seen: the results are those of packed sequences, in three quarters of the time on a CPU
    (oneDNN's LSTM doesn't take packed ones).

    Args:
        input_width: numbers a word that comes in.
        width: numbers a word and direction that goes out.
    """

    def __init__(self, input_width: int, width: int) -> None:
        super().__init__()
        self.rightward = nn.LSTM(input_width, width, batch_first=True)
        self.leftward = nn.LSTM(input_width, width, batch_first=True)
        for lstm in (self.rightward, self.leftward):
            _initialize(lstm)

    def forward(self, features: Tensor, mirror: Tensor) -> Tensor:
        """Features (batch, words, input width) to features (batch, words, 2 · width)."""
        rightward, _ = self.rightward(features)
        leftward, _ = self.leftward(_mirrored(features, mirror))
        return torch.cat([rightward, _mirrored(leftward, mirror)], dim=2)

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """As ONNX's one operator for both directions; features are (words, batch, width)."""
        # shape: (directions, 4 · width, input width) and (directions, 4 · width, width)
        inputs = self._for_onnx("weight_ih_l0")
        recurrent = self._for_onnx("weight_hh_l0")
        # shape: (directions, 8 · width)
        biases = torch.cat([self._for_onnx(name) for name in BIASES], dim=1)
        weights = [graph.weight(weight) for weight in (inputs, recurrent, biases)]
        width = self.rightward.hidden_size
        # shape: (words, directions, batch, width)
        both = graph.add(
            "LSTM", features, *weights, lengths, direction="bidirectional", hidden_size=width
        )
        # shape: (words, batch, directions, width)
        by_word = graph.add("Transpose", both, perm=[0, 2, 1, 3])
        # shape: (words, batch, 2 · width)
        return graph.add("Reshape", by_word, graph.weight(torch.tensor([0, 0, -1])))

    def write_network(self, network: NetworkFile, name: str) -> None:
        """Both directions for the native kernel; gates in torch's order."""
        for direction, lstm in (("rightward", self.rightward), ("leftward", self.leftward)):
            place = f"{name}.{direction}"
            network.large(f"{place}.input", lstm.get_parameter("weight_ih_l0"))
            network.large(f"{place}.recurrent", lstm.get_parameter("weight_hh_l0"))
            first, second = (lstm.get_parameter(bias) for bias in BIASES)
            network.small(f"{place}.bias", first + second)

    def _for_onnx(self, name: str) -> Tensor:
        """A parameter of both directions, first axis (directions,), its gates in ONNX's order."""
        lstms = (self.rightward, self.leftward)
        return torch.stack([_onnx_gates(lstm.get_parameter(name)) for lstm in lstms])


def _onnx_gates(weights: Tensor) -> Tensor:
    """The gates in ONNX's order instead of torch's.

    ONNX has input, output, forget, cell; torch has input, forget, cell, output.
    """
    input_gate, forget, cell, output = weights.chunk(4)
    return torch.cat([input_gate, output, forget, cell])


def _initialize(lstm: nn.LSTM) -> None:
    """Orthogonal between steps, and gates that remember at first: training starts much faster.

    Sources: Jozefowicz, Zaremba, Sutskever (2015), "An Empirical Exploration of Recurrent Network
    Architectures", section 3.2, for forget gates; Saxe, McClelland, Ganguli (2014), for orthogonal
    matrices.
    """
    for name, parameter in lstm.named_parameters():
        for gate in parameter.detach().chunk(4):  # input, forget, cell, output
            if name.startswith("weight_hh"):
                nn.init.orthogonal_(gate)
            elif name.startswith("weight_ih"):
                nn.init.xavier_uniform_(gate)
            else:
                nn.init.zeros_(gate)
        if name.startswith("bias_ih"):
            forget = parameter.detach().chunk(4)[1]
            nn.init.ones_(forget)


def mirrored_rows(lengths: Tensor, words: int) -> Tensor:
    """Where each word is when its sentence is reversed, counted over the batch (batch · words,).

    Any place at padding.
    """
    positions = torch.arange(words, device=lengths.device)
    # shape: (batch, words)
    mirrored = (lengths.unsqueeze(1) - 1 - positions).clamp(min=0)
    # shape: (batch, 1)
    first_rows = words * torch.arange(len(lengths), device=lengths.device).unsqueeze(1)
    return (first_rows + mirrored).flatten()


def _mirrored(features: Tensor, rows: Tensor) -> Tensor:
    """Features (batch, words, width) with the words of each sentence in reverse."""
    return features.flatten(0, 1).index_select(0, rows).view_as(features)
