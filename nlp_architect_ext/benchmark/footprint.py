"""What an export needs: bytes on disk, time to the first entity, memory; raw text a second."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.runtime.engines import Engine
from nlp_architect_ext.runtime.folder import size_of

# The peak of the process's own memory; getrusage would count that of the process which started it.
FIRST = """
import re, resource, sys
from pathlib import Path
from {module} import {class_}
{class_}.load(sys.argv[1])(sys.argv[2])
status = Path("/proc/self/status")
peak = re.search("VmHWM:\\s+([0-9]+)", status.read_text())[1] if status.exists() else 0
print(int(peak) or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
KIBIBYTES = 1024  # in a MB of memory
STARTS = 7
MAXIMUM_SECONDS = 3.0
AT_ONCE = 4096  # texts


@dataclass(frozen=True)
class Footprint:
    """An export's needs.

    Args:
        bytes: of its folder.
        cold_start: seconds from the start of a process to the first entities, median.
        megabytes: peak memory of such a process.
        words_a_second: raw text to entities, splitting included, in one thread; new text at first
            sight.
    """

    bytes: int
    cold_start: float
    megabytes: float
    words_a_second: float


def footprint(engine: Engine, folder: Path, texts: Sequence[str]) -> Footprint:
    """Measure an export.

    Args:
        engine: that runs it.
        folder: of the export.
        texts: raw text, at least one line.

    Raises:
        UserError: it doesn't run in a process of its own.
    """
    seconds, peaks = [], []
    for _ in range(STARTS):
        started = time.perf_counter()
        peaks.append(_run(engine, folder, texts[0]))
        seconds.append(time.perf_counter() - started)
    return Footprint(
        size_of(folder),
        statistics.median(seconds),
        max(peaks),
        _words_a_second(engine, folder, texts),
    )


def _run(engine: Engine, folder: Path, text: str) -> float:
    """The peak memory in MB of a process that tags one text."""
    code = FIRST.format(module=engine.module, class_=engine.class_)
    call = [sys.executable, "-c", code, str(folder), text]
    done = subprocess.run(call, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if done.returncode:
        wrong = (done.stderr.strip().splitlines() or ["it died"])[-1]
        raise UserError(
            where=str(folder),
            wrong=f"doesn't run ({wrong})",
            expected="a working export",
            remedy="export it again",
        )
    return int(done.stdout) / KIBIBYTES


def _words_a_second(engine: Engine, folder: Path, texts: Sequence[str]) -> float:
    tagger = engine.load(folder)
    taken = 0.0
    tagged: list[str] = []
    for start in range(0, len(texts), AT_ONCE):
        part = texts[start : start + AT_ONCE]
        started = time.perf_counter()
        tagger.predict(part)
        taken += time.perf_counter() - started
        tagged += part
        if taken > MAXIMUM_SECONDS:
            break
    # counted afterwards, since what is split once is known from then on
    return sum(len(tagger.sentence(text)) for text in tagged) / taken
