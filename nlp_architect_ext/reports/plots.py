"""Pictures of a run."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nlp_architect_ext.evaluation.calibration import Reliability

Lines = Sequence[Mapping[str, Any]]


def learning_curve(
    student: Lines, teacher: Lines = (), teacher_dev_f1: float | None = None
) -> bytes:
    """The learning curves as PNG: loss parts over steps, dev F1 over steps.

    Args:
        student: the journal's lines of the student's training.
        teacher: the journal's lines of the teacher's fine-tuning; its own dev F1 by epoch is drawn
            if there is any.
        teacher_dev_f1: the teacher's dev F1, drawn as a line to reach.
    """
    figure = Figure(figsize=(10, 4), layout="constrained")
    loss, f1 = figure.subplots(1, 2)
    losses = [line for line in student if "loss" in line]
    for part in ("loss", "task", "distillation"):
        points = [(line["step"], line[part]) for line in losses if part in line]
        if points:
            loss.plot(*zip(*points, strict=True), label=part, linewidth=1)
    _finish(loss, "Training loss (a word)", "loss")
    for lines, name in ((student, "student"), (teacher, "teacher, fine-tuning")):
        scored = [line for line in lines if line.get("dev_f1") is not None]
        points = [(line["step"], 100 * line["dev_f1"]) for line in scored]
        if points:
            f1.plot(*zip(*points, strict=True), marker="o", markersize=3, label=name)
    if teacher_dev_f1 is not None:
        f1.axhline(100 * teacher_dev_f1, linestyle="--", color="grey", label="teacher")
    _finish(f1, "Dev F1", "F1 (%)")
    return png(figure)


def unexplained_curve(
    losses: Lines, shares: Sequence[tuple[int, float]], lessons: Sequence[str]
) -> bytes:
    """The curves of an encoder's distillation as PNG: losses, and what stays unexplained.

    Args:
        losses: the journal's lines of the training.
        shares: unexplained share of held-out text by step, the start among them.
        lessons: the parts of the loss.
    """
    figure = Figure(figsize=(10, 4), layout="constrained")
    loss, share = figure.subplots(1, 2)
    for part in ("loss", *lessons) if len(lessons) > 1 else ("loss",):
        points = [(line["step"], line[part]) for line in losses if part in line]
        if points:
            loss.plot(*zip(*points, strict=True), label=part, linewidth=1)
    _finish(loss, "Training loss (a word piece)", "loss")
    if shares:
        share.plot(*zip(*shares, strict=True), marker="o", markersize=3, label="held-out text")
    share.axhline(1.0, linestyle="--", color="grey", label="the mean")
    _finish(share, "Unexplained share of the teacher's states", "share")
    return png(figure)


def reliability_curve(curves: Mapping[str, Reliability], scores: Sequence[float]) -> bytes:
    """Share of right entities against their score as PNG, above a histogram of the scores.

    Args:
        curves: by name; at most two, the second one stands out.
        scores: of all entities, as in the last curve.
    """
    figure = Figure(figsize=(6, 6), layout="constrained")
    curve, counts = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    curve.plot((0, 1), (0, 1), linestyle="--", color="grey", linewidth=1)
    colours = ("tab:orange", "tab:blue")[-len(curves) :]
    for (name, one), colour in zip(curves.items(), colours, strict=True):
        label = f"{name}: error {100 * one.error:.1f} %"
        curve.plot(one.scores, one.right, marker="o", markersize=4, color=colour, label=label)
    counts.hist(scores, bins=20, range=(0, 1), color="tab:blue", alpha=0.6)
    _finish(curve, "Reliability", "share of right entities", "")
    _finish(counts, "", "entities", "score")
    curve.set(xlim=(0, 1), ylim=(0, 1))
    return png(figure)


def speed(milliseconds: Mapping[str, Sequence[float]], batch_sizes: Sequence[int]) -> bytes:
    """Sentences a second of each system by batch size as PNG; both axes in powers.

    Args:
        milliseconds: a sentence, by system, one number a batch size.
        batch_sizes: sentences at once.
    """
    figure = Figure(figsize=(10, 5), layout="constrained")
    axes = figure.subplots()
    # The legend has the order in which the lines end, from above.
    for name, values in sorted(milliseconds.items(), key=lambda item: item[1][-1]):
        a_second = [1000 / value for value in values]
        axes.plot(batch_sizes, a_second, marker="o", markersize=4, label=name)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(batch_sizes, [str(size) for size in batch_sizes])
    beside = {"loc": "upper left", "bbox_to_anchor": (1, 1)}
    _finish(axes, "Words to entities", "sentences a second", "sentences a batch", legend=beside)
    return png(figure)


def png(figure: Figure) -> bytes:
    """A drawn figure; the same bytes each time."""
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def _finish(
    axes: Axes,
    title: str,
    y_label: str,
    x_label: str = "step",
    legend: Mapping[str, Any] | None = None,
) -> None:
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(**(legend or {}))
