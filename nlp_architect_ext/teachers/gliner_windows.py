"""Words and types as a GLiNER reads them: nothing of them is cut, nothing is a sign to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.windows import Window, windows


@dataclass(frozen=True, slots=True)
class WordWindow:
    """A sentence, or a stretch of a long one.

    Args:
        sentence: index of the sentence in what was given.
        words: those that are read.
        place: where they lie in the sentence, and for which of them this window speaks.
    """

    sentence: int
    words: Sequence[str]
    place: Window


class GlinerWindows:
    """Cuts sentences where the library would cut something off: it would, by words and by pieces.

    Args:
        processor: the library's, of one model.
        prompts: what the model is asked for; it reads them before the words, unless it has an
            encoder for them.
        most_words: of a window.
        most_pieces: of a window, prompts and special pieces counted.
        where: what the user calls the model, for error messages.

    Raises:
        UserError: the prompts leave no room for words.
    """

    def __init__(
        self,
        processor: Any,
        prompts: Sequence[str],
        *,
        most_words: int,
        most_pieces: int,
        where: str,
    ) -> None:
        self._tokenizer, self._most_words = processor.transformer_tokenizer, most_words
        added = self._tokenizer.added_tokens_decoder.values()
        self._signs = {token.content for token in added if token.special}
        self._signs |= {processor.ent_token, processor.sep_token}
        self.prompts = [self._harmless(prompt) for prompt in prompts]
        limit = min(most_pieces, self._tokenizer.model_max_length)
        reader = getattr(processor, "labels_tokenizer", None)
        if reader is None:
            (before,), _ = processor.prepare_inputs([[]], self.prompts)
            taken = sum(self._pieces(before))
            _check_length(where, "all types", taken, limit // 2)
        else:
            taken = 0
            for prompt in self.prompts:
                length = len(reader(prompt)["input_ids"])
                _check_length(where, repr(prompt), length, reader.model_max_length)
        self._room = limit - taken - self._tokenizer.num_special_tokens_to_add()

    def cut(self, sentence: int, words: Sequence[str]) -> list[WordWindow] | None:
        """The windows of a sentence; None if it has a word that is too long for any."""
        given = [self._harmless(word) for word in words]
        pieces = self._pieces(given)
        size = min(max(len(given), 1), self._most_words)
        while size:
            found = windows(len(given), size, size // 3)
            if all(sum(pieces[one.start : one.end]) <= self._room for one in found):
                return [WordWindow(sentence, given[one.start : one.end], one) for one in found]
            size = size * 3 // 4
        return None

    def _pieces(self, words: Sequence[str]) -> list[int]:
        """How many pieces each word has."""
        if not words:
            return []
        options = {"is_split_into_words": True, "add_special_tokens": False}
        counts = Counter(self._tokenizer(list(words), **options).word_ids())
        return [counts[index] for index in range(len(words))]

    def _harmless(self, text: str) -> str:
        """Text in which nothing is a sign with a meaning of its own, such as that before a type."""
        return " ".join(text) if any(sign in text for sign in self._signs) else text


def _check_length(where: str, what: str, length: int, most: int) -> None:
    if length > most:
        raise UserError(
            where=where,
            wrong=f"{length} word pieces to describe {what}",
            expected=f"at most {most}",
            remedy="describe in fewer words",
        )
