"""What a student is, and how one is built by name."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from nlp_architect_ext.batches.batch import Batch
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.registry import STUDENTS, load
from nlp_architect_ext.layers.character_cnn import CharacterCnn
from nlp_architect_ext.layers.modes import mode
from nlp_architect_ext.layers.word_embedding import WordEmbedding
from nlp_architect_ext.students.views import Views

if TYPE_CHECKING:
    from nlp_architect_ext.layers.network_file import NetworkFile
    from nlp_architect_ext.layers.onnx_graph import OnnxGraph

# The arguments that the data decide; all others are the student's own.
SIZES = ("word_count", "character_count", "label_count")


class Student(Protocol):
    """A compact network that gives each word of each sentence a score for each label.

    A student is an `nn.Module` whose constructor takes `word_count`, `character_count` and
    `label_count` (rows of its embeddings, and width of its emissions) and keyword arguments of its
    own with JSON values as defaults: they are kept in `config.json` and build it again. One that
    has word embeddings calls them `word_embedding` (`nn.Embedding`), so that pretrained vectors can
    be copied in. Padding never changes its emissions; `nlp_architect_ext.testing` checks this and
    more. An entry point in the group `nlp_architect_ext.students` makes it known by name.
    """

    def forward(self, batch: Batch) -> Tensor:
        """Emissions (batch, words, labels): unnormalised scores, any value at padding."""


@runtime_checkable
class Viewable(Protocol):
    """A student that can be trained by views of its own (`nlp-train tagger_cvt`)."""

    @property
    def view_widths(self) -> tuple[int, int]:
        """Numbers a word of `Views.rightward` and `Views.leftward`, and of `Views.top`."""

    def views(self, batch: Batch) -> tuple[Tensor, Views]:
        """The emissions, as `forward` gives them, and what they were made of, in one pass."""


def viewable(student: nn.Module, name: str) -> Viewable:
    """The student, as one that can be trained by views of its own.

    Args:
        student: any.
        name: its kind, for the error message.

    Raises:
        UserError: it has no views.
    """
    if not isinstance(student, Viewable):
        needs = [part for part in ("views", "view_widths") if not hasattr(student, part)]
        raise UserError(
            where=f"student {name!r}",
            wrong=f"has no {', '.join(needs)}",
            expected="what students.base.Viewable describes",
            remedy="add it, or take another student",
        )
    return student


@runtime_checkable
class Exportable(Protocol):
    """A student that can be exported (`nlp-train export`).

    What it knows of a word by itself comes from two bricks, `word_embedding.read(batch)` and
    `character_cnn(batch.characters)`, side by side. It writes the rest of itself as ONNX.
    """

    word_embedding: WordEmbedding
    character_cnn: CharacterCnn

    def write_onnx(self, graph: OnnxGraph, features: str, lengths: str) -> str:
        """Add the operators from the features of words to emissions, without dropout.

        Args:
            graph: takes operators and weights.
            features: the name of the words' features (batch, words, width).
            lengths: the name of the sentences' lengths (batch,), int32.

        Returns:
            The name of the emissions (batch, words, labels), of any value beyond a sentence's
            length.
        """


@runtime_checkable
class NativelyExportable(Exportable, Protocol):
    """An exportable student whose network the native kernel knows: it runs without ONNX Runtime."""

    def write_network(self, network: NetworkFile) -> None:
        """Write down the weights from the features of words to emissions, and `network`'s name."""


def build(
    name: str, word_count: int, character_count: int, label_count: int, arguments: dict[str, Any]
) -> nn.Module:
    """The student of this name, with fresh weights.

    Args:
        name: the name of an installed student.
        word_count: word ids, padding and the unknown word among them.
        character_count: character ids, padding among them.
        label_count: labels.
        arguments: the student's own arguments; those left out have their defaults.

    Raises:
        UserError: no student has this name, or it doesn't take these arguments.
    """
    student_class = load(STUDENTS, name)
    where = f"student {name!r}"
    if not callable(student_class):
        raise UserError(
            where=where,
            wrong=f"is a {type(student_class).__name__}",
            expected="the class of a student",
            remedy="update or uninstall the package that brings it",
        )
    valid = own_arguments(student_class)
    wrong = sorted(set(arguments) - set(valid))
    if wrong:
        raise UserError(
            where=where,
            wrong=f"no argument named {', '.join(map(repr, wrong)):.300}",
            expected=f"some of: {', '.join(valid) or 'none'}",
            remedy="correct the names in the student's arguments",
        )
    try:
        _check_numbers(arguments)
        student = student_class(word_count, character_count, label_count, **arguments)
        if isinstance(student, nn.Module):
            _try(student)
    except (TypeError, ValueError, ArithmeticError, RuntimeError, MemoryError) as error:
        reason = str(error).strip() or type(error).__name__
        raise UserError(
            where=where,
            wrong=f"arguments {arguments!s:.300} refused ({reason:.300})",
            expected=f"values like the defaults {valid}",
            remedy="correct the student's arguments",
        ) from error
    if not isinstance(student, nn.Module):
        raise UserError(
            where=where,
            wrong=f"builds a {type(student).__name__}",
            expected="a torch.nn.Module",
            remedy="update or uninstall the package that brings it",
        )
    return student


def _check_numbers(arguments: dict[str, Any]) -> None:
    for name, value in arguments.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name} is {value}")


def _try(student: nn.Module) -> None:
    """One word: some arguments, such as a width of 0, build a student that can't compute."""
    one = torch.ones(1, 1, dtype=torch.long)  # shape: (batch, words)
    batch = Batch(
        words=one,
        characters=one.unsqueeze(2),
        lengths=one[0],
        labels=one,
        is_gold=torch.tensor([True]),
    )
    with mode(student, training=False), torch.no_grad():
        student(batch)


def own_arguments(student_class: Any) -> dict[str, Any]:
    """The names and defaults of a student's own arguments, in order."""
    parameters = inspect.signature(student_class).parameters.values()
    return {
        parameter.name: parameter.default for parameter in parameters if parameter.name not in SIZES
    }
