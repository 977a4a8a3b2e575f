"""What a report tells beside the numbers of `metrics.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlp_architect_ext.evaluation.annotate import ToAnnotate
from nlp_architect_ext.evaluation.calibration import Reliability
from nlp_architect_ext.evaluation.evaluation import Evaluation

Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Findings:
    """What a run found.

    Args:
        evaluations: gold, teacher's and student's labels by split.
        training: the journal's lines of the student's training.
        fine_tuning: those of a transformer's fine-tuning.
        reliability: by name, of the split that counts; at most two, the last one stands out. None
            where no entity was found on a labelled sentence.
        scores: of all entities, as in the last curve.
        to_annotate: the most uncertain unlabelled sentences, or None without unlabelled sentences.
        words_a_second: by system, as far as it was measured; on the device of the run.
    """

    evaluations: Mapping[str, Evaluation]
    training: Lines = ()
    fine_tuning: Lines = ()
    reliability: Mapping[str, Reliability] = field(default_factory=dict)
    scores: Sequence[float] = ()
    to_annotate: ToAnnotate | None = None
    words_a_second: Mapping[str, float] = field(default_factory=dict)
