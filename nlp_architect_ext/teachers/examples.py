"""Labelled sentences as a transformer learns from them: windows of pieces with labels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import PieceWindow, pad
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

IGNORED = -100  # torch's cross entropy leaves this label out

Example = tuple[PieceWindow, list[int]]  # the label id of every word that the window speaks for


def examples_of(
    teacher: TransformerTokenClassifier, names: Sequence[str], sentences: Sequence[Sentence]
) -> list[Example]:
    """The windows of labelled sentences; ``names`` are the labels by id.

    Raises:
        UserError: no word has a piece.
    """
    ids = {name: number for number, name in enumerate(names)}
    examples = []
    for window in teacher.aligner.windows(sentences):
        gold = sentences[window.sentence].labels
        assert gold is not None, "an unlabelled sentence in the training set"
        examples.append((window, [ids[gold[word]] for word in window.words]))
    if not examples:
        raise UserError(
            where="training set",
            wrong="no word that the tokenizer can see",
            expected="labelled sentences",
            remedy="check the file",
        )
    return examples


def collate(teacher: TransformerTokenClassifier, examples: Sequence[Example]) -> dict[str, Tensor]:
    """Examples as one batch, each tensor long (batch, pieces).

    ``labels`` are at the first piece of every word, and ignored elsewhere.
    """
    batch = pad([window for window, _ in examples], teacher.pad_id)
    labels = torch.full_like(batch["input_ids"], IGNORED)
    for row, (window, gold) in enumerate(examples):
        labels[row, window.positions] = torch.tensor(gold)
    if not teacher.has_types:
        del batch["token_type_ids"]
    return {**batch, "labels": labels}
