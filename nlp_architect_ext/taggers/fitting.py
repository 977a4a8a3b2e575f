"""Whether the weights of a folder fit its settings: found out before any network is built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import nn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tensor_header import read_header
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.layers.network_limit import check_shapes, limited
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.students.base import build
from nlp_architect_ext.taggers.folder import WEIGHTS

STUDENT = "student."  # what the names of its weights begin with

StudentParts = tuple[str, int, int, int, dict[str, Any]]


def student_parts(config: TaggerConfig, vocabulary: Vocabulary) -> StudentParts:
    """What `students.base.build` makes a tagger's student of."""
    labels = len(config.labels["names"])
    words, characters = vocabulary.word_count, vocabulary.character_count
    return config.student, words, characters, labels, config.arguments


def fitting_student(config: TaggerConfig, vocabulary: Vocabulary, content: bytes) -> nn.Module:
    """A tagger's student with fresh weights, if those of a file have its names and shapes.

    Args:
        config: the tagger's.
        vocabulary: the tagger's.
        content: the file of weights; no number of it is read.

    Raises:
        UserError, ValueError: other names or shapes.
    """
    header, _ = read_header(content, WEIGHTS)
    of_student = {
        name.removeprefix(STUDENT): entry
        for name, entry in header.items()
        if name.startswith(STUDENT)
    }
    with limited(of_student):
        student = build(*student_parts(config, vocabulary))
    check_shapes(student, of_student)
    return student


@contextmanager
def fitting(folder: str | Path) -> Iterator[None]:
    """Whatever files that don't fit each other raise while a tagger is made of them, as one line.

    Raises:
        UserError: instead.
    """
    try:
        yield
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RuntimeError,
        SafetensorError,
        TypeError,
        ValueError,
    ) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UserError(
            where=str(folder),
            wrong=f"{reason:.300}",
            expected="weights that fit config.json",
            remedy="train it again",
        ) from error
