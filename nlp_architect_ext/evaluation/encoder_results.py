"""`metrics.json` of a distilled encoder: what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.evaluation.scores import rounded


@dataclass(frozen=True)
class EncoderMetrics:
    """Shares, sizes and costs of a run that made an encoder.

    Args:
        start: unexplained share of the teacher's states on held-out text before training.
        unexplained: the same of the encoder that was kept.
        by_epoch: the same after each part of the training that was scored.
        mapping: the teacher's layer for each of the student, 0 for none.
        windows: how many were learnt from (`train`) and `held_out`.
        parameters: of `student` and `teacher`, without heads.
        bytes: of the student's weights.
        costs: by kind, see `core.costs.KINDS`, and phase.
        device: where it was trained.
    """

    start: float
    unexplained: float
    by_epoch: Sequence[float]
    mapping: Sequence[int]
    windows: Mapping[str, int]
    parameters: Mapping[str, int]
    bytes: int
    costs: Mapping[str, Mapping[str, float]]
    device: str

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file, its numbers rounded."""
        shares = {"start": self.start, "end": self.unexplained, "by_epoch": list(self.by_epoch)}
        found: dict[str, Any] = {
            "unexplained": shares,
            "mapping": list(self.mapping),
            "windows": dict(self.windows),
            "parameters": dict(self.parameters),
            "bytes": self.bytes,
            **self.costs,
            "device": self.device,
        }
        plain: dict[str, Any] = rounded(found)
        return plain

    def text(self) -> str:
        """The content of `metrics.json`."""
        return to_text(self.to_json())
