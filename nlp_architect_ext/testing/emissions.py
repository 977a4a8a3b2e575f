"""Checks of what a student computes: emissions, whatever stands around a sentence."""

from __future__ import annotations

from dataclasses import fields, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.testing.fixtures import LABEL_COUNT, emissions_of, require, require_close


def check_shape(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    """Emissions are (batch, words, labels), float32, finite."""
    for some in (sentences, sentences[:1]):  # the second: one sentence of one word
        batch = collate(some)
        emissions = student(batch)
        expected = (*batch.words.shape, LABEL_COUNT)
        require(
            isinstance(emissions, Tensor),
            f"forward gives a {type(emissions).__name__}; expected a tensor",
        )
        require(
            emissions.shape == expected, f"emissions {tuple(emissions.shape)}; expected {expected}"
        )
        require(
            emissions.dtype == torch.float32,
            f"emissions are {emissions.dtype}; expected torch.float32",
        )
        require(
            bool(emissions[batch.mask].isfinite().all()),
            "emissions of fresh weights are not finite",
        )


def check_repeatable(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    """Emissions are the same in every call; labels don't count; the batch stays as it is."""
    batch = collate(sentences)
    untouched = collate(sentences)
    emissions = emissions_of(student, batch)
    require(
        torch.equal(emissions, emissions_of(student, batch)),
        "emissions differ from call to call after eval()",
    )
    for field in fields(batch):
        before, after = getattr(untouched, field.name), getattr(batch, field.name)
        require(
            before is None or torch.equal(before, after),
            f"forward changes batch.{field.name} in place",
        )
    other_labels = replace(
        batch,
        labels=(batch.labels + 1) % LABEL_COUNT,
        is_gold=~batch.is_gold,
        soft_labels=torch.randn(emissions.shape),
    )
    require(
        torch.equal(emissions, emissions_of(student, other_labels)),
        "emissions depend on the labels of the batch",
    )


def check_padding(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    """Padding words and characters don't change emissions."""
    batch = collate(sentences)
    emissions = emissions_of(student, batch)
    longest = batch.words.shape[1]
    for words, characters in ((3, 0), (0, 4), (20, 20)):
        padded = emissions_of(student, _padded(batch, words, characters))
        require_close(
            padded[:, :longest][batch.mask],
            emissions[batch.mask],
            f"with {words} more padding words and {characters} more padding characters; mask or "
            "pack what lies beyond batch.lengths, and characters of id 0",
        )


def _padded(batch: Batch, words: int, characters: int) -> Batch:
    return replace(
        batch,
        words=functional.pad(batch.words, (0, words)),
        characters=functional.pad(batch.characters, (0, characters, 0, words)),
        labels=functional.pad(batch.labels, (0, words)),
    )


def check_neighbours(student: nn.Module, sentences: list[EncodedSentence]) -> None:
    """The other sentences of a batch don't change a sentence's emissions."""
    together = emissions_of(student, collate(sentences))
    for index, sentence in enumerate(sentences):
        alone = emissions_of(student, collate([sentence]))[0]
        message = (
            "when a sentence is alone in its batch; normalise over features, not over the batch"
        )
        require_close(alone, together[index, : len(sentence)], message)
