"""What a small encoder learns from a large one's states: lessons, for layers that are mapped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import transformers
from torch import Tensor, nn

from nlp_architect_ext.compression.attention import Products, layers_of, products
from nlp_architect_ext.compression.piece_batches import PieceBatch
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.encoders.bare import hidden_states
from nlp_architect_ext.training.state_losses import (
    attention_scores,
    in_heads,
    relation_scores,
    score_divergence,
    score_error,
    squared_error,
)

HIDDEN, ATTENTION, SCORES = "hidden", "attention", "scores"
RELATIONS, EMBEDDING = "relations", "embedding"
LESSONS = (HIDDEN, ATTENTION, SCORES, RELATIONS, EMBEDDING)
OF_HEADS = {ATTENTION, SCORES}  # they compare head with head
INSIDE = {*OF_HEADS, RELATIONS}  # they read what goes into a layer
RELATION_SIZE = 16  # numbers of the teacher in a relation head: 48 of them for a width of 768


@dataclass(frozen=True)
class EncoderDistillation:
    """``L = L_embedding + Σ_{m: g(m) > 0} Σ_lesson L(m, g(m))`` over layers m of the student.

    Squared errors of states are divided by the variance of the teacher's layer, which makes them
    shares and lessons comparable. Attention and relations of the teacher's layer n are computed
    from its states n - 1 by that layer itself.

    Args:
        teacher: a bare encoder without gradients.
        lessons: some of `LESSONS`.
        mapping: g, see `layer_mapping`.
        heads: projections to the teacher's width by lesson; None where widths are equal.
        variances: of the teacher's states by layer, as far as states are compared.
        relation_heads: R, which divides the widths of both encoders' attention.
    """

    teacher: transformers.PreTrainedModel
    lessons: tuple[str, ...]
    mapping: tuple[int, ...]
    heads: nn.ModuleDict | None
    variances: Mapping[int, float]
    relation_heads: int = 1

    @property
    def taught(self) -> tuple[int, ...]:
        """The layers of the student that have a lesson, from 1."""
        return tuple(layer for layer, origin in enumerate(self.mapping, start=1) if origin)

    def loss(
        self, student: nn.Module, batch: PieceBatch, done: float = 1.0
    ) -> tuple[Tensor, dict[str, float]]:
        """See `StepObjective.loss`; the batch has the states of `needed_layers`."""
        return self.loss_of(self.taught, student, batch)

    def loss_of(
        self, layers: Iterable[int], student: nn.Module, batch: PieceBatch
    ) -> tuple[Tensor, dict[str, float]]:
        """The loss of some of the student's layers; the embeddings' is part of any."""
        states = hidden_states(student, batch.inputs)
        losses: dict[str, Tensor] = {}
        if EMBEDDING in self.lessons:
            losses[EMBEDDING] = self._state_error(EMBEDDING, states[0], 0, batch)
        for layer in layers:
            for lesson in self.lessons:
                if lesson != EMBEDDING:
                    one = self._lesson(lesson, layer, student, states, batch)
                    losses[lesson] = losses.get(lesson, one.new_zeros(())) + one
        parts = {lesson: loss.item() for lesson, loss in losses.items()}
        return sum(losses.values(), states[0].new_zeros(())), parts

    def projected(self, lesson: str, states: Tensor) -> Tensor:
        """The student's states in the teacher's width (batch, pieces, width)."""
        if self.heads is None or lesson not in self.heads:
            return states
        found: Tensor = self.heads[lesson](states)
        return found

    def _lesson(
        self,
        lesson: str,
        layer: int,
        student: nn.Module,
        states: tuple[Tensor, ...],
        batch: PieceBatch,
    ) -> Tensor:
        origin = self.mapping[layer - 1]
        if lesson == HIDDEN:
            return self._state_error(HIDDEN, states[layer], origin, batch)
        of_student = products(layers_of(student)[layer - 1], states[layer - 1])
        of_teacher = products(layers_of(self.teacher)[origin - 1], batch.states[origin - 1])
        if lesson == RELATIONS:
            return self._relations(of_teacher, of_student, batch.mask)
        compare = score_divergence if lesson == ATTENTION else score_error
        heads = self.teacher.config.num_attention_heads
        return compare(_scores(of_teacher, heads), _scores(of_student, heads), batch.mask)

    def _state_error(self, lesson: str, states: Tensor, origin: int, batch: PieceBatch) -> Tensor:
        error = squared_error(batch.states[origin], self.projected(lesson, states), batch.mask)
        return error / self.variances[origin]

    def _relations(self, teacher: Products, student: Products, mask: Tensor) -> Tensor:
        """Queries with queries, keys with keys, values with values, added up.

        Source: Wang et al. (2020), "MiniLM" (value relations), extended to queries and keys.
        """
        total = teacher.query.new_zeros(())
        for one, other in zip(teacher, student, strict=True):
            target = relation_scores(one, self.relation_heads)
            found = relation_scores(other, self.relation_heads)
            total = total + score_divergence(target, found, mask)
        return total


def needed_layers(lessons: Iterable[str], mapping: Iterable[int]) -> tuple[int, ...]:
    """Whose states of the teacher the lessons read, in order; 0 for the embeddings."""
    chosen, origins = set(lessons), {origin for origin in mapping if origin}
    needed = {0} if EMBEDDING in chosen else set()
    if HIDDEN in chosen:
        needed |= origins
    if chosen & INSIDE:
        needed |= {origin - 1 for origin in origins}
    return tuple(sorted(needed))


def relation_heads(teacher_width: int, student_width: int) -> int:
    """The most relation heads that divide both widths, up to a sixteenth of the teacher's."""
    common = math.gcd(teacher_width, student_width)
    most = max(teacher_width // RELATION_SIZE, 1)
    return max(count for count in range(1, most + 1) if common % count == 0)


def projections(
    lessons: Iterable[str], student_width: int, teacher_width: int
) -> nn.ModuleDict | None:
    """New heads for lessons that compare states: one for all layers, one for the embeddings."""
    if student_width == teacher_width:
        return None
    compared = [lesson for lesson in lessons if lesson in (HIDDEN, EMBEDDING)]
    heads = {lesson: nn.Linear(student_width, teacher_width) for lesson in compared}
    return nn.ModuleDict(heads) if heads else None


def check_lessons(
    lessons: Iterable[str],
    mapping: Iterable[int],
    teacher: transformers.PretrainedConfig,
    student: transformers.PretrainedConfig,
) -> None:
    """Refuse lessons that these encoders can't have.

    Raises:
        UserError: nothing would be learnt, or heads are compared with heads of another number.
    """
    chosen = list(lessons)
    if not chosen or (EMBEDDING not in chosen and not any(mapping)):
        raise UserError(
            where="targets and mapping",
            wrong="nothing is taught",
            expected="a lesson, and a layer of the student that has one",
            remedy="add a lesson or another mapping",
        )
    counts = student.num_attention_heads, teacher.num_attention_heads
    wanting = [lesson for lesson in chosen if lesson in OF_HEADS]
    if wanting and counts[0] != counts[1]:
        raise UserError(
            where=f"targets {wanting[0]}",
            wrong=f"the student has {counts[0]} attention heads, the teacher {counts[1]}",
            expected="as many heads in both",
            remedy="take relations in its place, or another width",
        )


def _scores(of_layer: Products, heads: int) -> Tensor:
    return attention_scores(in_heads(of_layer.query, heads), in_heads(of_layer.key, heads))
