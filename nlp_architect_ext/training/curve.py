"""The curves of a training: what is written down while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.training.checkpoint import Progress

PHASE = "student"


@dataclass(frozen=True)
class Curve:
    """Where the losses and scores of one training go.

    Args:
        journal: of the run.
        phase: which training of the run it is.
        score_name: of the score on dev; the journal has it as ``dev_`` and this name in lower case.
    """

    journal: Journal
    phase: str = PHASE
    score_name: str = "F1"

    def go_on(self, progress: Progress) -> None:
        """Forget what was written after the last checkpoint: it comes again.

        An epoch's score may be there while the checkpoint is that of its last step.
        """

        def comes_again(line: dict[str, Any]) -> bool:
            is_open: bool = self._score in line and line["epoch"] > progress.epoch
            is_later: bool = line["step"] > progress.step
            return is_open or is_later

        self.journal.forget(self.phase, comes_again)
        if progress.step:
            say(f"continuing after step {progress.step}")

    def note_step(self, progress: Progress, rate: float, values: dict[str, float]) -> None:
        """Write down a step's learning rate, and its losses by name."""
        self.journal.write(self.phase, progress.step, epoch=progress.epoch + 1, lr=rate, **values)

    def note_score(self, progress: Progress, score: float, *, is_best: bool) -> None:
        """Write down and show the score of an epoch that has just ended."""
        values = {self._score: score, "best": is_best}
        self.journal.write(self.phase, progress.step, epoch=progress.epoch, **values)
        note = "  (best)" if is_best else ""
        say(f"epoch {progress.epoch:>3}  dev {self.score_name} {100 * score:.2f}{note}")

    @property
    def _score(self) -> str:
        return f"dev_{self.score_name.lower()}"
