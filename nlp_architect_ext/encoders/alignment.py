"""Words and word pieces: which piece speaks for a word, and long sentences in windows of pieces.

A piece's character offsets say which word it belongs to; that holds for every kind of tokenizer,
whereas the word numbers of pre-split input are wrong for byte-level BPE without a prefix space.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.windows import windows
from nlp_architect_ext.encoders.guard import translated_errors


@dataclass(frozen=True, slots=True)
class PieceWindow:
    """One input of the encoder: a sentence, or a stretch of a long one.

    Args:
        sentence: index of the sentence in what was given.
        ids: the pieces, special ones included.
        type_ids: the segment of each piece.
        words: the words that get their label from this window; each word of a sentence gets it
            from one window only.
        positions: for each of these words the index in ``ids`` of its first piece.
    """

    sentence: int
    ids: list[int]
    type_ids: list[int]
    words: list[int]
    positions: list[int]


def first_pieces(
    text: str, pieces: Sequence[tuple[int, int]], words: Sequence[tuple[int, int]]
) -> list[int | None]:
    """For each word the index of the first piece that starts in it; None if there is none.

    Args:
        text: the sentence.
        pieces: offsets of the pieces in order; spaces at their start don't count.
        words: offsets of the words in order.
    """
    found: list[int | None] = [None] * len(words)
    word = 0
    for index, (start, end) in enumerate(pieces):
        while start < end and text[start].isspace():
            start += 1
        while word < len(words) and words[word][1] <= start:
            word += 1
        if word == len(words):
            break
        if words[word][0] <= start < end and found[word] is None:
            found[word] = index
    return found


class Aligner:
    """Turns sentences into windows of pieces for one encoder.

    Args:
        tokenizer: without truncation and padding.
        limit: the most pieces of a window, special ones counted.
        name: the teacher, for error messages.

    Raises:
        UserError: ``limit`` leaves no room for words.
    """

    def __init__(self, tokenizer: Tokenizer, limit: int, name: str) -> None:
        self.tokenizer, self.limit, self.name = tokenizer, limit, name
        self.room = limit - tokenizer.num_special_tokens_to_add(False)
        if self.room < 2:
            raise UserError(
                where=name,
                wrong=f"windows of {limit} word pieces",
                expected="room for words",
                remedy="ask for longer windows",
            )

    def windows(self, sentences: Sequence[Sentence]) -> list[PieceWindow]:
        """The windows of all sentences in order; a sentence without any piece has none.

        Raises:
            UserError: text that the tokenizer can't read.
        """
        found = []
        encodings = self._encode([sentence.with_text() for sentence in sentences])
        for index, (sentence, encoding) in enumerate(zip(sentences, encodings, strict=True)):
            firsts = self._first_pieces(sentence.with_text(), encoding)
            if None in firsts and sentence.text is not None:
                # Words of running text may share a piece ("can" and "not"): with spaces between
                # words they don't.
                spaced = Sentence(sentence.words).with_text()
                encoding = self._encode([spaced])[0]
                firsts = self._first_pieces(spaced, encoding)
            found += self._cut(index, encoding, firsts)
        return found

    def _encode(self, sentences: Sequence[Sentence]) -> list[Encoding]:
        texts = [sentence.text or "" for sentence in sentences]
        where = self.name if len(texts) != 1 else f"{self.name}: {texts[0]!r:.80}"
        expected, remedy = "text that it can split", "correct or drop that text"
        try:
            with translated_errors(where, "the tokenizer fails", expected, remedy):
                return list(self.tokenizer.encode_batch(texts))
        except UserError:
            if len(sentences) == 1:
                raise
        # One of them is to blame, and gets named.
        return [self._encode([sentence])[0] for sentence in sentences]

    def _first_pieces(self, sentence: Sentence, encoding: Encoding) -> list[int | None]:
        special = encoding.special_tokens_mask
        pairs = zip(encoding.offsets, special, strict=True)
        offsets = [(0, 0) if is_special else offset for offset, is_special in pairs]
        return first_pieces(sentence.text or "", offsets, sentence.offsets or ())

    def _cut(
        self, sentence: int, encoding: Encoding, firsts: list[int | None]
    ) -> list[PieceWindow]:
        ids, types, special = encoding.ids, encoding.type_ids, encoding.special_tokens_mask
        begin = next((i for i, flag in enumerate(special) if not flag), len(ids))
        end = len(ids) - next((i for i, flag in enumerate(reversed(special)) if not flag), 0)
        spoken = [(word, piece) for word, piece in enumerate(firsts) if piece is not None]
        cut = []
        for window in windows(max(end - begin, 0), self.room, self.room // 3):
            kept = range(begin + window.keep_start, begin + window.keep_end)
            inside = slice(begin + window.start, begin + window.end)
            mine = [(word, piece) for word, piece in spoken if piece in kept]
            if mine:
                cut.append(
                    PieceWindow(
                        sentence=sentence,
                        ids=ids[:begin] + ids[inside] + ids[end:],
                        type_ids=types[:begin] + types[inside] + types[end:],
                        words=[word for word, _ in mine],
                        positions=[piece - window.start for _, piece in mine],
                    )
                )
        return cut


def piece_counts(sentences: int, windows: Iterable[PieceWindow]) -> list[int]:
    """How many pieces are read for each of so many sentences, given the windows of all of them."""
    counts = [0] * sentences
    for window in windows:
        counts[window.sentence] += len(window.ids)
    return counts


def pad(inputs: Sequence[PieceWindow], pad_id: int) -> dict[str, Tensor]:
    """Windows as one batch of inputs, each long (batch, pieces).

    Returns:
        ``input_ids``, ``attention_mask`` and ``token_type_ids``.
    """
    shape = (len(inputs), max(len(window.ids) for window in inputs))
    batch = {
        "input_ids": torch.full(shape, pad_id),
        "attention_mask": torch.zeros(shape, dtype=torch.long),
        "token_type_ids": torch.zeros(shape, dtype=torch.long),
    }
    for row, window in enumerate(inputs):
        size = len(window.ids)
        batch["input_ids"][row, :size] = torch.tensor(window.ids)
        batch["token_type_ids"][row, :size] = torch.tensor(window.type_ids)
        batch["attention_mask"][row, :size] = 1
    return batch
