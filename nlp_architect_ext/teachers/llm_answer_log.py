"""The answers of a language model, each written down as it comes: nothing is paid twice."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class PaidAnswer:
    """What came back for a request.

    Args:
        text: the answer; None if the model refused or gave none.
        tokens_in: of the request, as the endpoint counts them.
        tokens_out: of the answer.
        is_read: whether it could be read, and was true.
    """

    text: str | None
    tokens_in: int
    tokens_out: int
    is_read: bool = True


class AnswerLog:
    """Answers by the key of their request, one JSON object a line.

    A line that a crash cut short is left out, and its request made again.

    Args:
        path: the file; None keeps answers in memory alone.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._answers: dict[str, PaidAnswer] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            entry = json.loads(line)
            key = entry.pop("key")
            self._answers[key] = PaidAnswer(**entry)
        except (ValueError, TypeError, KeyError, AttributeError):
            return  # torn

    def __contains__(self, key: str) -> bool:
        return key in self._answers

    def __getitem__(self, key: str) -> PaidAnswer:
        return self._answers[key]

    def add(self, key: str, answer: PaidAnswer) -> None:
        """Write an answer down; threads may do so at the same time."""
        line = json.dumps({"key": key, **asdict(answer)}, ensure_ascii=False)
        with self._lock:
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a", encoding="utf-8") as file:
                    # Behind a torn line a new one begins.
                    file.write(f"\n{line}\n" if self._is_torn() else f"{line}\n")
            self._answers[key] = answer

    def _is_torn(self) -> bool:
        assert self.path is not None
        with self.path.open("rb") as file:
            if file.seek(0, 2) == 0:
                return False
            file.seek(-1, 2)
            return file.read(1) != b"\n"

    @property
    def tokens(self) -> tuple[int, int]:
        """All that was ever paid for here, in and out."""
        answers = self._answers.values()
        return sum(one.tokens_in for one in answers), sum(one.tokens_out for one in answers)

    @property
    def malformed(self) -> int:
        """How many answers couldn't be read, or weren't true."""
        return sum(not one.is_read for one in self._answers.values())

    def __len__(self) -> int:
        return len(self._answers)
