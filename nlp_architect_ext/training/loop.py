"""The only training loop: a student, a stream of batches, an objective."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from torch import Tensor, nn
from torch.optim import Optimizer

from nlp_architect_ext.core.costs import Meter
from nlp_architect_ext.core.progress import Bar, bar
from nlp_architect_ext.training.averaging import MovingAverage
from nlp_architect_ext.training.checkpoint import Checkpoints, Progress
from nlp_architect_ext.training.curve import Curve
from nlp_architect_ext.training.losses import check_finite
from nlp_architect_ext.training.objectives import Movable, StepObjective
from nlp_architect_ext.training.pacing import ParameterGroups
from nlp_architect_ext.training.schedule import OPTIMIZERS, Schedule

Read = TypeVar("Read", bound=Movable)
Given = TypeVar("Given", covariant=True)


class Stream(Protocol[Given]):
    """The batches of each epoch; seed and epoch alone decide them."""

    @property
    def steps_an_epoch(self) -> int:
        """How many batches an epoch has."""
        ...

    def epoch(self, number: int, skip: int = 0) -> Iterator[Given]:
        """The batches of one epoch, from step `skip` on; the same ones whenever it's asked."""


def fit(
    model: nn.ModuleDict,
    stream: Stream[Read],
    objective: StepObjective[Read],
    schedule: Schedule,
    checkpoints: Checkpoints,
    curve: Curve,
    dev_score: Callable[[], float] | None = None,
    meter: Meter | None = None,
) -> Progress:
    """Train until the last epoch or until patience ends, then load the best epoch's weights.

    Continues from the last checkpoint, if any, to the same weights as without an interruption.

    Args:
        model: `model["student"]` is what learns; everything with parameters is trained.
        stream: the batches of each epoch.
        objective: what a step minimises.
        schedule: how long and how fast.
        checkpoints: where the state is kept.
        curve: where losses and scores are written down.
        dev_score: the score on dev, higher is better; without it the last epoch is the best.
        meter: of the phase; learns what was spent before an interruption.
    """
    meter = meter or Meter()
    groups = ParameterGroups(model, objective)
    optimizer = OPTIMIZERS[schedule.optimizer](groups.for_optimizer())
    average = MovingAverage(model, schedule.ema_decay)
    progress = checkpoints.restore_last(model, optimizer, average) or Progress()
    meter.earlier = progress.spent
    curve.go_on(progress)
    steps = schedule.epochs * stream.steps_an_epoch

    def save() -> None:
        progress.spent = meter.times()
        checkpoints.save_last(model, optimizer, average, progress)

    while not progress.finished:
        model.train()
        latest: dict[str, float] = {}  # of each part: not every step has all of them
        with _epoch_bar(stream, schedule, progress) as batches:
            for batch in batches:
                done = progress.step / steps
                rate = schedule.rate(progress.step, steps)
                groups.set_rates(optimizer, rate, done)
                latest |= _step(model, optimizer, batch, objective, done, schedule.max_grad_norm)
                progress.step += 1
                progress.step_in_epoch += 1
                average.update(progress.step)
                if progress.step % schedule.logging_steps == 0:
                    curve.note_step(progress, rate, latest)
                    batches.note(_short(latest))
                if progress.step % schedule.save_steps == 0:
                    save()
        with average.applied():
            score = dev_score() if dev_score else None
            _close_epoch(model, schedule, checkpoints, curve, progress, score)
        save()
    checkpoints.restore_best(model)
    return progress


def _epoch_bar(stream: Stream[Read], schedule: Schedule, progress: Progress) -> Bar[Read]:
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
    model: nn.ModuleDict, batch: Read, objective: StepObjective[Read], done: float = 1.0
) -> tuple[Tensor, dict[str, float]]:
    """Set the parameters' gradients to those of a batch's loss; returns the loss and its parts."""
    model.zero_grad()
    device = next(model.parameters()).device
    loss, parts = objective.loss(model["student"], batch.to(device), done)
    check_finite(loss)
    loss.backward()
    return loss, parts


def _step(
    model: nn.ModuleDict,
    optimizer: Optimizer,
    batch: Read,
    objective: StepObjective[Read],
    done: float,
    max_grad_norm: float,
) -> dict[str, float]:
    """One step of gradient descent.

    Returns:
        The loss, its parts, and the length of the gradient before it was clipped.
    """
    loss, parts = _gradients(model, batch, objective, done)
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
    check_finite(norm)
    optimizer.step()
    return {"loss": loss.item(), **parts, "gradient_norm": norm.item()}


def _close_epoch(
    model: nn.ModuleDict,
    schedule: Schedule,
    checkpoints: Checkpoints,
    curve: Curve,
    progress: Progress,
    score: float | None,
) -> None:
    """Count the epoch, keep its weights if they're the best, decide whether it was the last."""
    progress.epoch += 1
    progress.step_in_epoch = 0
    is_first = progress.best_epoch == 0  # a score has no lower limit
    is_best = score is None or is_first or score > progress.best_score
    if is_best:
        progress.best_score = -1.0 if score is None else score
        progress.best_epoch = progress.epoch
        checkpoints.save_best(model, progress)
    if score is not None:
        curve.note_score(progress, score, is_best=is_best)
    waited = progress.epoch - progress.best_epoch
    is_out_of_patience = 0 < schedule.patience <= waited
    progress.finished = progress.epoch >= schedule.epochs or is_out_of_patience
