"""The sentences of a run's folder that a person should look at."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.manifest import ANNOTATE
from nlp_architect_ext.core.sentence import Sentence

SUSPICIOUS = "suspicious_labels.jsonl"  # a JSON object a line, with `words`


@dataclass(frozen=True)
class Found:
    """A sentence to look at.

    Args:
        sentence: its words.
        uncertainty: how unsure the model was of it, from 0 to 1; None where nothing says so.
    """

    sentence: Sentence
    uncertainty: float | None

    @property
    def id(self) -> str:
        """The same for the same words, in every run."""
        words = "\0".join(self.sentence.words)
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def sentences_to_review(folder: Path, kind: str) -> list[Found]:
    """Those of a kind, "uncertain" or "suspicious"; none where the run wrote none.

    Raises:
        ValueError: a file that no run wrote so.
    """
    name = ANNOTATE if kind == "uncertain" else SUSPICIOUS
    try:
        lines = (folder / name).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    read = _uncertain if kind == "uncertain" else _suspicious
    return [read(line) for line in lines if line]


def _uncertain(line: str) -> Found:
    number, _, words = line.partition("\t")
    return Found(Sentence(tuple(words.split(" "))), float(number))


def _suspicious(line: str) -> Found:
    record: dict[str, Any] = json.loads(line)
    return Found(Sentence(tuple(map(str, record["words"]))), None)
