"""Layer after layer: a phase for each layer that has a lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from nlp_architect_ext.compression.attention import layers_of
from nlp_architect_ext.compression.encoder_objective import EncoderDistillation
from nlp_architect_ext.compression.piece_batches import PieceBatch

OWN, BELOW = 3.0, 0.3  # learning rates of the phase's layer, and of those below
WARMUP = 0.1  # of a phase
SLOWEST = 0.01  # of the rate, where a phase begins: 0 would freeze it


@dataclass(frozen=True)
class ProgressiveDistillation:
    """Progressive knowledge transfer: in phase l only layer l's loss counts.

    Phases are equally long. In each the learning rate rises in the first tenth and falls to zero in
    the rest; the layer itself has three times the rate, those below 0.3 times; layers above and
    embeddings are frozen, and start without moments when they thaw.

    Source: Sun et al. (2020), "MobileBERT", as in the authors' code; that the rate falls within
    each phase is ours.

    Args:
        joint: the same lessons for all layers at once.
    """

    joint: EncoderDistillation

    @property
    def heads(self) -> nn.Module | None:
        """See `StepObjective.heads`."""
        return self.joint.heads

    def loss(
        self, student: nn.Module, batch: PieceBatch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `StepObjective.loss`: that of the phase's layer."""
        layer, _ = self._phase(done)
        return self.joint.loss_of((layer,), student, batch)

    def groups(self, model: nn.ModuleDict) -> list[list[nn.Parameter]]:
        """See `Paced.groups`: embeddings, each layer, everything else (heads)."""
        student: Any = model["student"]
        parts = [student.embeddings, *layers_of(student)]
        groups = [list(part.parameters()) for part in parts]
        known = {parameter for group in groups for parameter in group}
        return [*groups, [one for one in model.parameters() if one not in known]]

    def pace(self, done: float) -> list[float]:
        """See `Paced.pace`."""
        layer, within = self._phase(done)
        rising = max(min(within / WARMUP, 1.0), SLOWEST)
        rate = rising * min((1 - within) / (1 - WARMUP), 1.0)
        layers = range(1, len(self.joint.mapping) + 1)
        factors = [OWN if one == layer else BELOW if one < layer else 0.0 for one in layers]
        return [0.0, *(factor * rate for factor in factors), OWN * rate]

    def _phase(self, done: float) -> tuple[int, float]:
        """The layer of the phase under way, and how much of the phase is over."""
        layers = self.joint.taught
        place = done * len(layers)
        phase = min(int(place + 1e-9), len(layers) - 1)
        return layers[phase], min(max(place - phase, 0.0), 1 - 1e-9)
