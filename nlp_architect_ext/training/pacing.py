"""Groups of parameters with learning rates of their own, some of them frozen for a while."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from torch import nn
from torch.optim import Optimizer


@runtime_checkable
class Paced(Protocol):
    """An objective that trains some parameters faster than others, or not yet."""

    def groups(self, model: nn.ModuleDict) -> Sequence[Sequence[nn.Parameter]]:
        """All parameters of the model, each in one group; the same groups whenever it's asked."""
        ...

    def pace(self, done: float) -> Sequence[float]:
        """What the learning rate of each group is multiplied by; 0 freezes the group.

        Args:
            done: how much of training is over, between 0 and 1.
        """


class ParameterGroups:
    """The groups of parameters that an optimiser knows: those of the objective, or one of all.

    A frozen group gets no gradient, and the optimiser keeps nothing of it: when it thaws it starts
    as in a first step, without stale moments.

    Args:
        model: everything that is trained.
        objective: any; only one that is `Paced` has groups of its own.
    """

    def __init__(self, model: nn.ModuleDict, objective: object) -> None:
        self._paced = objective if isinstance(objective, Paced) else None
        if self._paced is None:
            self._groups = [list(model.parameters())]
        else:
            self._groups = [list(group) for group in self._paced.groups(model)]
        self._trained = [
            [parameter for parameter in group if parameter.requires_grad] for group in self._groups
        ]

    def for_optimizer(self) -> list[dict[str, Any]]:
        """The groups as a torch optimiser takes them."""
        return [{"params": group} for group in self._groups]

    def set_rates(self, optimizer: Optimizer, rate: float, done: float) -> None:
        """Give each group its learning rate for the step to come.

        Args:
            optimizer: made of `for_optimizer`.
            rate: the learning rate of a group that is neither slowed nor hurried.
            done: how much of training is over, between 0 and 1.
        """
        factors = [1.0] if self._paced is None else self._paced.pace(done)
        groups = zip(optimizer.param_groups, self._trained, factors, strict=True)
        for group, trained, factor in groups:
            group["lr"] = rate * factor
            if self._paced is None:
                continue
            for parameter in trained:
                parameter.requires_grad_(factor > 0)
                if factor == 0:
                    optimizer.state.pop(parameter, None)
