"""`metrics.json`: what was measured of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.costs import KINDS
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.evaluation.opinions import Opinions
from nlp_architect_ext.evaluation.scores import Scores, rounded

SPLITS = ("dev", "test")


@dataclass(frozen=True)
class SentenceCounts:
    """What a student was trained on.

    Args:
        labelled: sentences with labels.
        unlabelled: sentences of raw text.
        dev_of_train: sentences of train that were held out as dev; 0 with dev sentences of its own.
    """

    labelled: int
    unlabelled: int
    dev_of_train: int = 0

    def to_json(self) -> dict[str, int]:
        """A plain dict; ``dev_of_train`` only where there are any."""
        counts = {"labelled": self.labelled, "unlabelled": self.unlabelled}
        return {**counts, "dev_of_train": self.dev_of_train} if self.dev_of_train else counts


@dataclass(frozen=True)
class Metrics:
    """Scores, sizes and costs of a run.

    Args:
        splits: the scores on ``dev`` and ``test``, as far as there are sentences.
        teacher: the teacher's, in the same way.
        teachers: what each teacher has opinions of; empty of a run without, and of older ones.
        sentences: what was trained on; None of a transformer by itself.
        parameters: trained numbers of ``student`` and ``teacher``.
        bytes: of the student's weights; None of a transformer by itself.
        costs: by kind, see `core.costs.KINDS`, and phase; kinds that an older run hasn't counted
            are absent.
        device: where it was trained; None if an older run hasn't said.
    """

    splits: Mapping[str, Scores]
    parameters: Mapping[str, int]
    costs: Mapping[str, Mapping[str, float]]
    device: str | None
    teacher: Mapping[str, Scores] = field(default_factory=dict)
    sentences: SentenceCounts | None = None
    bytes: int | None = None
    teachers: tuple[Opinions, ...] = ()

    @property
    def dev(self) -> Scores | None:
        """The scores on dev."""
        return self.splits.get("dev")

    @property
    def test(self) -> Scores | None:
        """The scores on test."""
        return self.splits.get("test")

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file, its numbers rounded."""
        of_student: dict[str, Any] = {}
        if self.sentences is not None:
            of_student = {"teacher": _written(self.teacher), "sentences": self.sentences.to_json()}
        if self.teachers:
            of_student["teachers"] = [one.to_json() for one in self.teachers]
        sizes = {"parameters": dict(self.parameters), "bytes": self.bytes}
        found = {
            **_written(self.splits),
            **of_student,
            **sizes,
            **rounded(self.costs),
            "device": self.device,
        }
        return {key: value for key, value in found.items() if value is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Metrics:
        """The reverse of `to_json`; also reads what version 0.1 wrote."""
        sentences = data.get("sentences")
        return cls(
            splits=_read({name: data[name] for name in SPLITS if name in data}),
            parameters=dict(data["parameters"]),
            costs={kind: dict(data[kind]) for kind in KINDS if kind in data},
            device=data.get("device"),
            teacher=_read(data.get("teacher", {})),
            sentences=None if sentences is None else SentenceCounts(**sentences),
            bytes=data.get("bytes"),
            teachers=tuple(map(Opinions.from_json, data.get("teachers", ()))),
        )

    def text(self) -> str:
        """The content of `metrics.json`."""
        return to_text(self.to_json())


def read_metrics(path: Path) -> Metrics:
    """The metrics that a run wrote.

    Raises:
        UserError: the file is missing or damaged, or isn't that of a run.
    """
    try:
        return Metrics.from_json(read_json(path))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            where=str(path),
            wrong=f"can't be read ({type(error).__name__}: {error})",
            expected="the scores, sizes and costs of a run",
            remedy="train again",
        ) from error


def _written(scores: Mapping[str, Scores]) -> dict[str, Any]:
    return {split: one.to_json() for split, one in scores.items()}


def _read(data: Mapping[str, Any]) -> dict[str, Scores]:
    return {split: Scores.from_json(one) for split, one in data.items() if one}
