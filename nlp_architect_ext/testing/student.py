"""All checks of a student, one after the other."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from nlp_architect_ext.core.registry import STUDENTS, load
from nlp_architect_ext.students.base import Exportable
from nlp_architect_ext.testing.building import (
    check_gradients,
    check_saved,
    check_seed,
    json_arguments,
)
from nlp_architect_ext.testing.emissions import (
    check_neighbours,
    check_padding,
    check_repeatable,
    check_shape,
)
from nlp_architect_ext.testing.exporting import check_export
from nlp_architect_ext.testing.fixtures import (
    CHARACTER_COUNT,
    LABEL_COUNT,
    WORD_COUNT,
    random_sentences,
    train_briefly,
)


def check_student(student: str | type[nn.Module], **arguments: Any) -> None:
    """Check that a student keeps its contract (`students.base.Student`), with the arguments given.

    Checked: the constructor's arguments are JSON values; the same seed gives the same weights;
    emissions have the right shape, are repeatable once in evaluation mode, don't read the labels
    and leave the batch as it is; neither padding nor the other sentences of a batch change them by
    more than 1e-5; training reaches every parameter; weights survive safetensors; what an
    exportable student writes as ONNX computes the same (onnx is needed for it).
    The global state of the random numbers is left as it was.

    Args:
        student: the name of an installed student, or its class.
        arguments: its own arguments; those left out have their defaults.

    Raises:
        AssertionError: the first promise that isn't kept.
        UserError: no student has this name.
    """
    student_class = load(STUDENTS, student) if isinstance(student, str) else student
    usable = json_arguments(student_class, arguments)

    def make() -> nn.Module:
        built: nn.Module = student_class(WORD_COUNT, CHARACTER_COUNT, LABEL_COUNT, **usable)
        return built

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sentences = random_sentences()
        check_seed(make)
        check_shape(make(), sentences)
        # Fresh weights may hide a fault: some begin at zero.
        trained = train_briefly(make(), sentences)
        check_gradients(trained, sentences)
        trained.eval()
        check_repeatable(trained, sentences)
        check_padding(trained, sentences)
        check_neighbours(trained, sentences)
        check_saved(trained, make, sentences)
        if isinstance(trained, Exportable):
            check_export(trained, sentences)
