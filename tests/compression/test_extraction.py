"""Cutting a smaller encoder out of a larger one, against the larger one itself."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_encoders import batch, bert, states

from nlp_architect_ext.compression.architectures import Shape, student_config
from nlp_architect_ext.compression.extraction import Units, drawn_units, extract, kept_layers

LAYERS, HIDDEN, HEADS, NEURONS, HEAD = 3, 24, 3, 20, 8


def subsets(total):
    return st.sets(st.integers(0, total - 1), min_size=1).map(sorted).map(torch.tensor)


def units(layers=range(LAYERS), hidden=range(HIDDEN), heads=range(HEADS), neurons=range(NEURONS)):
    layers = tuple(layers)
    sets = [torch.tensor(list(kept)) for kept in (hidden, heads, neurons)]
    return Units(layers, sets[0], (sets[1],) * len(layers), (sets[2],) * len(layers))


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_all_units_kept_are_the_teacher_bit_by_bit(kind):
    teacher = bert(kind=kind)
    student = extract(teacher, teacher.config, units())
    assert torch.equal(states(student, batch()), states(teacher, batch()))


@given(st.permutations(range(HIDDEN)), st.permutations(range(HEADS)))
@settings(max_examples=5)
def test_permuted_sets_permute_the_output(hidden, heads):
    teacher = bert()
    neurons = reversed(range(NEURONS))
    student = extract(teacher, teacher.config, units(hidden=hidden, heads=heads, neurons=neurons))
    expected = states(teacher, batch())[:, hidden]
    torch.testing.assert_close(states(student, batch()), expected, rtol=0, atol=1e-5)


@given(subsets(LAYERS), subsets(NEURONS))
@settings(max_examples=10)
def test_dropped_layers_and_neurons_equal_a_teacher_without_them(layers, neurons):
    teacher = bert()
    config = student_config(Shape("bert", len(layers), HIDDEN), teacher.config)
    config.intermediate_size = len(neurons)
    student = extract(teacher, config, units(layers=layers.tolist(), neurons=neurons))
    dropped = [one for one in range(NEURONS) if one not in neurons]
    for layer in teacher.encoder.layer:
        layer.output.dense.weight.data[:, dropped] = 0
    teacher.encoder.layer = torch.nn.ModuleList(teacher.encoder.layer[one] for one in layers)
    torch.testing.assert_close(
        states(student, batch()), states(teacher, batch()), rtol=0, atol=1e-5
    )


@given(st.lists(st.integers(0, HEADS - 1), min_size=LAYERS, max_size=LAYERS))
@settings(max_examples=10)
def test_heads_are_cut_whole_and_each_layer_has_its_own(lost):
    """In place of fewer heads, which transformers ties to the width: another one, twice."""
    teacher = bert()
    heads = tuple(torch.tensor([0, 1, 2]).index_fill(0, torch.tensor(one), 0) for one in lost)
    kept = units()
    student = extract(teacher, teacher.config, Units(kept.layers, kept.hidden, heads, kept.neurons))
    for layer, chosen in zip(teacher.encoder.layer, heads, strict=True):
        columns = (chosen.unsqueeze(1) * HEAD + torch.arange(HEAD)).flatten()
        for projection in (layer.attention.self.query, layer.attention.self.key):
            projection.weight.data = projection.weight.data[columns]
            projection.bias.data = projection.bias.data[columns]
        value = layer.attention.self.value
        value.weight.data, value.bias.data = value.weight.data[columns], value.bias.data[columns]
        output = layer.attention.output.dense
        output.weight.data = output.weight.data[:, columns]
    torch.testing.assert_close(
        states(student, batch()), states(teacher, batch()), rtol=0, atol=1e-5
    )


def test_layers_are_spread_evenly_and_the_last_is_always_kept():
    assert kept_layers(3, 6) == (1, 3, 5)
    assert kept_layers(6, 6) == (0, 1, 2, 3, 4, 5)
    for teacher in range(1, 25):
        for student in range(1, teacher + 1):
            kept = kept_layers(student, teacher)
            assert kept[-1] == teacher - 1
            assert list(kept) == sorted(set(kept))
            assert kept[0] >= 0


def test_drawn_sets_are_sorted_and_follow_from_the_seed():
    teacher = bert().config
    config = student_config(Shape("bert", 2, 16), teacher)
    once, again, other = (drawn_units(config, teacher, seed) for seed in (1, 1, 2))
    flat = [[one.hidden, *one.heads, *one.neurons] for one in (once, again, other)]
    assert all(torch.equal(a, b) for a, b in zip(flat[0], flat[1], strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(flat[0], flat[2], strict=True))
    for kept, size in zip(flat[0], [16, 2, 2, 13, 13], strict=True):
        assert kept.tolist() == sorted(set(kept.tolist()))
        assert len(kept) == size
