"""What the monitor found, for a dashboard and for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.evaluation.drift.expectation import Counts
from nlp_architect_ext.evaluation.drift.monitor import Check, Plan
from nlp_architect_ext.evaluation.drift.reference import Reference

FORMAT_VERSION = 1
DIGITS = 6  # of rates and means in JSON


@dataclass(frozen=True)
class DriftReport:
    """A stream of sentences beside the reference.

    Args:
        model, data: where tagger and sentences are from.
        reference: what the sentences were compared with.
        plan: of the checks.
        sentences, words: how many came.
        checks: how many were made.
        alarm: the first check that found drift, or None.
        last: the last check.
        counts: expected of all sentences; None where the reference has no labels.
    """

    model: str
    data: str
    reference: Reference
    plan: Plan
    sentences: int
    words: int
    checks: int
    alarm: Check | None
    last: Check
    counts: Counts | None

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file; docs/drift.md says what each key means."""
        return {
            "format_version": FORMAT_VERSION,
            "model": self.model,
            "data": self.data,
            "sentences": self.sentences,
            "words": self.words,
            "reference": {
                "source": self.reference.source,
                "sentences": self.reference.sentences,
                "words": self.reference.words,
            },
            **asdict(self.plan),
            "checks": self.checks,
            "drifted": self.alarm is not None,
            "alarm": None if self.alarm is None else _check_to_json(self.alarm),
            "last": _check_to_json(self.last),
            "f1": self._f1_to_json(),
        }

    def _f1_to_json(self) -> dict[str, float] | None:
        quality = self.reference.quality
        if self.counts is None or quality is None:
            return None
        rates = {
            "estimate": self.counts.f1,
            "precision": self.counts.precision,
            "recall": self.counts.recall,
            "reference": quality.f1,
        }
        return {name: round(rate, DIGITS) for name, rate in rates.items()}

    def text(self) -> str:
        """The same for a person."""
        kept = f"{self.reference.source}, {counted(self.reference.sentences, 'sentence')}"
        head = (
            f"{counted(self.sentences, 'sentence')}, {counted(self.words, 'word')} of {self.data}"
        )
        lines = [f"{head} beside {kept}", self._verdict(), ""]
        lines += _table((self.alarm or self.last).features)
        return "\n".join([*lines, "", self._quality()]) + "\n"

    def _verdict(self) -> str:
        rate = f"{100 * self.plan.false_alarms:g} %"
        if self.alarm is None:
            return (
                f"no drift seen in {counted(self.checks, 'check')} (false alarms: at most {rate})"
            )
        names = ", ".join(feature.name for feature in self.alarm.drifted)
        seen = f"{self.alarm.sentences:,} sentences"
        return f"drifted, as seen after {seen} (false alarms: at most {rate}): {names}"

    def _quality(self) -> str:
        quality = self.reference.quality
        if self.counts is None or quality is None:
            return "F1 isn't estimated: the reference has no labels"
        rates = (self.counts.f1, self.counts.precision, self.counts.recall)
        f1, precision, recall = (f"{100 * rate:.1f}" for rate in rates)
        known = f"{100 * quality.f1:.1f} on the reference"
        return f"F1 about {f1} (precision {precision}, recall {recall}), {known}"


def _table(features: Sequence[Any]) -> list[str]:
    width = max(len(feature.name) for feature in features)
    lines = [f"{'':<{width}}  reference      here  distance        p"]
    for one in features:
        means = f"{one.reference:9.4f} {one.window:9.4f}"
        mark = "  drifted" if one.drifted else ""
        lines.append(f"{one.name:<{width}}  {means} {one.distance:9.3f} {one.p:8.2g}{mark}")
    return lines


def _check_to_json(check: Check) -> dict[str, Any]:
    """Means and distances rounded; chances as they are, however small."""
    rounded = ("reference", "window", "distance")
    features = {}
    for feature in check.features:
        found = asdict(feature)
        name = found.pop("name")
        features[name] = found | {key: round(found[key], DIGITS) for key in rounded}
    return {
        "number": check.number,
        "sentences": check.sentences,
        "window": check.window,
        "level": check.level,
        "features": features,
    }
