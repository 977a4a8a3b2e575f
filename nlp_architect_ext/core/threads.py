"""Where no more threads may be started: numeric libraries end the program, or are told in time."""

from __future__ import annotations

import os
from threading import Event, Thread

# Read by OpenMP and OpenBLAS when they are loaded.
VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MOST = 64  # threads that are tried


def one_thread_if_need_be() -> bool:
    """Have numeric libraries compute in one thread where there can't be one for each core.

    Call it before any of them is imported: under `ulimit -u` OpenBLAS interrupts the program and
    libgomp ends it.

    Returns:
        Whether it was needed.
    """
    wanted = os.environ.get(VARIABLES[0], "")
    count = int(wanted) if wanted.isdecimal() else os.cpu_count() or 1
    if _can_start(min(count, MOST) - 1):
        return False
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    return True


def _can_start(count: int) -> bool:
    """Whether so many threads may run beside this one."""
    over = Event()
    started: list[Thread] = []
    try:
        for _ in range(count):
            thread = Thread(target=over.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError:
        return False
    finally:
        over.set()
        for thread in started:
            thread.join()
    return True
