"""SRU and minGRU against their equations word by word, and the conformance kit on the students."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from simple_recurrence.recurrences import BiMinGru, BiSru
from torch import Tensor, nn

from nlp_architect_ext.layers.bilstm import mirrored_rows
from nlp_architect_ext.testing import check_student

LENGTHS = torch.tensor([5, 1, 7, 3])
WIDTH = 4

ByWord = Callable[[Any, Tensor, int], list[Tensor]]


def min_gru(layer: BiMinGru, sentence: Tensor, direction: int) -> list[Tensor]:
    """The states of one sentence (words, input width) read in one direction."""
    candidate, gate = parts(layer.inputs, sentence, direction, 2)
    state = torch.zeros(WIDTH)
    states = []
    for word in range(len(sentence)):
        update = gate[word].sigmoid()
        state = (1 - update) * state + update * candidate[word].tanh()
        states.append(state)
    return states


def sru(layer: BiSru, sentence: Tensor, direction: int) -> list[Tensor]:
    """The outputs of one sentence (words, input width) read in one direction."""
    update, forget, reset, *own = parts(layer.inputs, sentence, direction, layer.parts)
    passed = own[0] if own else sentence.chunk(2, dim=1)[direction]
    of_forget = layer.forget_state.chunk(2)[direction]
    of_reset = layer.reset_state.chunk(2)[direction]
    state = torch.zeros(WIDTH)
    outputs = []
    for word in range(len(sentence)):
        keep = (forget[word] + of_forget * state).sigmoid()
        take = (reset[word] + of_reset * state).sigmoid()
        state = keep * state + (1 - keep) * update[word]
        outputs.append(take * state + (1 - take) * passed[word])
    return outputs


def parts(linear: nn.Linear, sentence: Tensor, direction: int, count: int) -> list[Tensor]:
    """Each product (words, width) of one direction."""
    products: Tensor = linear(sentence)
    return list(products.chunk(2, dim=1)[direction].chunk(count, dim=1))


@pytest.mark.parametrize("input_width", [6, 2 * WIDTH])
@pytest.mark.parametrize(("kind", "by_word"), [(BiMinGru, min_gru), (BiSru, sru)])
def test_a_layer_gives_what_its_equations_give(
    kind: type[BiMinGru] | type[BiSru], by_word: ByWord, input_width: int
) -> None:
    """Both directions, in sentences of several lengths side by side."""
    torch.manual_seed(0)
    layer = kind(input_width, WIDTH)
    features = torch.randn(len(LENGTHS), 7, input_width)
    with torch.no_grad():
        found = layer(features, mirrored_rows(LENGTHS, 7))
        for row, length, states in zip(features, LENGTHS.tolist(), found, strict=True):
            sentence = row[:length]
            rightward = torch.stack(by_word(layer, sentence, 0))
            leftward = torch.stack(by_word(layer, sentence.flip(0), 1)).flip(0)
            expected = torch.cat([rightward, leftward], dim=1)
            assert torch.allclose(states[:length], expected, atol=1e-6)


@pytest.mark.parametrize("name", ["sru", "mingru"])
@pytest.mark.parametrize(
    "arguments", [{}, {"layers": 1, "width": 7}, {"layers": 3, "dropout": 0.0}]
)
def test_the_students_keep_the_contract(name: str, arguments: dict[str, int]) -> None:
    """As `--model_type` and `--config_file` build them; their ONNX computes the same."""
    check_student(name, **arguments)


@pytest.mark.parametrize("name", ["sru", "mingru"])
def test_products_can_be_rounded(name: str) -> None:
    """An export with 8-bit integers rounds the product of each layer, nothing within `Scan`."""
    from nlp_architect_ext.layers.onnx_graph import FEATURES, OnnxGraph, quantized
    from nlp_architect_ext.layers.onnx_graph import LENGTHS as OF_SENTENCES
    from nlp_architect_ext.students.base import build

    torch.manual_seed(0)
    student = build(name, 20, 10, 5, {"word_width": 8, "character_filters": 8})
    graph = OnnxGraph()
    model = graph.finish(student.write_onnx(graph, FEATURES, OF_SENTENCES), 16, 5)
    assert len(graph.large) == 2
    assert len(quantized(model.SerializeToString(), graph.large)) > 0
