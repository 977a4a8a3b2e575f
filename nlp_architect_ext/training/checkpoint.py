"""Checkpoints: weights, optimiser and random state in one safetensors file, written atomically."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.training.averaging import MovingAverage


@dataclass
class Progress:
    """How far training has come.

    Args:
        epoch: epochs finished.
        step: steps done since the beginning.
        step_in_epoch: steps done in the epoch under way.
        best_score: best dev score so far; -1 before the first one.
        best_epoch: the epoch that reached it, from 1; 0 before the first one.
        finished: whether training is over.
        spent: times so far, by kind.
    """

    epoch: int = 0
    step: int = 0
    step_in_epoch: int = 0
    best_score: float = -1.0
    best_epoch: int = 0
    finished: bool = False
    spent: dict[str, float] = field(default_factory=dict)


class Checkpoints:
    """The checkpoints of one run: `last.safetensors` to go on, `best.safetensors` to end with."""

    def __init__(self, folder: Path) -> None:
        self.last = folder / "last.safetensors"
        self.best = folder / "best.safetensors"

    def save_last(
        self, model: nn.Module, optimizer: Optimizer, average: MovingAverage, progress: Progress
    ) -> None:
        """Store everything that the next step depends on."""
        tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        tensors |= {f"average.{name}": tensor for name, tensor in average.weights.items()}
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {
                f"optimizer.{index}.{name}": tensor
                for name, tensor in state.items()
                if tensor is not None  # SGD has no momentum yet before its first step
            }
        tensors["random.cpu"] = torch.get_rng_state()
        if torch.cuda.is_available():
            tensors["random.cuda"] = torch.cuda.get_rng_state()
        _write(self.last, tensors, asdict(progress))

    def restore_last(
        self, model: nn.Module, optimizer: Optimizer, average: MovingAverage
    ) -> Progress | None:
        """Put everything back as it was when the last checkpoint was written; None without one.

        Raises:
            UserError: the checkpoint is damaged or belongs to another model.
        """
        if not self.last.exists():
            return None
        tensors, state = _read(self.last)
        try:
            model.load_state_dict(_below(tensors, "model"))
        except RuntimeError as error:
            raise _damaged(self.last, "belongs to another model") from error
        for name, tensor in _below(tensors, "average").items():
            average.weights[name].copy_(tensor)
        by_parameter: dict[int, dict[str, Tensor]] = {}
        for name, tensor in _below(tensors, "optimizer").items():
            index, _, key = name.partition(".")
            by_parameter.setdefault(int(index), {})[key] = tensor
        optimizer.load_state_dict({**optimizer.state_dict(), "state": by_parameter})
        torch.set_rng_state(tensors["random.cpu"])
        if "random.cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["random.cuda"])
        return Progress(**state)

    def save_best(self, model: nn.Module, progress: Progress) -> None:
        """Store the weights of the best epoch."""
        _write(self.best, model.state_dict(), asdict(progress))

    def restore_best(self, model: nn.Module) -> None:
        """Put the weights of the best epoch into the model."""
        tensors, _ = _read(self.best)
        model.load_state_dict(tensors)


class NoCheckpoints(Checkpoints):
    """For a training of a minute: it can't be continued, and its last epoch is the best."""

    def __init__(self) -> None:
        super().__init__(Path())

    def save_last(
        self, model: nn.Module, optimizer: Optimizer, average: MovingAverage, progress: Progress
    ) -> None:
        """Store nothing."""

    def restore_last(
        self, model: nn.Module, optimizer: Optimizer, average: MovingAverage
    ) -> Progress | None:
        """There is nothing to go on from."""
        return None

    def save_best(self, model: nn.Module, progress: Progress) -> None:
        """Store nothing."""

    def restore_best(self, model: nn.Module) -> None:
        """Leave the weights as they are."""


def _write(path: Path, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    owned = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"progress": json.dumps(state), "sha256": _digest(owned)}
    atomic_write_bytes(path, save(owned, metadata=metadata))


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            tensors = {name: file.get_tensor(name) for name in names}
            metadata = file.metadata()
        state = json.loads(metadata["progress"])
        digest = metadata["sha256"]
    except (SafetensorError, OSError, TypeError, KeyError, ValueError) as error:
        raise _damaged(path, f"can't be read ({error})") from error
    if digest != _digest(tensors):
        raise _damaged(path, "is damaged")
    return tensors, state


def _digest(tensors: dict[str, Tensor]) -> str:
    total = hashlib.sha256()
    for name in sorted(tensors):
        total.update(name.encode())
        total.update(str(tensors[name].shape).encode())
        total.update(tensors[name].numpy().tobytes())
    return total.hexdigest()


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }


def _damaged(path: Path, wrong: str) -> UserError:
    return UserError(
        where=str(path),
        wrong=wrong,
        expected="a checkpoint of this run",
        remedy=f"delete the folder {path.parent} to train again from the start",
    )
