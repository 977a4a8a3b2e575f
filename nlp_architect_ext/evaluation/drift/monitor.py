"""Sentences as they come, compared with the reference again and again, at one false-alarm rate.

Check k is made at the level ``false_alarms / (k (k + 1))``. Over all checks, however many, these
levels sum to ``false_alarms``; at each of them Holm's method shares it among the features. So a
stream of the reference's own kind is flagged with at most this chance, whenever one looks.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.evaluation.drift.reference import Reference
from nlp_architect_ext.evaluation.drift.two_samples import Sample, distance, holm, p_value

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """When the stream is checked, and how strictly.

    Args:
        false_alarms: at most this share of streams without drift is flagged, above 0.
        window: latest sentences that a check looks at.
        check_every: sentences from one check to the next.
    """

    false_alarms: float = 0.01
    window: int = 500
    check_every: int = 100

    def level(self, check: int) -> float:
        """The chance of a false alarm at a check, counted from 1."""
        return self.false_alarms / (check * (check + 1))


@dataclass(frozen=True)
class FeatureShift:
    """One feature in the reference and in the window.

    Args:
        name: of the feature.
        reference, window: its mean there.
        distance: of Kolmogorov and Smirnov, from 0 to 1.
        p: at most how often that comes without drift.
        drifted: whether that's too seldom.
    """

    name: str
    reference: float
    window: float
    distance: float
    p: float
    drifted: bool


@dataclass(frozen=True)
class Check:
    """What a check found.

    Args:
        number: from 1.
        sentences: that had come.
        window: how many of them, the latest, it looked at.
        level: chance of a false alarm.
        features: all of them, in the order of the reference.
    """

    number: int
    sentences: int
    window: int
    level: float
    features: tuple[FeatureShift, ...]

    @property
    def drifted(self) -> tuple[FeatureShift, ...]:
        """The features that drifted, the most evident first."""
        found = [feature for feature in self.features if feature.drifted]
        return tuple(sorted(found, key=lambda feature: feature.p))


class DriftMonitor:
    """Takes the features of sentences, in any portions, and checks them.

    Args:
        reference: what they are compared with.
        plan: when, and how strictly.
    """

    def __init__(self, reference: Reference, plan: Plan) -> None:
        self.reference, self.plan = reference, plan
        self.seen = self.checks = 0
        self.alarm: Check | None = None  # the first check that found something
        self.last: Check | None = None
        self._window: deque[Numbers] = deque(maxlen=plan.window)

    def add(self, rows: Numbers) -> list[Check]:
        """Sentences' features (sentences, features), and the checks that were due.

        However they are portioned, the checks are the same.
        """
        due = []
        for row in rows:
            self._window.append(row)
            self.seen += 1
            if self.seen % self.plan.check_every == 0:
                due.append(self._check())
        return due

    def finish(self) -> None:
        """The stream is over: what came after the last check is checked too."""
        if self.seen % self.plan.check_every:
            self._check()

    def _check(self) -> Check:
        self.checks += 1
        window = np.array(self._window)
        level = self.plan.level(self.checks)
        pairs = zip(self.reference.samples.values(), window.T, strict=True)
        compared = [(one, Sample.of(column)) for one, column in pairs]
        distances = [distance(one, other) for one, other in compared]
        p_values = [
            p_value(found, one.size / one.inflation, other.size / one.inflation)
            for found, (one, other) in zip(distances, compared, strict=True)
        ]
        refused = holm(p_values, level)
        shifts = [
            FeatureShift(name, one.mean, other.mean, found, p, drifted)
            for name, (one, other), found, p, drifted in zip(
                self.reference.samples, compared, distances, p_values, refused, strict=True
            )
        ]
        self.last = Check(self.checks, self.seen, len(window), level, tuple(shifts))
        if self.alarm is None and any(refused):
            self.alarm = self.last
        return self.last
