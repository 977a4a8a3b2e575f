"""A virtual environment in which what is installed is tried."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

HIDDEN = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Environment:
    """A virtual environment; commands run in a folder of its own, far from the sources."""

    folder: Path

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        variables = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        variables["PIP_NO_COMPILE"] = "1"  # the few modules that are imported are compiled then
        program = self.folder / "bin" / command[0]
        self.work.mkdir(exist_ok=True)
        return subprocess.run(
            [program, *command[1:]], env=variables, cwd=self.work, capture_output=True, text=True
        )

    def run(self, *command: str) -> str:
        """Standard output of a command that succeeds."""
        done = self.call(*command)
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout
