"""The service's Dockerfile, instruction by instruction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples" / "service"


@dataclass(frozen=True)
class Instruction:
    """A line of a Dockerfile, continued lines joined: ``COPY`` and what follows it."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its arguments, or those of a command in JSON."""
        _, bracket, rest = self.text.partition("[")
        return json.loads(bracket + rest) if bracket else self.text.split()


def stages() -> list[list[Instruction]]:
    """The instructions of each stage."""
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            if name == "FROM":
                found.append([])
            found[-1].append(Instruction(name, rest.strip()))
    return found


def copied(stage: list[Instruction]) -> list[str]:
    """The paths that a stage copies out of the repository."""
    copies = [one.words for one in stage if one.name == "COPY"]
    return [path for words in copies if words[0][:7] != "--from=" for path in words[:-1]]


def is_sent(path: str) -> bool:
    """Whether the builder gets a path, by the last line of .dockerignore that fits it."""
    sent = True
    for line in (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and fnmatch(path, pattern):
            sent = line.startswith("!")
    return sent
