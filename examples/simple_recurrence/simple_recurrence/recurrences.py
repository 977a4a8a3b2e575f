"""Bidirectional recurrences without a matrix from state to state: SRU and minGRU.

All products read the input alone, so they are done for all words at once; from word to word go only
elementwise operations. The leftward half reads each sentence reversed in place, so padding comes
last for both directions and is never seen.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nlp_architect_ext.layers.onnx_graph import OnnxGraph
from simple_recurrence.scan import Scanned, scan


class BiMinGru(nn.Module):
    """A minimal gated recurrent unit in each direction.

    ``h = (1 - z) · h_before + z · tanh(c)`` with the gate ``z = σ(W_z x + b_z)`` and the candidate
    ``c = W_c x + b_c``. States stay between -1 and 1, as an LSTM's do.

    Source: Feng, Tung, Ahmed, Bengio, Hajimirsadeghi (2024), "Were RNNs All We Needed?"; theirs has
    no tanh.

    Args:
        input_width: numbers a word that comes in.
        width: numbers a word and direction that goes out.
    """

    def __init__(self, input_width: int, width: int) -> None:
        super().__init__()
        # Gates that remember at first.
        self.inputs = projection(input_width, width, biases=(0.0, -1.0))

    def forward(self, features: Tensor, mirror: Tensor) -> Tensor:
        """Features (batch, words, input width) to features (batch, words, 2 · width)."""
        # shape: (words, batch, 2 · width), each
        candidate, gate = both_directions(self.inputs(features), mirror, parts=2)
        keep = torch.sigmoid(-gate)
        added = (1 - keep) * candidate.tanh()
        states = [added[0]]
        for factor, term in zip(keep[1:].unbind(), added[1:].unbind(), strict=True):
            states.append(torch.addcmul(term, factor, states[-1]))
        return in_place(torch.stack(states), mirror)

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """Features (words, batch, input width) to (words, batch, 2 · width)."""
        projected = product(self.inputs, graph, features)
        candidate, gate = directions_of(graph, projected, lengths, parts=2)
        keep = graph.add("Sigmoid", graph.add("Neg", gate))
        update = graph.add("Sigmoid", gate)
        added = graph.add("Mul", update, graph.add("Tanh", candidate))
        step = Scanned(inputs=("keep", "added"))
        step.add("Mul", ["keep", "before"], "kept")
        step.add("Add", ["kept", "added"], "after")
        after, _ = scan(graph, step, [keep, added])
        return restored(graph, after, lengths)


class BiSru(nn.Module):
    """A simple recurrent unit in each direction.

    ``c = f · c_before + (1 - f) · u`` and ``h = r · c + (1 - r) · x`` with ``u = W x``, the forget
    gate ``f = σ(W_f x + v_f · c_before + b_f)`` and the reset gate
    ``r = σ(W_r x + v_r · c_before + b_r)``. Where x is 2 · width numbers wide, each direction takes
    its half of them, else a product of x.

    Source: Lei, Zhang, Wang, Dai, Artzi (2018), "Simple Recurrent Units for Highly Parallelizable
    Recurrence".

    Args:
        input_width: numbers a word that comes in.
        width: numbers a word and direction that goes out.
    """

    def __init__(self, input_width: int, width: int) -> None:
        super().__init__()
        own = (0.0,) if input_width != 2 * width else ()
        # Gates that remember at first.
        self.inputs = projection(input_width, width, biases=(0.0, 1.0, 0.0, *own))
        self.parts = 3 + len(own)
        self.forget_state = nn.Parameter(torch.empty(2 * width).uniform_(-1, 1))
        self.reset_state = nn.Parameter(torch.empty(2 * width).uniform_(-1, 1))

    def forward(self, features: Tensor, mirror: Tensor) -> Tensor:
        """Features (batch, words, input width) to features (batch, words, 2 · width)."""
        # shape: (words, batch, 2 · width), each
        update, forget, reset, *own = both_directions(self.inputs(features), mirror, self.parts)
        (passed,) = own or both_directions(features, mirror, parts=1)
        states = [torch.zeros_like(update[0])]
        for of_word, of_gate in zip(update.unbind(), forget.unbind(), strict=True):
            gate = torch.sigmoid(torch.addcmul(of_gate, self.forget_state, states[-1]))
            states.append(torch.lerp(of_word, states[-1], gate))
        before, after = torch.stack(states[:-1]), torch.stack(states[1:])
        gate = torch.sigmoid(torch.addcmul(reset, self.reset_state, before))
        return in_place(torch.lerp(passed, after, gate), mirror)

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """Features (words, batch, input width) to (words, batch, 2 · width)."""
        projected = product(self.inputs, graph, features)
        update, forget, reset, *own = directions_of(graph, projected, lengths, self.parts)
        (passed,) = own or directions_of(graph, features, lengths, parts=1)
        step = Scanned(inputs=("update", "forget"))
        step.add("Mul", [graph.weight(self.forget_state), "before"], "from_state")
        step.add("Add", ["forget", "from_state"], "gate_before")
        step.add("Sigmoid", ["gate_before"], "gate")
        step.add("Sub", ["before", "update"], "difference")
        step.add("Mul", ["gate", "difference"], "part")
        step.add("Add", ["update", "part"], "after")
        after, before = scan(graph, step, [update, forget])
        from_state = graph.add("Mul", graph.weight(self.reset_state), before)
        gate = graph.add("Sigmoid", graph.add("Add", reset, from_state))
        difference = graph.add("Sub", after, passed)
        mixed = graph.add("Add", passed, graph.add("Mul", gate, difference))
        return restored(graph, mixed, lengths)


def projection(input_width: int, width: int, biases: tuple[float, ...]) -> nn.Linear:
    """All products of both directions: rows (directions, parts, width); a first bias a part."""
    linear = nn.Linear(input_width, 2 * len(biases) * width)
    for matrix in linear.weight.detach().chunk(2 * len(biases)):
        nn.init.xavier_uniform_(matrix)
    with torch.no_grad():
        linear.bias.copy_(torch.tensor(biases * 2).repeat_interleave(width))
    return linear


def both_directions(projected: Tensor, mirror: Tensor, parts: int) -> list[Tensor]:
    """From (batch, words, directions · parts · width) to each part (words, batch, 2 · width)."""
    rightward, leftward = projected.chunk(2, dim=2)
    halves = rightward.chunk(parts, dim=2), mirrored(leftward, mirror).chunk(parts, dim=2)
    return [torch.cat(pair, dim=2).transpose(0, 1) for pair in zip(*halves, strict=True)]


def in_place(states: Tensor, mirror: Tensor) -> Tensor:
    """From (words, batch, 2 · width), leftward states mirrored, to (batch, words, 2 · width)."""
    rightward, leftward = states.transpose(0, 1).chunk(2, dim=2)
    return torch.cat([rightward, mirrored(leftward, mirror)], dim=2)


def mirrored(features: Tensor, rows: Tensor) -> Tensor:
    """Features (batch, words, width) with the words of each sentence in reverse."""
    return features.flatten(0, 1).index_select(0, rows).view(features.shape)


def product(linear: nn.Linear, graph: OnnxGraph, features: str) -> str:
    """A dense layer whose weights an export with 8-bit integers rounds."""
    return graph.add(
        "Add", graph.product(features, graph.weight(linear.weight.t())), graph.weight(linear.bias)
    )


def directions_of(graph: OnnxGraph, projected: str, lengths: str, parts: int) -> list[str]:
    """As `both_directions`, of (words, batch, directions · parts · width)."""
    rightward, leftward = graph.add_all("Split", projected, count=2, axis=2)
    halves = [rightward, mirror_onnx(graph, leftward, lengths)]
    split = [
        graph.add_all("Split", half, count=parts, axis=2) if parts > 1 else [half]
        for half in halves
    ]
    return [graph.add("Concat", *pair, axis=2) for pair in zip(*split, strict=True)]


def restored(graph: OnnxGraph, states: str, lengths: str) -> str:
    """As `in_place`, words first."""
    rightward, leftward = graph.add_all("Split", states, count=2, axis=2)
    return graph.add("Concat", rightward, mirror_onnx(graph, leftward, lengths), axis=2)


def mirror_onnx(graph: OnnxGraph, features: str, lengths: str) -> str:
    """Features (words, batch, width) with the words of each sentence in reverse."""
    lengths64 = graph.add("Cast", lengths, to=7)
    return graph.add("ReverseSequence", features, lengths64, time_axis=0, batch_axis=1)
