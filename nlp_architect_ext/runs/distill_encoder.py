"""The job of `nlp-train distill_encoder`: a smaller encoder from raw text, written as a folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import transformers

from nlp_architect_ext.compression.distilling import MEASURED, distil, lessons_of
from nlp_architect_ext.compression.encoder_objective import HIDDEN
from nlp_architect_ext.compression.held_out import HeldOut
from nlp_architect_ext.compression.importance import masking_piece
from nlp_architect_ext.compression.piece_batches import PieceStream
from nlp_architect_ext.compression.scales import meet_scales
from nlp_architect_ext.compression.starts import EMBEDDINGS, ETD_IMPT, RANDOM, start
from nlp_architect_ext.compression.state_store import StateStore, window_key
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.encoders.alignment import PieceWindow, pad
from nlp_architect_ext.encoders.size import TRAINING_PASSES, reading_operations
from nlp_architect_ext.layers.device import prepare
from nlp_architect_ext.runs.encoder_dry_run import describe
from nlp_architect_ext.runs.encoder_plan import EncoderPlan, check_room, encoder_plan
from nlp_architect_ext.runs.encoder_result import write_result
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.layer_search import searched
from nlp_architect_ext.runs.place import RunPlace
from nlp_architect_ext.runs.probe_data import probe_files
from nlp_architect_ext.runs.trackers import check_tracker
from nlp_architect_ext.settings.encoder import DistillEncoderSettings, LessonSettings
from nlp_architect_ext.training.schedule import Schedule

FITTED = 200  # windows of training text for the linear map of `HeldOut`
START = "start"  # the journal's line from before the first step
STUDENT = "student"


def distill_encoder(settings: DistillEncoderSettings) -> Path | None:
    """Make a smaller encoder out of a large one; write it as a Hugging Face folder.

    Returns:
        The run's folder; None of a dry run.

    Raises:
        UserError: anything of the user's that can't be used; nothing has been written then that
            wasn't there before.
    """
    check_tracker(settings.run.report_to)
    device = prepare(settings.device.device, settings.device.no_cuda, settings.device.threads)
    threads = torch.get_num_threads()
    decided = replace(settings.device, device=str(device), no_cuda=False, threads=threads)
    settings = replace(settings, device=decided)
    plan = encoder_plan(settings)
    say(plan.text.summary())
    place = _place(settings, plan)
    place.check()
    store = plan.store(device)
    check_room(plan, store)
    if settings.run.dry_run:
        say(describe(plan, store, settings))
        return None
    with place.opened() as run:
        if run.is_finished:
            say(f"{run.path} is finished already")
            return run.path
        _store_states(plan, store, run)
        plan = searched(settings, plan, store, run, lambda: _begun(settings, plan, store, run))
        student = _started(settings, plan, store, run)
        _distilled(settings, plan, store, student, run)
        write_result(run, settings, plan, student)
        if settings.large.states_dir is None:
            shutil.rmtree(plan.states_dir, ignore_errors=True)
        return run.path


def _place(settings: DistillEncoderSettings, plan: EncoderPlan) -> RunPlace:
    """The run's folder, and all that decides whether an earlier run there is this one."""
    return RunPlace(
        settings.run,
        settings,
        [Path(settings.large.unlabeled_filename), *probe_files(settings.search)],
        folders=[Path(settings.large.encoder)],
        store=str(plan.states_dir),
        digests={"encoder": plan.teacher.fingerprint},
    )


def _store_states(plan: EncoderPlan, store: StateStore, run: RunFolder) -> None:
    layers, windows = plan.stored_layers, plan.text.windows
    missing = {window_key(window) for window in store.missing(windows, layers)}
    found = sum(len(one.ids) for one in windows if window_key(one) not in missing)
    with run.phase("teacher states") as meter:
        store.add(windows, layers)
        meter.earlier = store.costs.of(found)
        pieces = sum(len(window.ids) for window in windows)
        meter.operations = plan.teacher.operations(pieces)


def _started(
    settings: DistillEncoderSettings, plan: EncoderPlan, store: StateStore, run: RunFolder
) -> transformers.PreTrainedModel:
    """The student before its first step, or any that the checkpoint's weights will go into."""
    if not run.checkpoints.last.exists():
        return _begun(settings, plan, store, run)
    model = start(RANDOM, plan.teacher.model, plan.shape, seed=settings.run.seed)
    return model.to(store.device)  # type: ignore[arg-type,no-any-return]  # as in `_begun`


def _begun(
    settings: DistillEncoderSettings, plan: EncoderPlan, store: StateStore, run: RunFolder
) -> transformers.PreTrainedModel:
    """The student before its first step."""
    seed, device = settings.run.seed, store.device
    sample = _sample(plan.text.train, settings.small.importance_size, seed)
    if plan.start == ETD_IMPT:
        with run.phase("importance") as meter:
            model = _start(plan, sample, seed, device)
            pieces = sum(len(window.ids) for window in sample)
            meter.operations = TRAINING_PASSES * plan.teacher.operations(pieces)
    else:
        model = _start(plan, sample, seed, device)
        is_new = plan.start in (RANDOM, EMBEDDINGS) and HIDDEN in plan.plan.lessons
        if is_new and model.config.hidden_size == plan.teacher.width:
            meet_scales(model, plan.plan.mapping, store, plan.text.train[:MEASURED])
    model.to(device)  # type: ignore[arg-type]  # transformers' decorator hides the method's type
    return model


def _sample(windows: Sequence[PieceWindow], size: int, seed: int) -> list[PieceWindow]:
    order = np.random.default_rng(seed).permutation(len(windows))[:size].tolist()
    return [windows[index] for index in sorted(order)]


def _start(
    plan: EncoderPlan, sample: Sequence[PieceWindow], seed: int, device: torch.device
) -> transformers.PreTrainedModel:
    by_length = sorted(sample, key=lambda window: len(window.ids))
    pad_id = plan.teacher.config.pad_token_id or 0
    batches = [pad(by_length[at : at + 32], pad_id) for at in range(0, len(by_length), 32)]
    on_device = [{name: one.to(device) for name, one in batch.items()} for batch in batches]
    teacher = plan.teacher.model.to(device)  # type: ignore[arg-type]  # see above
    mask_id = None
    if plan.start == ETD_IMPT:
        mask_id = masking_piece(plan.teacher.tokenizer, plan.teacher.folder.name)
    return start(plan.start, teacher, plan.shape, seed=seed, sample=on_device, mask_id=mask_id)


def _distilled(
    settings: DistillEncoderSettings,
    plan: EncoderPlan,
    store: StateStore,
    student: transformers.PreTrainedModel,
    run: RunFolder,
) -> None:
    """Train the student, and leave the best weights in it."""
    lessons, seed = settings.lessons, settings.run.seed
    with run.phase("distillation") as meter:
        objective = lessons_of(plan.plan, student, store, plan.text.train, seed)
        stream = _stream(plan, store, plan.text.train, plan.plan.layers, lessons, seed)
        held_out = _held_out(plan, store, lessons, seed)
        if not run.checkpoints.last.exists():
            _note_start(run, held_out.unexplained(student, objective))
        torch.manual_seed(seed)
        progress = distil(
            student,
            objective,
            plan.plan.order,
            stream,
            _schedule(lessons),
            folder=run.path / "checkpoints",
            journal=run.journal,
            score=lambda: 1 - held_out.unexplained(student, objective),
            meter=meter,
        )
        meter.stop()
        pieces = sum(len(window.ids) for window in plan.text.train)
        passes = progress.step / stream.steps_an_epoch / stream.parts
        meter.operations = round(TRAINING_PASSES * passes * reading_operations(student, pieces))


def _note_start(run: RunFolder, unexplained: float) -> None:
    run.journal.forget(START, lambda _: True)
    run.journal.write(START, 0, unexplained=unexplained)
    say(f"before training: unexplained share of held-out text {unexplained:.3f}")


def _stream(
    plan: EncoderPlan,
    store: StateStore,
    windows: Sequence[PieceWindow],
    layers: tuple[int, ...],
    lessons: LessonSettings,
    seed: int,
) -> PieceStream:
    pad_id = plan.teacher.config.pad_token_id or 0
    return PieceStream(windows, store, layers, lessons.batch_size, seed, pad_id, lessons.parts)


def _held_out(plan: EncoderPlan, store: StateStore, lessons: LessonSettings, seed: int) -> HeldOut:
    layers = (plan.scored_layer,)
    by_length = sorted(plan.text.held_out, key=lambda window: len(window.ids))
    text = _stream(plan, store, by_length, layers, lessons, seed)
    fitted = _stream(plan, store, plan.text.train[:FITTED], layers, lessons, seed)
    return HeldOut(text, fitted, plan.scored_layer)


def _schedule(lessons: LessonSettings) -> Schedule:
    return Schedule(
        epochs=lessons.epochs * lessons.parts,
        lr=lessons.lr,
        lr_schedule="linear",
        max_grad_norm=lessons.max_grad_norm,
        logging_steps=lessons.logging_steps,
        save_steps=lessons.save_steps,
    )
