"""What a run says at its end: scores, the folder, and what to do with it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from nlp_architect_ext.core.aligned import aligned
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.tables import notes, overall


def last_lines(folder: Path, metrics: Metrics, files: Sequence[str]) -> str:
    """The scores as a table, the folder, and the commands that come next.

    Args:
        folder: where the run wrote.
        metrics: what was measured.
        files: of the folder, those to be named.
    """
    lines = ["", *aligned(overall(metrics)), *notes(metrics), ""]
    lines += [f"written to {folder}: {', '.join(files)}", "next:"]
    place = shlex.quote(str(folder))
    lines.append(f"  nlp-inference tagger --model_dir {place} --data_file TEXT --output_dir TAGGED")
    if metrics.dev is not None:  # an export is compared with the original on dev
        lines.append(f"  nlp-train export --model_dir {place}")
    return "\n".join(lines)
