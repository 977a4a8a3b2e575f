"""Groups of parameters with rates of their own: phases that freeze what they must."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
import torch
from torch import nn

from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.training.checkpoint import Checkpoints
from nlp_architect_ext.training.curve import Curve
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.schedule import Schedule

STEPS = 6  # an epoch; each of two epochs is a phase


@dataclass(frozen=True)
class Rows:
    values: torch.Tensor

    def to(self, device):
        return Rows(self.values.to(device))


class RandomRows:
    steps_an_epoch = STEPS

    def epoch(self, number, skip=0):
        for step in range(skip, STEPS):
            random = torch.Generator().manual_seed(100 * number + step)
            yield Rows(torch.randn(4, 3, generator=random))


class InPhases:
    """First the first layer alone; then the second one, and the first at a tenth of the rate."""

    heads = None

    def __init__(self, stop_at=None):
        self.seen, self.stop_at = [], stop_at

    def groups(self, model):
        first, second = model["student"]
        return [list(first.parameters()), list(second.parameters())]

    def pace(self, done):
        return [1.0, 0.0] if done < 0.5 else [0.1, 1.0]

    def loss(self, student, batch, done=1.0):
        if len(self.seen) == self.stop_at:
            raise InterruptedError
        self.seen.append([parameter.detach().clone() for parameter in student.parameters()])
        loss = (student(batch.values) - batch.values.sum()).square().mean()
        return loss, {}


def train(folder, objective, lr=0.01):
    torch.manual_seed(3)
    model = nn.ModuleDict({"student": nn.Sequential(nn.Linear(3, 5), nn.Linear(5, 2))})
    schedule = Schedule(epochs=2, lr=lr, save_steps=2, max_grad_norm=1e9)
    curve = Curve(Journal(folder / "metrics.jsonl"))
    fit(model, RandomRows(), objective, schedule, Checkpoints(folder / "checkpoints"), curve)
    return [parameter.detach().clone() for parameter in model.parameters()]


def test_a_frozen_group_stays_as_it_is_bit_by_bit(tmp_path):
    objective = InPhases()
    last = train(tmp_path, objective)
    states = [*objective.seen, last]
    for before, after in pairwise(states[: STEPS + 1]):
        assert not torch.equal(before[0], after[0])
        assert torch.equal(before[2], after[2])
        assert torch.equal(before[3], after[3])
    for before, after in pairwise(states[STEPS:]):
        assert not torch.equal(before[0], after[0])
        assert not torch.equal(before[2], after[2])


def test_a_group_that_thaws_starts_without_moments(tmp_path):
    objective = InPhases()
    train(tmp_path, objective)
    before, after = objective.seen[STEPS], objective.seen[STEPS + 1]
    # Adam's first step is as long as the learning rate, whatever the gradient.
    torch.testing.assert_close((after[2] - before[2]).abs(), torch.full_like(before[2], 0.01))
    # The first layer's moments are old ones, and its rate is a tenth.
    assert ((after[0] - before[0]).abs() < 0.002).all()


@pytest.mark.parametrize("stop_at", [1, 5, 6, 7, 11])
def test_an_interruption_within_a_phase_changes_nothing(tmp_path, stop_at):
    whole = train(tmp_path / "whole", InPhases())
    with pytest.raises(InterruptedError):
        train(tmp_path / "cut", InPhases(stop_at=stop_at))
    resumed = train(tmp_path / "cut", InPhases())
    assert all(torch.equal(one, other) for one, other in zip(whole, resumed, strict=True))
