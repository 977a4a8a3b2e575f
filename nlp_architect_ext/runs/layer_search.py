"""The search of `distill_encoder --mapping ga`: which layer of the teacher teaches which layer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from hashlib import sha256

import numpy as np
import transformers

from nlp_architect_ext.compression.distilling import JOINT, distil, lessons_of
from nlp_architect_ext.compression.fitness_store import StoredFitness
from nlp_architect_ext.compression.layer_search import Gene, Space, search_mapping
from nlp_architect_ext.compression.piece_batches import PieceStream
from nlp_architect_ext.compression.state_store import StateStore, window_key
from nlp_architect_ext.compression.word_states import word_states
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.encoders.alignment import PieceWindow
from nlp_architect_ext.encoders.size import TRAINING_PASSES, reading_operations
from nlp_architect_ext.evaluation.ridge_probe import probe_f1
from nlp_architect_ext.runs.encoder_plan import EncoderPlan
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.layer_search_result import shown, write_search
from nlp_architect_ext.runs.probe_data import ProbeData
from nlp_architect_ext.settings.encoder import DistillEncoderSettings, MappingSearchSettings
from nlp_architect_ext.training.schedule import Schedule

FITNESS = "fitness"  # the folder of stored fitnesses, beside the teacher's states

Begin = Callable[[], transformers.PreTrainedModel]


def searched(
    settings: DistillEncoderSettings,
    plan: EncoderPlan,
    store: StateStore,
    run: RunFolder,
    begin: Begin,
) -> EncoderPlan:
    """The plan with the mapping that a search recommends; without a search, as it is.

    Args:
        settings: of the run.
        plan: with data for a probe where a search is asked for.
        store: the teacher's states.
        run: where the report goes.
        begin: makes the student that all mappings start from.

    Raises:
        UserError: optuna isn't installed.
    """
    if plan.probe is None:
        return plan
    with run.phase("layer search") as meter:
        trained = _TaughtStudent(settings, plan, store, plan.probe, begin)
        fitness = StoredFitness(trained, plan.states_dir / FITNESS, trained.decided_by)
        search, seed = settings.search, settings.run.seed
        space = Space(plan.shape.layers, plan.teacher.layers)
        found = search_mapping(
            space, fitness, search.search_evaluations, search.search_repeats, seed
        )
        meter.earlier = fitness.earlier
        meter.operations = len(fitness.asked) * trained.operations
    write_search(run.path, found)
    return replace(plan, plan=replace(plan.plan, mapping=found.recommended))


def search_steps(plan: EncoderPlan, search: MappingSearchSettings) -> int:
    """How many steps of training a search takes, at most; 0 where there is nothing to search."""
    if plan.probe is None:
        return 0
    genes, most = Space(plan.shape.layers, plan.teacher.layers).size, search.search_evaluations
    tried = genes if genes <= most else 2 * most
    return (tried + search.search_repeats) * search.search_steps


@dataclass(frozen=True)
class _TaughtStudent:
    """The fitness of a mapping: what a probe finds in a student that it has taught for some steps.

    All mappings have the same start, the same batches in the same order, and the same heads: what
    differs is the mapping's doing. Another seed has other batches and heads, from the same start.
    """

    settings: DistillEncoderSettings
    plan: EncoderPlan
    store: StateStore
    probe: ProbeData
    begin: Begin

    def __call__(self, gene: Gene, seed: int) -> float:
        student = copy.deepcopy(self.start)
        plan = replace(self.plan.plan, mapping=gene, order=JOINT)
        if plan.layers:  # else there is no lesson, and the start is what is probed
            objective = lessons_of(plan, student, self.store, self.plan.text.train, seed)
            distil(student, objective, JOINT, self._stream(plan.layers, seed), self._schedule)
        found = self._f1(student)
        say(f"mapping {shown(gene)}  seed {seed}  F1 {100 * found:.2f}")
        return found

    @cached_property
    def start(self) -> transformers.PreTrainedModel:
        """Made when a fitness isn't in the store."""
        return self.begin()

    @cached_property
    def windows(self) -> list[PieceWindow]:
        """What is learnt from: as many windows as the steps can read, if there are so many."""
        steps, size = self.settings.search.search_steps, self.settings.lessons.batch_size
        every = self.plan.text.train
        order = np.random.default_rng(self.settings.run.seed).permutation(len(every))
        return [every[index] for index in sorted(order[: steps * size].tolist())]

    @property
    def decided_by(self) -> dict[str, object]:
        """What decides a fitness beside the mapping and the seed."""
        settings, text = self.settings, sha256()
        for window in (*self.plan.text.train, *self.probe.windows):
            text.update(window_key(window))
        for sentence in self.probe.sentences:
            text.update(repr((sentence.words, sentence.labels)).encode())
        return {
            "teacher": self.plan.teacher.fingerprint,
            "text": text.hexdigest(),
            "shape": asdict(self.plan.shape),
            "start": [self.plan.start, settings.small.importance_size, settings.run.seed],
            "lessons": [*self.plan.plan.lessons],
            "batch_size": settings.lessons.batch_size,
            "lr": settings.lessons.lr,
            "max_grad_norm": settings.lessons.max_grad_norm,
            "steps": settings.search.search_steps,
            "device": [settings.device.device, settings.device.threads],
        }

    @property
    def operations(self) -> int:
        """The floating-point operations of one evaluation."""
        steps, size = self.settings.search.search_steps, self.settings.lessons.batch_size
        pieces = sum(len(window.ids) for window in self.windows)
        passes = TRAINING_PASSES * steps * size / len(self.windows)
        probed = sum(len(window.ids) for window in self.probe.windows)
        return reading_operations(self.start, round(passes * pieces) + probed)

    @property
    def _schedule(self) -> Schedule:
        lessons, steps = self.settings.lessons, self.settings.search.search_steps
        an_epoch = -(-len(self.windows) // lessons.batch_size)
        return Schedule(
            epochs=max(round(steps / an_epoch), 1),
            lr=lessons.lr,
            lr_schedule="linear",
            max_grad_norm=lessons.max_grad_norm,
        )

    def _stream(self, layers: tuple[int, ...], seed: int) -> PieceStream:
        pad_id = self.plan.teacher.config.pad_token_id or 0
        size = self.settings.lessons.batch_size
        return PieceStream(self.windows, self.store, layers, size, seed, pad_id)

    def _f1(self, student: transformers.PreTrainedModel) -> float:
        train, dev = (
            (word_states(student, part.sentences, part.windows), part.tags)
            for part in (self.probe.train, self.probe.dev)
        )
        return probe_f1(train, dev, self.probe.labels)
