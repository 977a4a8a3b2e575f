"""The conformance kit: does a student keep the promises that training, prediction and files rely
on?

In a test of your own package, ``check_student("gru")`` or ``check_student(Gru, width=32)`` is all
it takes.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as load_weights
from safetensors.torch import save as save_weights
from torch import Tensor, nn
from torch.nn import functional

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.core.registry import STUDENTS, load
from nlp_architect_ext.data.vocabulary import UNKNOWN
from nlp_architect_ext.students.base import SIZES, Exportable, own_arguments
from nlp_architect_ext.training.losses import cross_entropy

WORD_COUNT, CHARACTER_COUNT, LABEL_COUNT = 50, 40, 5
SENTENCE_LENGTHS = (1, 7, 2, 12, 5, 1)  # words
LONGEST_WORD = 30  # characters
TOLERANCE = 1e-5
TRAINING_STEPS = 5

Make = Callable[[], nn.Module]


def check_student(student: str | type[nn.Module], **arguments: Any) -> None:
    """Check that a student keeps its contract (`students.base.Student`), with the arguments given.

    Checked: the constructor's arguments are JSON values; the same seed gives the same weights;
    emissions have the right shape, are repeatable once in evaluation mode, don't read the labels
    and leave the batch as it is; neither padding nor the other sentences of a batch change them by
    more than 1e-5; training reaches every parameter; weights survive safetensors; what an
    exportable student writes as ONNX computes the same.
    The global state of the random numbers is left as it was.

    Args:
        student: the name of an installed student, or its class.
        arguments: its own arguments; those left out have their defaults.

    Raises:
        AssertionError: the first promise that isn't kept.
        UserError: no student has this name.
    """
    student_class = load(STUDENTS, student) if isinstance(student, str) else student
    usable = _json_arguments(student_class, arguments)

    def make() -> nn.Module:
        built: nn.Module = student_class(WORD_COUNT, CHARACTER_COUNT, LABEL_COUNT, **usable)
        return built

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sentences = _sentences()
        _check_seed(make)
        _check_shape(make(), sentences)
        trained = _trained(make(), sentences)  # fresh weights may hide a fault: some begin at zero
        _check_gradients(trained, sentences)
        trained.eval()
        _check_repeatable(trained, sentences)
        _check_padding(trained, sentences)
        _check_neighbours(trained, sentences)
        _check_saved(trained, make, sentences)
        if isinstance(trained, Exportable):
            _check_export(trained, sentences)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _sentences() -> list[EncodedSentence]:
    """Sentences of one word and more, words of one character and many, known and unknown words."""
    random = np.random.default_rng(0)
    sentences = []
    for length in SENTENCE_LENGTHS:
        counts = random.integers(1, 9, length)
        counts[0] = LONGEST_WORD if length == max(SENTENCE_LENGTHS) else counts[0]
        counts[-1] = 1
        words = random.integers(2, WORD_COUNT, length)
        words[::3] = UNKNOWN  # with other characters and other parts every time
        part_counts = np.where(words == UNKNOWN, random.integers(1, 4, length), 0)
        sentences.append(
            EncodedSentence(
                words=words,
                characters=random.integers(1, CHARACTER_COUNT, int(counts.sum())),
                character_counts=counts,
                parts=random.integers(2, WORD_COUNT, int(part_counts.sum())),
                part_counts=part_counts,
                labels=random.integers(0, LABEL_COUNT, length),
            )
        )
    return sentences


def _json_arguments(student_class: type[nn.Module], arguments: dict[str, Any]) -> dict[str, Any]:
    """All arguments as they come back from a JSON file."""
    names = tuple(inspect.signature(student_class).parameters)
    _require(
        names[:3] == SIZES, f"the constructor takes {names}; expected {', '.join(SIZES)} first"
    )
    own = own_arguments(student_class)
    wrong = sorted(set(arguments) - set(own))
    _require(not wrong, f"no arguments named {wrong}; the constructor has {list(own)}")
    missing = [name for name, value in own.items() if value is inspect.Parameter.empty]
    _require(
        not missing, f"arguments {missing} have no default; a student is built from its name alone"
    )
    try:
        usable: dict[str, Any] = json.loads(json.dumps({**own, **arguments}, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise AssertionError(
            f"arguments can't be kept in config.json ({error}); use JSON values"
        ) from error
    return usable


def _check_seed(make: Make) -> None:
    weights = []
    for _ in range(2):
        torch.manual_seed(7)
        weights.append(make().state_dict())
    different = [
        name for name, tensor in weights[0].items() if not torch.equal(tensor, weights[1][name])
    ]
    _require(
        not different,
        f"the same seed gives other weights: {different}; draw them with torch's global generator",
    )


def _check_shape(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    for some in (sentences, sentences[:1]):  # the second: one sentence of one word
        batch = collate(some)
        emissions = student(batch)
        expected = (*batch.words.shape, LABEL_COUNT)
        _require(
            isinstance(emissions, Tensor),
            f"forward gives a {type(emissions).__name__}; expected a tensor",
        )
        _require(
            emissions.shape == expected, f"emissions {tuple(emissions.shape)}; expected {expected}"
        )
        _require(
            emissions.dtype == torch.float32,
            f"emissions are {emissions.dtype}; expected torch.float32",
        )
        _require(
            bool(emissions[batch.mask].isfinite().all()),
            "emissions of fresh weights are not finite",
        )


def _trained(student: nn.Module, sentences: list[EncodedSentence]) -> nn.Module:
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _ in range(TRAINING_STEPS):
        optimizer.zero_grad()
        torch.autograd.backward(_loss(student, sentences))
        optimizer.step()
    return student


def _loss(student: nn.Module, sentences: list[EncodedSentence]) -> Tensor:
    batch = collate(sentences)
    return cross_entropy(student.train()(batch), batch.labels, batch.mask)


def _check_gradients(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    student.zero_grad()
    torch.autograd.backward(_loss(student, sentences))
    unreached = [
        name
        for name, parameter in student.named_parameters()
        if parameter.requires_grad and (parameter.grad is None or not parameter.grad.any())
    ]
    _require(not unreached, f"no gradient reaches {unreached}; remove what isn't used")


def _check_repeatable(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    batch, untouched = collate(sentences), collate(sentences)
    emissions = _emissions(student, batch)
    _require(
        torch.equal(emissions, _emissions(student, batch)),
        "emissions differ from call to call after eval()",
    )
    for field in fields(batch):
        before, after = getattr(untouched, field.name), getattr(batch, field.name)
        _require(
            before is None or torch.equal(before, after),
            f"forward changes batch.{field.name} in place",
        )
    soft_labels = torch.randn(emissions.shape)
    blind = replace(
        batch,
        labels=(batch.labels + 1) % LABEL_COUNT,
        is_gold=~batch.is_gold,
        soft_labels=soft_labels,
    )
    _require(
        torch.equal(emissions, _emissions(student, blind)),
        "emissions depend on the labels of the batch",
    )


def _check_padding(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    batch = collate(sentences)
    emissions = _emissions(student, batch)
    for words, characters in ((3, 0), (0, 4), (20, 20)):
        padded = _emissions(student, _padded(batch, words, characters))[:, : batch.words.shape[1]]
        _require_close(
            padded[batch.mask],
            emissions[batch.mask],
            f"with {words} more padding words and {characters} more padding characters; mask or "
            "pack what lies beyond "
            "batch.lengths, and characters of id 0",
        )


def _padded(batch: Batch, words: int, characters: int) -> Batch:
    return replace(
        batch,
        words=functional.pad(batch.words, (0, words)),
        characters=functional.pad(batch.characters, (0, characters, 0, words)),
        labels=functional.pad(batch.labels, (0, words)),
    )


def _check_neighbours(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    together = _emissions(student, collate(sentences))
    for index, sentence in enumerate(sentences):
        alone = _emissions(student, collate([sentence]))[0]
        message = (
            "when a sentence is alone in its batch; normalise over features, not over the batch"
        )
        _require_close(alone, together[index, : len(sentence)], message)


def _check_saved(student: nn.Module, make: Make, sentences: list[EncodedSentence]) -> None:
    try:
        data = save_weights(
            {name: tensor.contiguous() for name, tensor in student.state_dict().items()}
        )
    except (RuntimeError, ValueError) as error:
        raise AssertionError(f"safetensors refuses the weights: {error}") from error
    loaded = make()
    try:
        loaded.load_state_dict(load_weights(data))
    except RuntimeError as error:
        raise AssertionError(
            f"the weights don't fit a new student of the same arguments: {error}"
        ) from error
    batch = collate(sentences)
    same = torch.equal(_emissions(student, batch), _emissions(loaded.eval(), batch))
    _require(
        same,
        (
            "emissions differ after saving and loading; register what they depend on as a "
            "parameter or "
            "buffer"
        ),
    )


def _check_export(student: Exportable, sentences: list[EncodedSentence]) -> None:
    from nlp_architect_ext.layers.onnx_graph import FEATURES, LENGTHS, OnnxGraph
    from nlp_architect_ext.runtime.session import Session

    assert isinstance(student, nn.Module)
    for some in (sentences, sentences[:1]):
        batch, graph = collate(some), OnnxGraph()
        with torch.no_grad():
            parts = student.word_embedding.read(batch), student.character_cnn(batch.characters)
        table = torch.cat(parts, dim=2)  # (batch, words, width)
        model = graph.finish(
            student.write_onnx(graph, FEATURES, LENGTHS), table.shape[2], LABEL_COUNT
        )
        rows = torch.arange(table.shape[0] * table.shape[1]).view(table.shape[:2])
        given = [
            row[:length].tolist() for row, length in zip(rows, batch.lengths.tolist(), strict=True)
        ]
        found, _ = Session(model.SerializeToString()).emissions(table.flatten(0, 1).numpy(), given)
        expected = _emissions(student, batch)[batch.mask]
        _require_close(torch.from_numpy(found)[batch.mask], expected, "as ONNX; correct write_onnx")


def _emissions(student: nn.Module, batch: Batch) -> Tensor:
    with torch.no_grad():
        emissions: Tensor = student(batch)
    return emissions


def _require_close(actual: Tensor, expected: Tensor, when: str) -> None:
    difference = float((actual - expected).abs().max())
    _require(
        difference <= TOLERANCE,
        f"emissions change by {difference:.2g} (at most {TOLERANCE} is allowed) {when}",
    )
