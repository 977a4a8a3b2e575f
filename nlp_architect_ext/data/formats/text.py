"""Raw text, one sentence or paragraph a line, split into words that know their place."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from itertools import chain, islice, pairwise
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import lines
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.not_raw_text import looks_like_columns, shown_format

TOKENIZERS = ("spacy", "whitespace")

Ranges = list[tuple[int, int]]

_NOT_SPACE = re.compile(r"\S+")

# spaCy takes minutes for ten thousand characters without a space, such as a line of "====": its
# time grows with the square of their number. A stretch is cut after so many characters, far more
# than any word has.
LONGEST_STRETCH = 300
_STRETCH = re.compile(rf"\S{{{LONGEST_STRETCH}}}")

# Python strings may hold halves of pairs; spaCy takes UTF-8 alone. No rule knows this private
# character, so words begin and end as with any other that no rule knows.
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNKNOWN = "\ue000"

LOOKED_AT = 50  # lines that are checked for being of another format


class WordSplitter:
    """Splits text into words; white space of any kind, U+2028 too, is never part of a word.

    Args:
        language: spaCy's code of the language, such as ``en``, ``de``, or ``xx`` for any; unused by
            ``whitespace``.
        tokenizer: ``spacy`` (its rules, no model is needed) or ``whitespace`` for text that is
            tokenised already.

    Raises:
        UserError: an unknown tokenizer or language, or one whose rules need a package that isn't
            installed.
    """

    def __init__(self, language: str = "en", tokenizer: str = "spacy") -> None:
        if tokenizer not in TOKENIZERS:
            raise UserError(
                where=f"tokenizer {tokenizer!r}",
                wrong="no such tokenizer",
                expected=f"one of: {', '.join(TOKENIZERS)}",
                remedy="correct the name",
            )
        self.language, self.tokenizer = language, tokenizer
        self._ranges = _spacy_ranges(language) if tokenizer == "spacy" else _whitespace_ranges

    def split(self, text: str, line: int = 0) -> Sentence:
        """The words of a text with their offsets in code points; none for text without words.

        Args:
            text: any text; it becomes the sentence's ``text`` unchanged.
            line: the line of the file that it is from, if any.
        """
        offsets = tuple(self._ranges(text))
        # Interned, words that come again and again take no further memory.
        return Sentence(
            tuple(sys.intern(text[start:end]) for start, end in offsets), None, text, offsets, line
        )


def _whitespace_ranges(text: str) -> Ranges:
    return [match.span() for match in _NOT_SPACE.finditer(text)]


def _spacy_ranges(language: str) -> Callable[[str], Ranges]:
    import spacy  # takes more than a second, and whitespace does without

    try:
        tokenizer = spacy.blank(language).tokenizer
    except ImportError as error:
        reason = str(error) if "E048" not in str(error) else "spaCy has no rules for it"
        raise UserError(
            where=f"language {language!r}",
            wrong=reason,
            expected="a language code that spaCy knows, such as en, de or xx",
            remedy="correct it, install what is missing, or use the tokenizer whitespace",
        ) from error

    def ranges(text: str) -> Ranges:
        found: Ranges = []
        cuts: list[int] = []
        if len(text) > LONGEST_STRETCH:
            cuts = [match.end() for match in _STRETCH.finditer(text)]
        known = _SURROGATE.sub(_UNKNOWN, text)
        for first, last in pairwise([0, *cuts, len(text)]):
            places = tokenizer(known[first:last]).to_array(["IDX", "LENGTH"]).tolist()
            found += [(first + start, first + start + size) for start, size in places]
        return [(start, end) for start, end in found if not text[start:end].isspace()]

    return ranges


def read_text(
    path: str | Path, *, language: str = "en", tokenizer: str = "spacy"
) -> Iterator[Sentence]:
    """The lines of a text file as sentences, one at a time; lines without words are left out.

    Args:
        path: a UTF-8 file, plain or ``.gz``; one sentence or paragraph a line.
        language: see :class:`WordSplitter`.
        tokenizer: see :class:`WordSplitter`.

    Raises:
        UserError: an unreadable file, one of another format, or what :class:`WordSplitter` refuses.
    """
    splitter = WordSplitter(language, tokenizer)
    for number, line in text_lines(path):
        yield splitter.split(line, number)


def text_lines(path: str | Path, *, keep_blank: bool = False) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that have words, one at a time.

    Args:
        path: a UTF-8 file, plain or ``.gz``.
        keep_blank: whether lines without words come too, so that there is one for each of the file.

    Raises:
        UserError: an unreadable file, or one that shows another format than raw text.
    """
    numbered = lines(path)
    head = list(islice(numbered, LOOKED_AT))
    written = [(number, line) for number, line in head if _has_words(line)]
    shown = shown_format([line for _, line in written])
    if shown is not None:
        looks, name = shown
        raise UserError(
            where=f"{path}:{written[0][0]}",
            wrong=f"looks like {looks}",
            expected="raw text, one sentence a line",
            remedy=f"read it in the format {name}",
        )
    for number, line in chain(head, numbered):
        if keep_blank or _has_words(line):
            yield number, line


def shows_columns(path: str | Path) -> bool:
    """Whether the first lines of a file are words with tags; see `looks_like_columns`.

    Raises:
        UserError: an unreadable file.
    """
    with_words = (line for _, line in lines(path) if _has_words(line))
    return looks_like_columns(list(islice(with_words, LOOKED_AT)))


def _has_words(line: str) -> bool:
    return bool(line) and not line.isspace()
