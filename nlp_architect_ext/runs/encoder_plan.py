"""What `distill_encoder` would do, by its settings; checked before anything is written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
import transformers

from nlp_architect_ext.compression.architectures import Shape, student_config
from nlp_architect_ext.compression.attention import layers_of
from nlp_architect_ext.compression.distilling import JOINT, Plan
from nlp_architect_ext.compression.encoder_objective import (
    ATTENTION,
    EMBEDDING,
    HIDDEN,
    INSIDE,
    check_lessons,
    needed_layers,
)
from nlp_architect_ext.compression.importance import masking_piece
from nlp_architect_ext.compression.layer_search import Space, check_search
from nlp_architect_ext.compression.mapping import LAST, SEARCHED, UNIFORM, layer_mapping
from nlp_architect_ext.compression.starts import EMBEDDINGS, ETD_IMPT, PIECES, check_start
from nlp_architect_ext.compression.state_store import StateStore, state_bytes
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.encoders.bare import BareEncoder
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.runs.encoder_text import EncoderText, read_windows
from nlp_architect_ext.runs.probe_data import ProbeData, read_probe_data
from nlp_architect_ext.settings.encoder import DistillEncoderSettings, SmallEncoderSettings

GIGABYTE = 1e9
ROOM = 1.1  # of what the states take; the rest of the run is small


@dataclass(frozen=True)
class EncoderPlan:
    """What a run works with.

    Args:
        teacher: the large encoder.
        shape: the small one's sizes.
        config: its configuration.
        start: where it starts, see `compression.starts`.
        plan: what it's taught.
        text: what it learns from.
        states_dir: where the teacher's states lie.
        probe: labelled data, where the mapping is still to be searched for; None where it's known.
    """

    teacher: BareEncoder
    shape: Shape
    config: transformers.PretrainedConfig
    start: str
    plan: Plan
    text: EncoderText
    states_dir: Path
    probe: ProbeData | None = None

    @property
    def scored_layer(self) -> int:
        """The teacher's layer that the student's last one is compared with."""
        return self.plan.mapping[-1] or self.teacher.layers

    @property
    def stored_layers(self) -> tuple[int, ...]:
        """The teacher's layers whose states are stored; 0 for the embeddings."""
        if self.probe is None:
            return tuple(sorted({*self.plan.layers, self.scored_layer}))
        every = needed_layers(self.plan.lessons, range(self.teacher.layers + 1))
        return tuple(sorted({*every, *range(1, self.teacher.layers + 1)}))

    def store(self, device: torch.device | str) -> StateStore:
        """The teacher's states."""
        return StateStore(self.states_dir, self.teacher, device)

    def missing_bytes(self, store: StateStore) -> int:
        """How much room the states that aren't stored yet will take."""
        missing = store.missing(self.text.windows, self.stored_layers)
        return state_bytes(missing, self.stored_layers, self.teacher.width)


def encoder_plan(settings: DistillEncoderSettings) -> EncoderPlan:
    """Read and check everything that the settings name.

    Raises:
        UserError: anything of the user's that can't be used, or doesn't fit together.
    """
    teacher = BareEncoder(find(settings.large.encoder), settings.large.max_seq_len)
    small, lessons = settings.small, settings.lessons
    is_mobile = small.architecture == "mobilebert"
    start = small.init or (EMBEDDINGS if is_mobile else ETD_IMPT)
    shape = shape_of(small, teacher.config)
    check_start(start, shape, teacher.config)
    if start == ETD_IMPT:
        masking_piece(teacher.tokenizer, teacher.folder.name)
    config = student_config(shape, teacher.config)
    usual = usual_lessons(start, shape, teacher.config, lessons.schedule)
    mapping = _mapping(lessons.mapping or usual[1], shape, teacher)
    plan = Plan(lessons.targets or usual[0], mapping, lessons.schedule)
    _check_plan(plan, teacher, config)
    states = settings.large.states_dir or str(Path(settings.run.output_dir) / "states")
    text = read_windows(settings.large, teacher.aligner)
    probe = None
    if lessons.mapping == SEARCHED:
        space = Space(shape.layers, teacher.layers)
        check_search(space, settings.search.search_evaluations)
        probe = read_probe_data(settings.search, settings.large.split_seed, teacher.aligner)
    return EncoderPlan(teacher, shape, config, start, plan, text, Path(states), probe)


def shape_of(small: SmallEncoderSettings, teacher: transformers.PretrainedConfig) -> Shape:
    """The sizes that are asked for, and what is usual for those that aren't."""
    is_mobile = small.architecture == "mobilebert"
    hidden = small.hidden or teacher.hidden_size
    heads = teacher.num_attention_heads
    quarter = max(hidden // 4 // heads, 1) * heads
    usual_layers = teacher.num_hidden_layers
    if not is_mobile:
        usual_layers = (usual_layers + 1) // 2
    return Shape(
        small.architecture,
        small.layers or usual_layers,
        hidden,
        (small.bottleneck or quarter) if is_mobile else None,
        small.feed_forwards,
        small.normalization,
    )


def usual_lessons(
    start: str, shape: Shape, teacher: transformers.PretrainedConfig, schedule: str
) -> tuple[tuple[str, ...], str]:
    """What is taught, and by which mapping, where the user doesn't say.

    Measured: layers that are the teacher's own learn more from all layers and from inside of them;
    narrower ones, and those that are new, from the last states alone.
    """
    is_whole = start in PIECES and shape.hidden == teacher.hidden_size
    if is_whole and schedule == JOINT:
        return (EMBEDDING, HIDDEN, ATTENTION), UNIFORM
    return (HIDDEN,), LAST


def check_room(plan: EncoderPlan, store: StateStore) -> None:
    """Refuse to begin where the disk has no room for the teacher's states.

    Raises:
        UserError: it hasn't.
    """
    needed = plan.missing_bytes(store)
    there = next(path for path in (plan.states_dir, *plan.states_dir.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if ROOM * needed > free:
        raise UserError(
            where=str(plan.states_dir),
            wrong=f"the encoder's states take {needed / GIGABYTE:.1f} GB, "
            f"{free / GIGABYTE:.1f} GB are free",
            expected="room for them",
            remedy="name another --states_dir, or give a smaller --unlabeled_size",
        )


def _mapping(name: str, shape: Shape, teacher: BareEncoder) -> tuple[int, ...]:
    """The mapping of this name; the uniform one stands for one that is still to be found."""
    name = UNIFORM if name == SEARCHED else name
    return layer_mapping(name, shape.layers, teacher.layers)


def _check_plan(plan: Plan, teacher: BareEncoder, student: transformers.PretrainedConfig) -> None:
    check_lessons(plan.lessons, plan.mapping, teacher.config, student)
    if INSIDE & set(plan.lessons):
        layers_of(teacher.outline())
    if plan.order != "progressive":
        return
    if EMBEDDING in plan.lessons or not any(plan.mapping):
        raise UserError(
            where="schedule progressive",
            wrong="embeddings are never trained in it",
            expected="lessons of layers",
            remedy="leave out the target embedding and map a layer, or take joint",
        )
