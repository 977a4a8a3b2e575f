"""Files of spaCy's patterns (`EntityRuler`), one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.names import nearest
from nlp_architect_ext.data.formats.json_records import read_records

KEYS = ("label", "pattern", "id")
SHAPE = '{"label": "PER", "pattern": [{"LOWER": "mr"}, {"IS_TITLE": true}]} or a phrase as pattern'

FLAGS = (
    *("IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT"),
    *("IS_SPACE", "IS_STOP", "IS_OOV", "IS_BRACKET", "IS_QUOTE", "IS_LEFT_PUNCT"),
    *("IS_RIGHT_PUNCT", "IS_CURRENCY", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL"),
)
TEXTS = ("ORTH", "TEXT", "LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX")
# What a word's letters, the words beside it and the text say.
KNOWN = (*TEXTS, *FLAGS, "LENGTH", "SPACY", "OP")
# What spaCy's patterns also have, and what fills it.
NEEDS_MODEL = {
    **dict.fromkeys(("TAG", "POS"), "a tagger"),
    "MORPH": "a morphologizer",
    "DEP": "a parser",
    "LEMMA": "a lemmatizer",
    **dict.fromkeys(("SENT_START", "IS_SENT_START"), "a parser"),
    **dict.fromkeys(("ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID"), "an entity recogniser"),
    "_": "code of yours",
}


@dataclass(frozen=True)
class Pattern:
    """One pattern.

    Args:
        label: the type.
        pattern: a phrase, or what is asked of each word.
        where: ``file:line``.
    """

    label: str
    pattern: str | list[dict[str, Any]]
    where: str


def read_patterns(path: Path) -> Iterator[Pattern]:
    """The patterns of a file.

    Raises:
        UserError: what isn't a pattern, or one that asks for what a model would have to say, with
            its line.
    """
    for number, record in read_records(path):
        where = f"{path}:{number}"
        for key in record:
            if key not in KEYS:
                raise _unknown(where, f"key {key!r}", KEYS, key)
        label, pattern = record.get("label"), record.get("pattern")
        if not isinstance(label, str) or not label.strip():
            raise _refused(where, "no label")
        if isinstance(pattern, list) and pattern and all(isinstance(one, dict) for one in pattern):
            for word in pattern:
                _check_word(word, where)
        elif not isinstance(pattern, str) or not pattern.strip():
            raise _refused(where, "no pattern")
        yield Pattern(label, pattern, where)


def _check_word(word: Mapping[str, Any], where: str) -> None:
    """Whether all attributes can be told from words alone; spaCy takes them in any case."""
    for attribute in word:
        name = attribute.upper()
        if name in NEEDS_MODEL:
            raise UserError(
                where=where,
                wrong=f"{attribute} needs {NEEDS_MODEL[name]}",
                expected="patterns over words and their letters",
                remedy="leave it out, or give a pipeline with these rules as spacy:FOLDER",
            )
        if name not in KNOWN:
            raise _unknown(where, f"attribute {attribute!r}", KNOWN, name)


def _unknown(where: str, what: str, known: tuple[str, ...], given: str) -> UserError:
    return UserError(
        where=where,
        wrong=f"unknown {what}",
        expected=f"some of: {', '.join(known)}",
        remedy=nearest(given, known) or "correct the pattern",
    )


def _refused(where: str, wrong: str) -> UserError:
    return UserError(where=where, wrong=wrong, expected=SHAPE, remedy="correct the pattern")
