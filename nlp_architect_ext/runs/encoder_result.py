"""What a finished `distill_encoder` leaves: the encoder, figures, card, picture, manifest."""

from __future__ import annotations

import sys

import transformers

from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import METRICS, to_text, write_manifest
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.encoders.folder import FINE_TUNED
from nlp_architect_ext.evaluation.encoder_results import EncoderMetrics
from nlp_architect_ext.reports.encoder_card import encoder_card
from nlp_architect_ext.reports.plots import unexplained_curve
from nlp_architect_ext.runs.encoder_plan import EncoderPlan
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.settings.encoder import DistillEncoderSettings
from nlp_architect_ext.teachers.folder import empty_partial, write
from nlp_architect_ext.training.curve import PHASE

START = "start"  # the journal's line from before the first step
SCORE = "dev_explained"


def write_result(
    run: RunFolder,
    settings: DistillEncoderSettings,
    plan: EncoderPlan,
    student: transformers.PreTrainedModel,
) -> EncoderMetrics:
    """Write the encoder and everything beside it, the manifest last."""
    folder = run.path / FINE_TUNED
    write(student, plan.teacher.tokenizer, plan.teacher.folder, empty_partial(folder), folder)
    lines = run.journal.read(PHASE)
    metrics = _metrics(run, settings, plan, student)
    shares = [(0, metrics.start)]
    shares += [(line["step"], 1 - line[SCORE]) for line in lines if SCORE in line]
    picture = unexplained_curve(lines, shares, plan.plan.lessons)
    atomic_write_bytes(run.path / "learning_curve.png", picture)
    best = {"unexplained": round(metrics.unexplained, 6)}
    atomic_write_text(run.path / settings.run.best_result_file, to_text(best))
    atomic_write_text(run.path / METRICS, metrics.text())
    for sink in run.sinks:
        sink.write("final/student/held_out", 0, best)
    source = plan.teacher.folder
    is_of_hub = source.revision is not None
    card = encoder_card(source.name, is_of_hub, _made(settings, plan), metrics, sys.argv)
    atomic_write_text(run.path / "README.md", card)
    write_manifest(run.path)
    say(
        f"unexplained share of held-out text {metrics.unexplained:.3f} "
        f"({metrics.start:.3f} before training), {metrics.parameters['student']:,} parameters"
    )
    say(f"written to {run.path}: {FINE_TUNED}/ (the encoder), README.md, {METRICS}")
    return metrics


def _metrics(
    run: RunFolder,
    settings: DistillEncoderSettings,
    plan: EncoderPlan,
    student: transformers.PreTrainedModel,
) -> EncoderMetrics:
    scored = [line for line in run.journal.read(PHASE) if SCORE in line]
    kept = [line for line in scored if line["best"]]
    weights = sorted((run.path / FINE_TUNED).glob("*.safetensors"))
    return EncoderMetrics(
        start=run.journal.read(START)[-1]["unexplained"],
        unexplained=1 - kept[-1][SCORE],
        by_epoch=[1 - line[SCORE] for line in scored],
        mapping=plan.plan.mapping,
        windows={"train": len(plan.text.train), "held_out": len(plan.text.held_out)},
        parameters={
            "student": student.num_parameters(),
            "teacher": plan.teacher.parameters,
        },
        bytes=sum(path.stat().st_size for path in weights),
        costs=run.costs(),
        device=settings.device.device,
    )


def _made(settings: DistillEncoderSettings, plan: EncoderPlan) -> dict[str, str]:
    """How it was made, for the card."""
    shape, lessons = plan.shape, settings.lessons
    sizes = f"{shape.architecture}, {shape.layers} layers of {shape.hidden}"
    if shape.bottleneck is not None:
        sizes += (
            f", {shape.bottleneck} inside, {shape.feed_forwards} feed-forward blocks, "
            f"{shape.normalization}"
        )
    taught = ", ".join(map(str, plan.plan.mapping))
    return {
        "architecture": sizes,
        "start": plan.start,
        "lessons": ", ".join(plan.plan.lessons),
        "mapping": f"{taught} (the teacher's layer for each; 0 for none)",
        "order": plan.plan.order,
        "training": f"{lessons.epochs} epochs in batches of {lessons.batch_size}, rate "
        f"{lessons.lr:g}, seed {settings.run.seed}",
    }
