"""What comes of a piece of work in a process of its own: done, refused, or a fault."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from nlp_architect_ext.core.errors import UserError

DONE, REFUSED = "done", "refused"
LONGEST_LINE = 3000  # characters of a refusal
PATIENCE = 20  # seconds until a piece of work counts as hanging

Work = Callable[[int], int]  # of a number; it says how many bytes it may take
Outcome = tuple[int, str, str]  # number, what became of it, more about that


def watched(work: Work, numbers: range) -> Iterator[Outcome]:
    """The outcome of each number, whatever happens to the process that works on them."""
    left = list(numbers)
    while left:
        receiver, sender = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(
            target=_work_off, args=(work, left, sender)
        )
        process.start()
        sender.close()
        while left:
            number = left[0]
            try:
                outcome = receiver.recv() if receiver.poll(PATIENCE) else (number, "hang", "")
            except EOFError:
                process.join()
                outcome = (number, "crash", f"exit code {process.exitcode}")
            left.pop(0)
            yield outcome
            if outcome[1] in ("hang", "crash"):
                break
        process.kill()
        process.join()


def _work_off(work: Work, numbers: list[int], sender: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # what libraries print isn't looked at
        os.dup2(quiet, stream)
    for number in numbers:
        sender.send((number, *_outcome(work, number)))


def _outcome(work: Work, number: int) -> tuple[str, str]:
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    try:
        allowed = work(number)
    except UserError as error:
        line = str(error)
        is_line = "\n" not in line and len(line) <= LONGEST_LINE
        return (REFUSED, line) if is_line else ("long line", f"{len(line)} {line:.200}")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            sys.exit(1)
        return type(error).__name__, traceback.format_exc()
    taken = _memory("VmHWM") - before
    return (DONE, "") if taken <= allowed else ("memory", f"{taken:,} bytes; {allowed:,} allowed")


def _memory(name: str) -> int:
    """Bytes, as the kernel counts them of this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return 1024 * int(line.split()[1])
    raise AssertionError(name)
