"""Everything about a tagger but weights and vocabulary, as data."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.json_content import json_value
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import SCHEMES
from nlp_architect_ext.data.formats.text import TOKENIZERS
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.json_values import finite, text, value, wrong

FORMAT_VERSION = 1
DECODERS = ("softmax", "crf")
STUDENT = r"[\w.-]+"  # a name as plugins have them
LANGUAGE = r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*"  # a code such as en, xx or pt-BR


@dataclass(frozen=True, kw_only=True)
class TaggerConfig:
    """Everything about a tagger but weights and vocabulary; what `config.json` holds.

    Args:
        student: registered name of the student.
        arguments: the arguments of its constructor.
        labels: `LabelSet.to_json()`.
        decoder: "softmax" or "crf".
        scheme: the scheme of the training data, in which tags are written.
        tokenizer: how raw text is split into words.
        language: the tokenizer's language.
        max_words: longest window, in words.
        teachers: name, fingerprint and revision of each teacher; empty without distillation.
        calibration: what turns words' probabilities into the score of an entity; None where no dev
            sentences could tell, and in folders of before there was any.
        outside_bias: what is added to the scores of the label O, in logits; see
            `outside_bias.fit_outside_bias`.
    """

    student: str
    arguments: dict[str, Any]
    labels: dict[str, Any]
    decoder: str
    scheme: str
    tokenizer: str
    language: str
    max_words: int
    teachers: tuple[dict[str, Any], ...] = ()
    calibration: Calibration | None = None
    outside_bias: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        return {
            "format_version": FORMAT_VERSION,
            **asdict(self),
            "teachers": list(self.teachers),  # as it will come back
            "id2label": dict(enumerate(self.labels["names"])),
        }

    @classmethod
    def read(cls, content: bytes, place: str) -> TaggerConfig:
        """From the bytes of the file; see `from_json`.

        Raises:
            UserError: another version.
            ValueError: no JSON, or not what `to_json` gives.
        """
        return cls.from_json(json_value(content, "config.json"), place)

    @classmethod
    def from_json(cls, data: Any, place: str) -> TaggerConfig:
        """The reverse of `to_json`; also reads what version 0.1 wrote.

        Args:
            data: what the file holds.
            place: the file, for messages.

        Raises:
            UserError: another version.
            ValueError: not what `to_json` gives; it names the key.
        """
        _check_version(data, place)
        labels = value(data, "labels", dict, "an object")
        LabelSet.from_json(labels)
        fitted = data.get("calibration")
        return cls(
            student=_of_form(data, "student", STUDENT, "the name of a student"),
            arguments=value(data, "arguments", dict, "an object"),
            labels=labels,
            decoder=text(data, "decoder", DECODERS),
            scheme=text(data, "scheme", SCHEMES),
            tokenizer=text(data, "tokenizer", TOKENIZERS),
            language=_of_form(data, "language", LANGUAGE, "the code of a language"),
            max_words=_max_words(data),
            teachers=_teachers(data),
            calibration=None if fitted is None else Calibration.from_json(fitted),
            outside_bias=_outside_bias(data),
        )


def _check_version(data: Any, place: str) -> None:
    if not isinstance(data, dict) or "format_version" not in data:
        raise ValueError("no format_version")
    version = data["format_version"]
    if version != FORMAT_VERSION:
        raise UserError(
            where=place,
            wrong=f"format version {version}",
            expected=f"version {FORMAT_VERSION}",
            remedy="load it with the release that wrote it, or train again",
        )


def _of_form(data: Any, key: str, form: str, expected: str) -> str:
    found = text(data, key)
    if not re.fullmatch(form, found):
        raise wrong(key, found, expected)
    return found


def _teachers(data: Any) -> tuple[dict[str, Any], ...]:
    teachers = value(data, "teachers", list, "a list")
    for teacher in teachers:
        text(teacher, "name")
        if teacher.get("revision") is not None:
            text(teacher, "revision")
    return tuple(teachers)


def _max_words(data: Any) -> int:
    expected = "a whole number of at least 1"
    found = value(data, "max_words", int, expected)
    if found < 1:
        raise wrong("max_words", found, expected)
    return found


def _outside_bias(data: Any) -> float:
    if "handicap" in data:  # so version 0.1 called it, and subtracted it
        return 0.0 - finite(data, "handicap")
    return finite(data, "outside_bias") if "outside_bias" in data else 0.0
