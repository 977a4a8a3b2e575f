"""How well a small encoder says what the large one says, on text that it doesn't learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nlp_architect_ext.compression.encoder_objective import HIDDEN, EncoderDistillation
from nlp_architect_ext.compression.piece_batches import PieceBatch, PieceStream
from nlp_architect_ext.encoders.bare import hidden_states
from nlp_architect_ext.layers.modes import mode
from nlp_architect_ext.training.state_losses import UnexplainedShare

RIDGE = 1e-3  # of the mean variance of the student's states

Read = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class HeldOut:
    """The unexplained share of the teacher's states, as the student's last layer gives them.

    Where the lesson "hidden" teaches the last layer, the student's states count as that lesson
    reads them. Otherwise nothing brings them to the teacher's scale: they are read through the
    linear map that fits best on some of the training text (ridge regression, closed form).

    Args:
        text: windows that aren't learnt from, with the states of `layer`.
        fitted: windows of the training text for the linear map, with the same states.
        layer: of the teacher.
    """

    text: PieceStream
    fitted: PieceStream
    layer: int

    def unexplained(self, student: nn.Module, objective: EncoderDistillation) -> float:
        """0 is perfect, 1 as good as the mean; see `UnexplainedShare`."""
        share = UnexplainedShare()
        with mode(student, training=False), torch.inference_mode():
            read = self._reading(student, objective)
            for batch in self.text.in_order():
                teacher, own = self._states(student, batch)
                share.add(teacher, read(own))
        return share.value

    def _reading(self, student: nn.Module, objective: EncoderDistillation) -> Read:
        is_taught = objective.mapping[-1] == self.layer and HIDDEN in objective.lessons
        if is_taught:
            return lambda states: objective.projected(HIDDEN, states)
        pairs = [self._states(student, batch) for batch in self.fitted.in_order()]
        teacher, own = (torch.cat(part).double() for part in zip(*pairs, strict=True))
        return _linear_map(own, teacher)

    def _states(self, student: nn.Module, batch: PieceBatch) -> tuple[Tensor, Tensor]:
        """Teacher's and student's states of real pieces: (pieces, its width) each."""
        moved = batch.to(next(student.parameters()).device)
        own = hidden_states(student, moved.inputs)[-1]
        return moved.states[self.layer][moved.mask], own[moved.mask]


def _linear_map(given: Tensor, wanted: Tensor) -> Read:
    """The affine map with the least squared error, with a small ridge."""
    mean, target = given.mean(dim=0), wanted.mean(dim=0)
    centred = given - mean
    gram = centred.T @ centred
    ridge = RIDGE * gram.diagonal().mean().clamp(min=torch.finfo(gram.dtype).tiny)
    weights = torch.linalg.solve(
        gram + ridge * torch.eye(len(gram), dtype=gram.dtype, device=gram.device),
        centred.T @ (wanted - target),
    )
    return lambda states: ((states.double() - mean) @ weights + target).float()
