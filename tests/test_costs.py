"""What a run costs: operations against numbers known by hand, times, totals."""

import time

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from nlp_architect_ext.core.costs import Meter, combined_costs, formatted_costs, model_costs
from nlp_architect_ext.training.operations import operations


@pytest.mark.parametrize("directions", [1, 2])
def test_operations_of_a_recurrent_layer_are_those_of_its_gates(directions):
    layer = nn.LSTM(10, 20, bidirectional=directions == 2, batch_first=True)
    packed = pack_padded_sequence(torch.randn(3, 7, 10), torch.tensor([7, 5, 3]), batch_first=True)
    # A word and direction; a multiplication and an addition for each weight.
    gates = 2 * 4 * 20 * (10 + 20)
    assert operations(lambda: layer(packed)) == (7 + 5 + 3) * directions * gates


def test_backwards_takes_two_products_for_one():
    layer, inputs = nn.Linear(6, 5), torch.randn(4, 6, requires_grad=True)
    forwards = 2 * 4 * 6 * 5
    assert operations(lambda: layer(inputs)) == forwards
    assert operations(lambda: layer(inputs).sum().backward()) == 3 * forwards


def test_counting_changes_nothing_that_is_random():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    operations(lambda: torch.rand(100))
    assert torch.equal(torch.rand(3), expected)


def test_processor_time_is_not_that_of_the_clock():
    meter = Meter()
    time.sleep(0.2)
    found = meter.read()
    assert found["seconds"] >= 0.2
    assert found["processor_seconds"] < 0.1


def test_what_comes_after_the_stop_is_not_charged_and_what_came_before_is():
    meter = Meter(earlier={"seconds": 5.0})
    meter.stop()
    time.sleep(0.1)
    assert meter.times() == {
        "seconds": pytest.approx(5.0, abs=0.05),
        "processor_seconds": pytest.approx(0, abs=0.05),
    }


def test_energy_is_only_known_of_processors_and_totals_only_of_what_all_know():
    times = {"student": 3600.0, "teacher": 0.0, "evaluation": 99.0, "teacher evaluation": 99.0}
    on_cpu = model_costs({"seconds": times, "processor_seconds": times}, "cpu")
    on_card = model_costs({"seconds": times, "processor_seconds": times}, "cuda")
    assert on_cpu == {"seconds": 3600, "processor_seconds": 3600, "watt_hours": 10}
    assert combined_costs([on_cpu, on_card]) == {"seconds": 7200, "processor_seconds": 7200}
    assert formatted_costs(on_cpu) == ["60.0", "60.0", "-", "10.00"]
