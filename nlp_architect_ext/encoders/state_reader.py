"""What a pretrained encoder makes of a sentence: a vector of it all, and a state of each word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import PieceWindow, pad, piece_counts
from nlp_architect_ext.encoders.bare import BareEncoder, read
from nlp_architect_ext.encoders.folder import find

Rows = NDArray[np.float32]

BATCH = 32  # windows at once, of similar length


@dataclass(frozen=True)
class SentenceStates:
    """What an encoder makes of one sentence.

    Args:
        vector: mean of its last states over all word pieces, special ones included, scaled to
            length 1; zeros for a sentence without pieces (width,).
        words: the last state of each word's first piece; zeros for words without pieces (words,
            width).
        operations: floating-point operations of reading it, see `reading_operations`.
    """

    vector: Rows
    words: Rows
    operations: int


class StateReader:
    """Reads sentences with a pretrained encoder: its last layer, as sentence encoders use it.

    A long sentence is read in windows, and its vector is the mean over the pieces of all of them.
    The network is loaded when sentences are read, and let go afterwards.

    Args:
        name_or_path: folder or hub name of an encoder, or of a model on top of one.
        device: where it computes.

    Raises:
        UserError: there is no such checkpoint, or it can't be loaded.
    """

    def __init__(self, name_or_path: str, device: torch.device | str = "cpu") -> None:
        self.bare = BareEncoder(find(name_or_path))
        self.folder, self.width = self.bare.folder, self.bare.width
        self.device = torch.device(device)

    @cached_property
    def fingerprint(self) -> str:
        """Of what decides the answers: the encoder's files, and how it's made to read."""
        return self.folder.fingerprint((), reads="sentences, last layer")

    def states(self, parts: Iterable[Sequence[Sentence]]) -> Iterator[list[SentenceStates]]:
        """What the encoder makes of each sentence, part by part; labels aren't looked at.

        Raises:
            UserError: NaN or infinite states, or text that the tokenizer can't read.
        """
        encoder = self.bare.load().to(self.device)  # type: ignore[arg-type]  # by a decorator
        for sentences in parts:
            windows = self.bare.aligner.windows(sentences)
            yield self._read(encoder, sentences, windows)

    def _read(
        self,
        encoder: transformers.PreTrainedModel,
        sentences: Sequence[Sentence],
        windows: Sequence[PieceWindow],
    ) -> list[SentenceStates]:
        totals = np.zeros((len(sentences), self.width))
        words = [np.zeros((len(sentence), self.width), np.float32) for sentence in sentences]
        shortest_first = sorted(windows, key=lambda window: len(window.ids))
        for start in range(0, len(shortest_first), BATCH):
            batch = shortest_first[start : start + BATCH]
            for window, states in zip(batch, self._run(encoder, batch), strict=True):
                totals[window.sentence] += states[: len(window.ids)].sum(axis=0)
                words[window.sentence][window.words] = states[window.positions]
        # The sum has the direction of the mean.
        lengths = np.linalg.norm(totals, axis=1, keepdims=True)
        vectors = (totals / np.maximum(lengths, 1e-12)).astype(np.float32)
        counts = [self.bare.operations(one) for one in piece_counts(len(sentences), windows)]
        return [SentenceStates(*one) for one in zip(vectors, words, counts, strict=True)]

    def _run(self, encoder: Any, batch: Sequence[PieceWindow]) -> Rows:
        """Last states (batch, pieces, width)."""
        padded = pad(batch, encoder.config.pad_token_id or 0)
        inputs = {name: tensor.to(self.device) for name, tensor in padded.items()}
        with torch.inference_mode():
            states: Rows = read(encoder, inputs).last_hidden_state.float().cpu().numpy()
        if not np.isfinite(states).all():
            raise UserError(
                where=self.folder.name,
                wrong="gives NaN or infinite states",
                expected="finite ones",
                remedy="check its weights, or give another encoder",
            )
        return states
