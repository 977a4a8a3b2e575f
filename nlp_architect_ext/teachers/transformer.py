"""A transformer that labels words: loaded as it is, or fresh from fine-tuning."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import Aligner, PieceWindow, pad, piece_counts
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.encoders.loading import load_model, load_tokenizer
from nlp_architect_ext.encoders.size import check_pieces, piece_limit, reading_operations
from nlp_architect_ext.layers.device import has_fast_bf16
from nlp_architect_ext.layers.modes import mode
from nlp_architect_ext.teachers.base import Logits
from nlp_architect_ext.teachers.best_labels import best_labels

PRECISIONS = ("auto", "fp32", "bf16")


class TransformerTokenClassifier:
    """A teacher made of a transformers model; see :meth:`load`.

    Args:
        model: gives logits (batch, pieces, labels) with labels in the order of ``names``.
        tokenizer: the model's.
        names: the model's labels by id.
        labels: the labels in the order that is wanted.
        name: what the user calls it, for error messages.
        precision: arithmetic, ``fp32`` or ``bf16`` (autocast), or ``auto``: bf16 where the device
            is faster with it; logits are float32 in both.
        max_pieces: the most word pieces of a window; what the model can read (at most 512) if None.
        batch_size: windows at once.

    Raises:
        UserError: ``names`` aren't those of ``labels``, ``max_pieces`` or ``precision`` is out of
            range, or the tokenizer is another model's.
    """

    def __init__(
        self,
        model: transformers.PreTrainedModel,
        tokenizer: Tokenizer,
        names: Sequence[str],
        labels: LabelSet,
        *,
        name: str = "teacher",
        precision: str = "fp32",
        max_pieces: int | None = None,
        batch_size: int = 32,
    ) -> None:
        if precision not in PRECISIONS:
            raise UserError(
                where="precision",
                wrong=repr(precision),
                expected=f"one of: {', '.join(PRECISIONS)}",
                remedy="choose one of them",
            )
        self.model, self.labels = model, labels
        self.precision, self.batch_size = precision, batch_size
        # Only what is loaded from a folder has a fingerprint: weights in training change.
        self.fingerprint = ""
        # The commit on the hub, if the model or its encoder comes from there.
        self.revision: str | None = None
        self.columns = columns_for(labels, names, name)
        check_pieces(model, tokenizer, name)
        self.aligner = Aligner(tokenizer, piece_limit(model, max_pieces, name), name)
        self.has_types = "token_type_ids" in inspect.signature(model.forward).parameters
        # Behind the attention mask any id would do.
        self.pad_id = model.config.pad_token_id or 0

    @classmethod
    def load(
        cls,
        name_or_path: str | Path,
        labels: LabelSet,
        *,
        device: str | torch.device = "cpu",
        precision: str = "fp32",
        max_pieces: int | None = None,
        batch_size: int = 32,
    ) -> TransformerTokenClassifier:
        """A token classifier with these labels, in any order, from a folder or the hub.

        Raises:
            UserError: there is no such checkpoint, it has no labels or others, or it can't be
                loaded safely.
        """
        folder = find(name_or_path)
        names = folder.label_names
        if names is None:
            raise UserError(
                where=folder.name,
                wrong="is no token classifier with named labels",
                expected=f"the labels {' '.join(labels.names)}",
                remedy="fine-tune it first",
            )
        columns_for(labels, names, folder.name)  # refuses other labels before minutes of loading
        model: Any = load_model(folder, names, new_head=False)
        model.to(torch.device(device)).eval().requires_grad_(False)
        teacher = cls(
            model,
            load_tokenizer(folder),
            names,
            labels,
            name=folder.name,
            precision=precision,
            max_pieces=max_pieces,
            batch_size=batch_size,
        )
        # Two machines may choose differently, and their answers are different ones.
        arithmetic = "bf16" if teacher._is_half else "fp32"
        teacher.fingerprint = folder.fingerprint(
            labels.names, precision=arithmetic, max_pieces=max_pieces
        )
        teacher.revision = folder.revision or getattr(model.config, "base_revision", None)
        return teacher

    def logits(self, sentences: Sequence[Sentence]) -> list[Logits]:
        """Logits (words, labels) of each sentence; a word without pieces has a row of zeros.

        No gradient is kept.
        """
        return self._read(sentences, self.aligner.windows(sentences))

    def counted_logits(self, sentences: Sequence[Sentence]) -> tuple[list[Logits], list[int]]:
        """See `logits` and `operations`; the sentences are tokenised once for both."""
        windows = self.aligner.windows(sentences)
        return self._read(sentences, windows), self._operations(len(sentences), windows)

    def operations(self, sentences: Sequence[Sentence]) -> list[int]:
        """Floating-point operations of reading each sentence: see `reading_operations`.

        Without padding, because that depends on what else is read.
        """
        return self._operations(len(sentences), self.aligner.windows(sentences))

    def predict(self, sentences: Sequence[Sentence]) -> list[tuple[str, ...]]:
        """The most likely legal labels of each sentence; ``O`` for a word without pieces."""
        return best_labels(self.logits(sentences), self.labels)

    @property
    def parameters(self) -> int:
        """How many numbers the model has learnt."""
        return sum(parameter.numel() for parameter in self.model.parameters())

    def _read(self, sentences: Sequence[Sentence], windows: Iterable[PieceWindow]) -> list[Logits]:
        rows = [np.zeros((len(sentence), len(self.labels)), np.float32) for sentence in sentences]
        longest_first = sorted(windows, key=lambda window: len(window.ids), reverse=True)
        with self._evaluating():
            for start in range(0, len(longest_first), self.batch_size):
                batch = longest_first[start : start + self.batch_size]
                for window, logits in zip(batch, self._run(batch), strict=True):
                    rows[window.sentence][window.words] = logits[window.positions]
        return rows

    def _operations(self, sentences: int, windows: Iterable[PieceWindow]) -> list[int]:
        a_piece = reading_operations(self.model, 1)
        return [a_piece * pieces for pieces in piece_counts(sentences, windows)]

    def _run(self, batch: Sequence[PieceWindow]) -> Logits:
        """Logits (batch, pieces, labels); the columns are in the order of ``labels``."""
        inputs = {name: tensor.to(self._device) for name, tensor in pad(batch, self.pad_id).items()}
        if not self.has_types:
            del inputs["token_type_ids"]
        logits = self.model(**inputs).logits.float()[:, :, self.columns]
        array: Logits = logits.cpu().numpy()
        return array

    @contextmanager
    def _evaluating(self) -> Iterator[None]:
        precision = torch.autocast(self._device.type, torch.bfloat16, enabled=self._is_half)
        with mode(self.model, training=False), torch.inference_mode(), precision:
            yield

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device

    @property
    def _is_half(self) -> bool:
        return self.precision == "bf16" or (
            self.precision == "auto" and has_fast_bf16(self._device)
        )


def columns_for(labels: LabelSet, names: Sequence[str], where: str) -> list[int]:
    """For each label of ``labels`` its column in a model whose labels by id are ``names``.

    Raises:
        UserError: a label is in one list only.
    """
    if set(names) != set(labels.names) or len(names) != len(labels):
        raise UserError(
            where=where,
            wrong=f"its labels are {' '.join(names)}",
            expected=f"those of the data: {' '.join(labels.names)}",
            remedy="give another teacher, or one that is fine-tuned on this data",
        )
    return [list(names).index(label) for label in labels.names]
