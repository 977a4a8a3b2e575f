"""The moving average of weights against its definition, and that it leaves training alone."""

import pytest
import torch
from torch import nn

from nlp_architect_ext.training.averaging import MovingAverage


def test_the_average_is_the_recursion_of_its_definition():
    torch.manual_seed(0)
    model = nn.Linear(2, 3)
    average = MovingAverage(model, 0.9)
    expected = model.weight.detach().clone()
    for step in range(1, 60):
        with torch.no_grad():
            model.weight.add_(torch.randn(3, 2))
        average.update(step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * model.weight.detach()
    last = model.weight.detach().clone()
    with average.applied():
        torch.testing.assert_close(model.weight.detach(), expected)
    assert torch.equal(model.weight.detach(), last)


def test_an_error_inside_gives_the_weights_back():
    model = nn.Linear(2, 3)
    average = MovingAverage(model, 0.9)
    with torch.no_grad():
        model.weight.add_(1.0)
    last = model.weight.detach().clone()
    with pytest.raises(RuntimeError), average.applied():
        raise RuntimeError
    assert torch.equal(model.weight.detach(), last)


def test_without_decay_and_for_frozen_weights_nothing_is_kept():
    model = nn.Linear(2, 3)
    model.bias.requires_grad_(False)
    assert list(MovingAverage(model, 0.9).weights) == ["weight"]
    average = MovingAverage(model, 0.0)
    average.update(1)
    assert not average.weights
