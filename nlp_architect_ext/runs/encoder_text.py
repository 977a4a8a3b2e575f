"""Raw text as windows of pieces: what an encoder learns from, and what is held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from nlp_architect_ext.compression.state_store import window_key
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.formats.base import ReadOptions
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.sampling import random_part
from nlp_architect_ext.data.unlabelled import read_unlabelled
from nlp_architect_ext.encoders.alignment import Aligner, PieceWindow
from nlp_architect_ext.settings.encoder import LargeEncoderSettings

HELD_OUT_SHARE, MOST_HELD_OUT = 0.05, 500  # windows


@dataclass(frozen=True)
class EncoderText:
    """Windows of pieces, each content once.

    Args:
        train: what is learnt from.
        held_out: what isn't; no line has windows in both.
        repeated: how many windows were left out because they say the same as another.
    """

    train: tuple[PieceWindow, ...]
    held_out: tuple[PieceWindow, ...]
    repeated: int = 0

    @property
    def windows(self) -> tuple[PieceWindow, ...]:
        """All of them."""
        return (*self.train, *self.held_out)

    def summary(self) -> str:
        """What was read, in a line."""
        pieces = sum(len(window.ids) for window in self.windows)
        again = f", {self.repeated:,} repeated ones left out" if self.repeated else ""
        return (
            f"raw text: {counted(len(self.train), 'window')} of word pieces to learn from and "
            f"{len(self.held_out):,} held out, {pieces:,} pieces{again}"
        )


def read_windows(settings: LargeEncoderSettings, aligner: Aligner) -> EncoderText:
    """Read the text, draw what the settings ask for, and hold a part out.

    Raises:
        UserError: text that can't be read, or too little of it.
    """
    path = Path(settings.unlabeled_filename)
    splitter = partial(WordSplitter, tokenizer="whitespace")  # pieces are the tokenizer's affair
    sentences, _ = read_unlabelled(path, settings.unlabeled_format, ReadOptions(), splitter)
    if settings.unlabeled_size is not None:
        sentences, _ = random_part(sentences, settings.unlabeled_size, settings.split_seed)
    text = _parted(sentences, aligner, settings.split_seed)
    if not text.train:
        raise UserError(
            where=str(path),
            wrong=f"has {counted(len(text.held_out), 'line')} that the encoder can read",
            expected="lines to learn from, and one to be held out",
            remedy="give more text",
        )
    return text


def _parted(sentences: Sequence[Sentence], aligner: Aligner, seed: int) -> EncoderText:
    every = aligner.windows(sentences)
    # The first window of each content, so that nothing held out is also learnt from.
    distinct = {window_key(window): window for window in reversed(every)}
    windows = sorted(distinct.values(), key=lambda window: window.sentence)
    wanted = min(max(round(HELD_OUT_SHARE * len(windows)), 1), MOST_HELD_OUT)
    order = np.random.default_rng(seed).permutation(len(sentences)).tolist()
    by_sentence: dict[int, int] = {}
    for window in windows:
        by_sentence[window.sentence] = by_sentence.get(window.sentence, 0) + 1
    held: set[int] = set()
    count = 0
    for sentence in order:
        if count >= wanted:
            break
        if sentence in by_sentence:
            held.add(sentence)
            count += by_sentence[sentence]
    return EncoderText(
        tuple(window for window in windows if window.sentence not in held),
        tuple(window for window in windows if window.sentence in held),
        len(every) - len(windows),
    )
