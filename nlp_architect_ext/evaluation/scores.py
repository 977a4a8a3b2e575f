"""How good a tagger is on one split, as `metrics.json` has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

DIGITS = 6  # of the numbers that are written


@dataclass(frozen=True)
class Rates:
    """How many entities were found, and how many of those found are right; between 0 and 1.

    Args:
        f1, precision, recall: of the entities.
        support: gold entities.
    """

    f1: float
    precision: float
    recall: float
    support: int


@dataclass(frozen=True)
class Bin:
    """Entities of about the same score: the mean score, the share that is right, how many."""

    score: float
    right: float
    count: int


@dataclass(frozen=True)
class CalibrationError:
    """What the scores of the entities that were found are worth.

    Args:
        ece: expected calibration error.
        ece_before: what it would be without a calibration.
        bins: by ascending score.
    """

    ece: float
    ece_before: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Differing:
    """Words to which teacher and student give different labels, and who is right."""

    count: int
    teacher: int
    student: int
    neither: int


@dataclass(frozen=True)
class Found:
    """Entities, and how many of them are right."""

    count: int
    right: int


@dataclass(frozen=True)
class Agreement:
    """How far teacher and student agree.

    Args:
        words: share of the words with the same label; 0.0 without words.
        differing: the words with different ones.
        entities: those that ``both``, only the ``teacher`` or only the ``student`` found.
    """

    words: float
    differing: Differing
    entities: Mapping[str, Found]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Agreement:
        """What `rounded` of it gave."""
        entities = {name: Found(**found) for name, found in data["entities"].items()}
        return cls(data["words"], Differing(**data["differing"]), entities)


@dataclass(frozen=True)
class Scores(Rates):
    """The scores of a tagger or a teacher on one split.

    Args:
        f1, precision, recall, support: micro averages over all types.
        accuracy: share of words with the right label.
        per_type: the rates of each type.
        errors: how many of each kind, see `metrics.ERRORS`.
        calibration: of the student's scores; None of a teacher.
        agreement: with the teacher; None without one.
        cross_fitted: whether calibration and bias of O were fitted on other sentences of the split
            than those that are scored.
    """

    accuracy: float
    per_type: Mapping[str, Rates]
    errors: Mapping[str, int]
    calibration: CalibrationError | None = None
    agreement: Agreement | None = None
    cross_fitted: bool = False

    def to_json(self) -> dict[str, Any]:
        """A plain dict; numbers have `DIGITS` decimals at most, and what isn't there is absent."""
        found: dict[str, Any] = rounded(asdict(self))
        absent = ("calibration", "agreement", "cross_fitted")
        return {key: value for key, value in found.items() if value or key not in absent}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scores:
        """The reverse of `to_json`; also takes what `metrics.score` gives."""
        calibration, agreement = data.get("calibration"), data.get("agreement")
        return cls(
            f1=data["f1"],
            precision=data["precision"],
            recall=data["recall"],
            support=data["support"],
            accuracy=data["accuracy"],
            per_type={name: Rates(**rates) for name, rates in data["per_type"].items()},
            errors=dict(data["errors"]),
            calibration=None if calibration is None else _calibration_error(calibration),
            agreement=None if agreement is None else Agreement.from_json(agreement),
            cross_fitted=data.get("cross_fitted", False),
        )


def rounded(data: Any) -> Any:
    """Data for a JSON file, its numbers rounded to `DIGITS` decimals."""
    if isinstance(data, Mapping):
        return {key: rounded(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [rounded(value) for value in data]
    return round(data, DIGITS) if isinstance(data, float) else data


def _calibration_error(data: Mapping[str, Any]) -> CalibrationError:
    bins = tuple(Bin(**one) for one in data["bins"])
    return CalibrationError(data["ece"], data["ece_before"], bins)
