"""The only training loop: a student, a stream of batches, an objective."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.optim import Optimizer

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.core.progress import Bar, bar, say
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

    Continues from the last checkpoint, if any, to the same weights as without an interruption.

    Args:
        model: `model["student"]` gives emissions; everything with parameters is trained.
        stream: the batches of each epoch.
        objective: what a step minimises.
        schedule: how long and how fast.
        checkpoints: where the state is kept.
        journal: where the curves are kept.
        dev_score: the score on dev, higher is better; without it the last epoch is the best.
        meter: of the phase; learns what was spent before an interruption.
    """
    meter = meter or Meter()
    optimizer = OPTIMIZERS[schedule.optimizer](model.parameters())
    average = MovingAverage(model, schedule.ema_decay)
    progress = checkpoints.restore_last(model, optimizer, average) or Progress()
    meter.earlier = progress.spent
    _continue(journal, progress)
    steps = schedule.epochs * stream.steps_an_epoch

    def save() -> None:
        progress.spent = meter.times()
        checkpoints.save_last(model, optimizer, average, progress)

    while not progress.finished:
        model.train()
        latest: dict[str, float] = {}  # of each part: not every step has all of them
        with _epoch_bar(stream, schedule, progress) as batches:
            for batch in batches:
                rate = schedule.rate(progress.step, steps)
                done = progress.step / steps
                loss, parts = _gradients(model, batch, objective, done)
                norm = _update(model, optimizer, rate, schedule.max_grad_norm)
                latest |= {"loss": loss.item(), **parts, "gradient_norm": norm.item()}
                progress.step += 1
                progress.step_in_epoch += 1
                average.update(progress.step)
                if progress.step % schedule.logging_steps == 0:
                    journal.write(PHASE, progress.step, epoch=progress.epoch + 1, lr=rate, **latest)
                    batches.note(_short(latest))
                if progress.step % schedule.save_steps == 0:
                    save()
        with average.applied():
            score = dev_score() if dev_score else None
            _close_epoch(model, schedule, checkpoints, journal, progress, score)
        save()
    checkpoints.restore_best(model)
    return progress


def _continue(journal: Journal, progress: Progress) -> None:
    """Forget what was written after the last checkpoint: those steps come again."""
    journal.forget(PHASE, progress.step)
    if progress.step:
        say(f"continuing after step {progress.step}")


def _epoch_bar(stream: BatchStream, schedule: Schedule, progress: Progress) -> Bar[Batch]:
    """The rest of the epoch under way, with a progress bar."""
    return bar(
        stream.epoch(progress.epoch, skip=progress.step_in_epoch),
        total=stream.steps_an_epoch,
        label=f"epoch {progress.epoch + 1}/{schedule.epochs}",
        unit="steps",
        start=progress.step_in_epoch,
    )


def _short(values: dict[str, float]) -> str:
    return ", ".join(f"{name}={value:.3f}" for name, value in values.items())


def _gradients(
    model: nn.ModuleDict, batch: Batch, objective: Objective, done: float = 1.0
) -> tuple[Tensor, dict[str, float]]:
    """Set the parameters' gradients to those of a batch's loss; returns the loss and its parts."""
    model.zero_grad()
    device = next(model.parameters()).device
    loss, parts = objective.loss(model["student"], batch.to(device), done)
    check_finite(loss)
    loss.backward()
    return loss, parts


def _update(
    model: nn.ModuleDict, optimizer: Optimizer, rate: float, max_grad_norm: float
) -> Tensor:
    """One step of gradient descent; returns the length of the gradient before it was clipped."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
    check_finite(norm)
    optimizer.step()
    return norm


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
        progress.best_score = -1.0 if score is None else score
        progress.best_epoch = progress.epoch
        checkpoints.save_best(model, progress)
    if score is not None:
        journal.write(PHASE, progress.step, epoch=progress.epoch, dev_f1=score, best=is_best)
        say(f"epoch {progress.epoch:>3}  dev F1 {100 * score:.2f}{'  (best)' if is_best else ''}")
    waited = progress.epoch - progress.best_epoch
    is_out_of_patience = 0 < schedule.patience <= waited
    progress.finished = progress.epoch >= schedule.epochs or is_out_of_patience
