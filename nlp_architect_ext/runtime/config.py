"""Everything about a tagger but weights and vocabulary, as data."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tags import SCHEMES
from nlp_architect_ext.runtime.calibration import Calibration

FORMAT_VERSION = 1
LATER = ("calibration", "outside_bias")  # fields that folders of this version may lack


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
        calibration: what turns words' probabilities into the score of an entity, a `Calibration` as
            a dict; None where no dev sentences could tell, and in folders of before there was any.
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
    calibration: dict[str, float] | None = None
    outside_bias: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        return {
            "format_version": FORMAT_VERSION,
            **asdict(self),
            "id2label": dict(enumerate(self.labels["names"])),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], place: str) -> TaggerConfig:
        """The reverse of `to_json`.

        Args:
            data: what the file holds.
            place: the file, for messages.

        Raises:
            UserError: another version.
            ValueError, KeyError, TypeError: not what `to_json` gives.
        """
        version = data["format_version"]
        if version != FORMAT_VERSION:
            raise UserError(
                where=place,
                wrong=f"format version {version}",
                expected=f"version {FORMAT_VERSION}",
                remedy="load it with the release that wrote it, or train again",
            )
        if "handicap" in data:  # so version 0.1 called it, and subtracted it
            data = {**data, "outside_bias": 0.0 - data["handicap"]}
        names = [
            field.name for field in fields(cls) if field.name in data or field.name not in LATER
        ]
        config = cls(**{name: data[name] for name in names})
        config = replace(config, teachers=tuple(config.teachers))  # JSON has lists only
        if (
            not isinstance(config.max_words, int)
            or config.max_words < 1
            or config.scheme not in SCHEMES
        ):
            raise ValueError(f"max_words {config.max_words!r}, scheme {config.scheme!r}")
        bias = config.outside_bias
        if not isinstance(bias, float | int) or not math.isfinite(bias):
            raise ValueError(f"outside_bias {bias!r}")
        if config.calibration is not None:
            Calibration.from_json(config.calibration)
        return config
