"""The supernet against the chains that it holds; its training; shrinking and latencies."""

from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.compression.chain_shapes import ChainShape, ChainSpace
from nlp_architect_ext.compression.latency import measured_shapes, median_error, predicted
from nlp_architect_ext.compression.shrinking import Shrinking, bins
from nlp_architect_ext.compression.single_paths import SinglePaths, drawn
from nlp_architect_ext.compression.supernet import Supernet
from nlp_architect_ext.layers.chain_operations import OPERATIONS
from nlp_architect_ext.students.chain import Chain
from nlp_architect_ext.testing.fixtures import random_sentences
from nlp_architect_ext.training.losses import cross_entropy
from nlp_architect_ext.training.schedule import OPTIMIZERS

SPACE = ChainSpace((32, 48, 96), tuple(OPERATIONS), 2)
SMALL = {"word_width": 12, "character_width": 4, "character_filters": 8}
SIZES = {"word_count": 50, "character_count": 40, "label_count": 5}
BATCH = collate(random_sentences())

shapes = st.builds(
    ChainShape,
    st.sampled_from(SPACE.widths),
    st.lists(st.sampled_from(SPACE.operations), min_size=1, max_size=2).map(tuple),
)


def supernet(space=SPACE):
    torch.manual_seed(0)
    arguments = {**SIZES, **SMALL}
    return Supernet(space, Chain(**arguments, width=96, operations=()), arguments)


NET = supernet()


@settings(max_examples=30)
@given(shape=shapes)
def test_a_chain_cut_out_says_to_the_bit_what_it_says_within(shape):
    NET.shape = shape
    within = NET.eval()(BATCH)
    alone = NET.cut_out(shape)
    assert torch.equal(alone(BATCH)[BATCH.mask], within[BATCH.mask])
    fresh = Chain(**SIZES, **SMALL, **shape.arguments)
    assert {name: one.shape for name, one in alone.state_dict().items()} == {
        name: one.shape for name, one in fresh.state_dict().items()
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_widest_chain_has_the_weights_that_its_modules_were_built_with(name):
    """Cut and joined again in the right order: gates, directions and taps stay what they are."""
    space = ChainSpace((32, 64), (name,), 1)
    torch.manual_seed(3)
    net = supernet(space)
    chain = net.cut_out(ChainShape(64, (name,)))
    narrow = net.cut_out(ChainShape(32, (name,)))
    whole, part = chain.operations[0].state_dict(), narrow.operations[0].state_dict()
    for key, weight in part.items():
        expected = whole[key]
        if key.startswith("lstm"):  # of each gate the first half
            expected = torch.cat([gate[: len(gate) // 2] for gate in expected.chunk(4)])
        expected = expected[: weight.shape[0]]
        if key == "product.weight" and name.startswith("conv"):  # of each tap the first half
            expected = torch.cat([tap[:, :32] for tap in expected.chunk(int(name[-1]), dim=1)], 1)
        if weight.dim() > 1:
            expected = expected[:, : weight.shape[1]]
        assert torch.equal(weight, expected), key


def _step(net, optimizer, shape):
    net.shape = shape
    optimizer.zero_grad()
    cross_entropy(net.train()(BATCH), BATCH.labels, BATCH.mask).backward()
    optimizer.step()


@settings(max_examples=8)
@given(first=shapes, second=shapes, optimizer=st.sampled_from(sorted(OPTIMIZERS)))
def test_a_step_moves_one_chain_and_nothing_else(first, second, optimizer):
    """Moments that an earlier step left in other chains move nothing either."""
    net = supernet(SPACE)
    stepper = OPTIMIZERS[optimizer](net.parameters(), lr=0.01)
    _step(net, stepper, first)
    before = {name: one.detach().clone() for name, one in net.named_parameters()}
    _step(net, stepper, second)
    level = SPACE.widths.index(second.width)
    for name, one in net.named_parameters():
        if _is_on(name, second, level):
            # A bias of keys adds the same to all scores of a softmax, so it may stay.
            assert one.grad is not None, name
            assert "key__bias" in name or one.ne(before[name]).any(), name
        else:
            assert one.grad is None, name
            assert torch.equal(one, before[name]), name


def _is_on(name, shape, level):
    """Whether a tile belongs to a chain, by its name alone."""
    place, *_ = parts = name.split(".")
    if place in ("word_embedding", "character_cnn"):
        return True
    if place in ("operations", "norms"):
        number, operation = int(parts[1]), parts[2]
        if number >= len(shape.operations) or shape.operations[number] != operation:
            return False
    # An axis that isn't cut has one tile, the first.
    return all(int(index) <= level for index in parts[-1].split("_"))


@dataclass
class Recorder:
    heads: None = None

    def loss(self, student, batch, done=1.0):
        return student.shape, {}


def test_seed_and_step_alone_decide_the_path():
    everything = SPACE.shapes()
    steps = 300
    objective = SinglePaths(Recorder(), lambda step: everything, steps, seed=5)
    found = [objective.loss(NET, BATCH, step / steps)[0] for step in range(steps)]
    assert found == [drawn(everything, 5, step) for step in range(steps)]
    backwards = [objective.loss(NET, BATCH, step / steps)[0] for step in reversed(range(steps))]
    assert backwards[::-1] == found
    assert found != [drawn(everything, 6, step) for step in range(steps)]
    widths = [shape.width for shape in found]
    assert all(widths.count(width) > 60 for width in SPACE.widths)
    assert {name for shape in found for name in shape.operations} == set(OPERATIONS)


@pytest.mark.parametrize(
    ("widths", "operations", "depth", "message"),
    [
        ((40,), ("lstm",), 1, "width 40; expected a multiple of 16"),
        ((64, 32), ("lstm",), 1, "ascending"),
        ((32, 32), ("lstm",), 1, "none of them twice"),
        ((32,), ("lstn",), 1, r"operations \['lstn'\]"),
        ((32,), (), 1, "expected at least one"),
        ((32,), ("lstm",), 0, "expected 1 to 100,000 chains"),
        ((32,), tuple(OPERATIONS), 7, "expected 1 to 100,000 chains"),
    ],
)
def test_a_space_that_cant_be_is_refused(widths, operations, depth, message):
    with pytest.raises(ValueError, match=message):
        ChainSpace(widths, operations, depth)


def test_a_space_has_every_chain_once_with_its_size():
    assert len(SPACE) == len(SPACE.shapes()) == len(set(SPACE.shapes())) == 3 * (8 + 64)
    for shape in SPACE.shapes()[::19]:
        chain = Chain(**SIZES, **SMALL, **shape.arguments)
        held = [*chain.operations.parameters(), *chain.norms.parameters()]
        assert shape.parameters == sum(one.numel() for one in held)


PLANTED = ChainSpace((32, 64, 128), ("conv3", "lstm", "attention", "feed-forward"), 3)


def _planted_latency(shape):
    costs = {"conv3": 2.0, "lstm": 5.0, "attention": 4.0, "feed-forward": 3.0}
    return 0.05 + 1e-5 * shape.width * sum(costs[name] for name in shape.operations)


def test_bins_partition_the_chains_by_size_and_latency():
    everything = PLANTED.shapes()
    sizes = {shape: shape.parameters for shape in everything}
    latencies = {shape: _planted_latency(shape) for shape in everything}
    found = bins(sizes, latencies, 4)
    assert found.keys() == set(everything)
    assert {step for place in found.values() for step in place} == set(range(4))
    for axis, values in ((0, sizes), (1, latencies)):
        for step in range(3):
            below = [values[shape] for shape in everything if found[shape][axis] == step]
            above = [values[shape] for shape in everything if found[shape][axis] == step + 1]
            assert max(below) < min(above)
    assert set(bins(dict.fromkeys(everything, 1.0), latencies, 1).values()) == {(0, 0)}


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), keep=st.integers(1, 6), sample=st.integers(2, 40))
def test_shrinking_keeps_each_bins_planted_best(seed, keep, sample):
    everything = PLANTED.shapes()
    generator = torch.Generator().manual_seed(seed)
    losses = dict(
        zip(everything, torch.rand(len(everything), generator=generator).tolist(), strict=True)
    )
    bin_of = bins(
        {shape: shape.parameters for shape in everything},
        {shape: _planted_latency(shape) for shape in everything},
        3,
    )
    shrinking = Shrinking(bins=3, sample=sample, keep=keep, warm_up=0, seed=seed)
    left = everything
    for number in range(200):
        before, left = left, shrinking.round(left, bin_of, losses.__getitem__, number)
        assert set(left) <= set(before)
    for place in set(bin_of.values()):
        members = sorted((s for s in everything if bin_of[s] == place), key=losses.get)
        kept = [shape for shape in left if bin_of[shape] == place]
        assert len(kept) == min(keep, len(members))
        assert members[0] in kept
    again = shrinking.round(everything, bin_of, losses.__getitem__, 7)
    assert again == shrinking.round(everything, bin_of, losses.__getitem__, 7)


def test_latency_is_the_sum_of_operations_where_it_wasnt_measured():
    measured = {shape: _planted_latency(shape) for shape in measured_shapes(PLANTED)}
    found = predicted(PLANTED, measured)
    assert found.keys() == set(PLANTED.shapes())
    for shape, milliseconds in found.items():
        assert milliseconds == pytest.approx(_planted_latency(shape))
    real = {shape: 1.25 * one for shape, one in list(found.items())[:9]}
    assert median_error(found, real) == pytest.approx(0.2)
    odd = ChainShape(64, ("conv3", "lstm"))
    assert predicted(PLANTED, {**measured, odd: 7.0})[odd] == 7.0
