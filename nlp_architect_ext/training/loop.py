"""The only training loop: a student, a stream of batches, an objective."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.optim import Optimizer

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.core.progress import bar, say
from nlp_architect_ext.training.averaging import MovingAverage
from nlp_architect_ext.training.checkpoint import Checkpoints, Progress
from nlp_architect_ext.training.losses import check_finite
from nlp_architect_ext.training.objectives import Objective
from nlp_architect_ext.training.schedule import OPTIMIZERS, Schedule

PHASE = "student"


def fit(
    model: nn.ModuleDict,
    stream: BatchStream,
    objective: Objective,
    schedule: Schedule,
    checkpoints: Checkpoints,
    journal: Journal,
    dev_score: Callable[[], float] | None = None,
    meter: Meter | None = None,
) -> Progress:
    """Train until the last epoch or until patience ends, then load the best epoch's weights.

    Continues from the last checkpoint if there is one; the weights are then the same as without the
    interruption.

    Args:
        model: `model["student"]` gives emissions; everything with parameters is trained.
        stream: the batches of each epoch.
        objective: what a step minimises.
        schedule: how long and how fast.
        checkpoints: where the state is kept.
        journal: where the curves are kept.
        dev_score: the model's score on dev, higher is better; without it the last epoch counts as
            the best.
        meter: of the phase; learns what was spent before an interruption.
    """
    meter = meter or Meter()
    optimizer = OPTIMIZERS[schedule.optimizer](model.parameters())
    average = MovingAverage(model, schedule.ema_decay)
    progress = checkpoints.restore_last(model, optimizer, average) or Progress()
    meter.earlier = progress.spent
    journal.forget(PHASE, progress.step)
    if progress.step:
        say(f"continuing after step {progress.step}")
    steps = schedule.epochs * stream.steps_an_epoch
    while not progress.finished:
        model.train()
        batches = stream.epoch(progress.epoch, skip=progress.step_in_epoch)
        # of each part of the loss, since not every step has all of them
        latest: dict[str, float] = {}
        label = f"epoch {progress.epoch + 1}/{schedule.epochs}"
        with bar(
            batches,
            total=stream.steps_an_epoch,
            label=label,
            unit="steps",
            start=progress.step_in_epoch,
        ) as bars:
            for batch in bars:
                rate, done = schedule.rate(progress.step, steps), progress.step / steps
                latest |= _step(
                    model, batch, objective, done, optimizer, rate, schedule.max_grad_norm
                )
                progress.step += 1
                average.update(progress.step)
                progress.step_in_epoch += 1
                if progress.step % schedule.logging_steps == 0:
                    journal.write(PHASE, progress.step, epoch=progress.epoch + 1, lr=rate, **latest)
                    bars.set_postfix(
                        {name: f"{value:.3f}" for name, value in latest.items()}, refresh=False
                    )
                if progress.step % schedule.save_steps == 0:
                    progress.spent = meter.times()
                    checkpoints.save_last(model, optimizer, average, progress)
        with average.applied():
            score = dev_score() if dev_score else None
            _close_epoch(model, schedule, checkpoints, journal, progress, score)
        progress.spent = meter.times()
        checkpoints.save_last(model, optimizer, average, progress)
    checkpoints.restore_best(model)
    return progress


def _gradients(
    model: nn.ModuleDict, batch: Batch, objective: Objective, done: float = 1.0
) -> tuple[Tensor, dict[str, float]]:
    """Add the gradients of a batch's loss to the parameters'; returns the loss and its parts."""
    loss, parts = objective.loss(model["student"], batch.to(next(model.parameters()).device), done)
    check_finite(loss)
    loss.backward()
    return loss, parts


def _step(
    model: nn.ModuleDict,
    batch: Batch,
    objective: Objective,
    done: float,
    optimizer: Optimizer,
    rate: float,
    max_grad_norm: float,
) -> dict[str, float]:
    """One step of gradient descent; returns the loss, its parts and the length of the gradient."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    loss, parts = _gradients(model, batch, objective, done)
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
    check_finite(norm)
    optimizer.step()
    return {"loss": loss.item(), **parts, "gradient_norm": norm.item()}


def _close_epoch(
    model: nn.ModuleDict,
    schedule: Schedule,
    checkpoints: Checkpoints,
    journal: Journal,
    progress: Progress,
    score: float | None,
) -> None:
    """Count the epoch, keep its weights if they're the best, decide whether it was the last."""
    progress.epoch += 1
    progress.step_in_epoch = 0
    is_best = score is None or score > progress.best_score
    if is_best:
        progress.best_score, progress.best_epoch = (
            (-1.0 if score is None else score),
            progress.epoch,
        )
        checkpoints.save_best(model, progress)
    if score is not None:
        journal.write(PHASE, progress.step, epoch=progress.epoch, dev_f1=score, best=is_best)
        say(f"epoch {progress.epoch:>3}  dev F1 {100 * score:.2f}{'  (best)' if is_best else ''}")
    waited = progress.epoch - progress.best_epoch
    progress.finished = progress.epoch >= schedule.epochs or 0 < schedule.patience <= waited
