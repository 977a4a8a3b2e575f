"""A cell's command as a process of its own, which never outlives the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from nlp_architect_ext import cli


def start(
    arguments: Sequence[str], log: Path, environment: Mapping[str, str], folder: str | Path
) -> subprocess.Popen[bytes]:
    """Start `nlp-train` with these arguments, in a process group of its own.

    Args:
        arguments: of `nlp-train`.
        log: what the command says is added to this file.
        environment: variables beside those of this process.
        folder: where it works.

    Returns:
        the process; its standard input must stay open as long as it shall live.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-P", "-m", __name__, *arguments]
    with log.open("ab") as stream:
        return subprocess.Popen(  # noqa: S603 (our own module, flags that were checked)
            command,
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **environment},
            cwd=folder,
        )


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.replace("\r", "\n").splitlines()]
    return next((line for line in reversed(lines) if line), "nothing was said")


def _follow() -> None:
    """End this process group as soon as nobody holds the other end of standard input."""
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_follow, daemon=True).start()
    sys.argv[0] = "nlp-train"  # as model cards shall have it
    sys.exit(cli.train())
