"""Around fine-tuning's epochs: scores, progress lines, and the best weights kept in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import TrainerCallback, TrainerState

from nlp_architect_ext.core.progress import Bar, bar, say

Scores = dict[str, Any]


class BestEpoch(TrainerCallback):
    """Scores epochs and holds the weights of the best one.

    Where nothing can be scored, the last one is kept.

    Args:
        evaluate: gives the scores on dev with "f1" among them, or None without dev.
        epochs: how many there will be.
        steps: how many optimiser steps there will be.
        every: epochs between two evaluations; the last epoch is always evaluated.
        logging_steps: steps between two entries of the log beside one an epoch; 0 for none.
    """

    def __init__(
        self,
        evaluate: Callable[[], Scores] | None,
        *,
        epochs: int,
        steps: int,
        every: int,
        logging_steps: int,
    ) -> None:
        self.evaluate, self.epochs = evaluate, epochs
        self.every, self.logging_steps = every, logging_steps
        self.log: list[dict[str, Any]] = []
        self.epoch = self.best_epoch = 0
        self.best: Scores | None = None
        self._weights: dict[str, Tensor] = {}
        self._losses: list[float] = []  # of every step
        self._steps_before = 0
        self._bar: Bar[Any] = bar((), total=steps, label="fine-tuning", unit="steps")
        self._started = time.perf_counter()

    def on_log(
        self,
        args: Any,
        state: TrainerState,
        control: Any,
        logs: dict[str, float] | None = None,
        **others: Any,
    ) -> None:
        """After every step; the last call of a training brings totals instead of a loss."""
        if not logs or "loss" not in logs:
            return
        self._losses.append(logs["loss"])
        self._bar.update(1)
        every = self.logging_steps
        if every and state.global_step % every == 0:
            recent = self._losses[-every:]
            loss = sum(recent) / len(recent)
            rate = logs["learning_rate"]
            self.log.append({"step": state.global_step, "loss": loss, "learning_rate": rate})

    def on_epoch_end(self, args: Any, state: TrainerState, control: Any, **others: Any) -> None:
        """Score the epoch if it's to be scored, keep its weights if it's the best, say so."""
        self.epoch += 1
        losses = self._losses[self._steps_before :]
        self._steps_before = len(self._losses)
        loss = sum(losses) / len(losses)
        entry: dict[str, Any] = {"epoch": self.epoch, "step": state.global_step, "loss": loss}
        line = f"fine-tuning · epoch {self.epoch}/{self.epochs} · loss {loss:.4f}"
        last = self.epoch >= self.epochs
        if self.evaluate is not None and (last or self.epoch % self.every == 0):
            scores = self.evaluate()
            entry["dev_f1"] = scores["f1"]
            line += f" · dev F1 {100 * scores['f1']:.2f}"
            # Of equals the later one: it has seen more.
            if self.best is None or scores["f1"] >= self.best["f1"]:
                self._keep(scores, others["model"])
                line += " (best)"
        entry["seconds"] = round(time.perf_counter() - self._started, 1)
        self.log.append(entry)
        say(f"{line} · {entry['seconds']:.0f} s")
        if last:
            self._bar.close()

    def _keep(self, scores: Scores, model: torch.nn.Module) -> None:
        self.best, self.best_epoch = scores, self.epoch
        weights = model.state_dict()
        self._weights = {name: tensor.detach().cpu().clone() for name, tensor in weights.items()}

    def restore(self, model: torch.nn.Module) -> None:
        """Put the best epoch's weights back; without dev the last epoch's are already there."""
        if self._weights:
            model.load_state_dict(self._weights)
        else:
            self.best_epoch = self.epoch
