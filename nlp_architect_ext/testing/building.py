"""Checks of how a student is built, trained and kept."""

from __future__ import annotations

import inspect
import json
from typing import Any

import torch
from safetensors.torch import load as load_weights
from safetensors.torch import save as save_weights
from torch import nn

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.students.base import SIZES, own_arguments
from nlp_architect_ext.testing.fixtures import Make, emissions_of, loss, require


def json_arguments(student_class: type[nn.Module], arguments: dict[str, Any]) -> dict[str, Any]:
    """All arguments as they come back from a JSON file."""
    names = tuple(inspect.signature(student_class).parameters)
    require(names[:3] == SIZES, f"the constructor takes {names}; expected {', '.join(SIZES)} first")
    own = own_arguments(student_class)
    wrong = sorted(set(arguments) - set(own))
    require(not wrong, f"no arguments named {wrong}; the constructor has {list(own)}")
    missing = [name for name, value in own.items() if value is inspect.Parameter.empty]
    require(
        not missing, f"arguments {missing} have no default; a student is built from its name alone"
    )
    try:
        usable: dict[str, Any] = json.loads(json.dumps({**own, **arguments}, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise AssertionError(
            f"arguments can't be kept in config.json ({error}); use JSON values"
        ) from error
    return usable


def check_seed(make: Make) -> None:
    """The same seed gives the same weights."""
    weights = []
    for _ in range(2):
        torch.manual_seed(7)
        weights.append(make().state_dict())
    different = [
        name for name, tensor in weights[0].items() if not torch.equal(tensor, weights[1][name])
    ]
    require(
        not different,
        f"the same seed gives other weights: {different}; draw them with torch's global generator",
    )


def check_gradients(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    """Training reaches every parameter."""
    student.zero_grad()
    torch.autograd.backward(loss(student, sentences))
    unreached = [
        name
        for name, parameter in student.named_parameters()
        if parameter.requires_grad and (parameter.grad is None or not parameter.grad.any())
    ]
    require(not unreached, f"no gradient reaches {unreached}; remove what isn't used")


def check_saved(student: nn.Module, make: Make, sentences: list[EncodedSentence]) -> None:
    """Weights survive safetensors."""
    weights = {name: tensor.contiguous() for name, tensor in student.state_dict().items()}
    try:
        data = save_weights(weights)
    except (RuntimeError, ValueError) as error:
        raise AssertionError(f"safetensors refuses the weights: {error}") from error
    loaded = make()
    try:
        loaded.load_state_dict(load_weights(data))
    except RuntimeError as error:
        raise AssertionError(
            f"the weights don't fit a new student of the same arguments: {error}"
        ) from error
    batch = collate(sentences)
    same = torch.equal(emissions_of(student, batch), emissions_of(loaded.eval(), batch))
    require(
        same,
        "emissions differ after saving and loading; register what they depend on as a parameter "
        "or buffer",
    )
