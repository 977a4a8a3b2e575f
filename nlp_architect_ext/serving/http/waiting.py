"""The queue between clients and a worker: bounded, and emptied a batch at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Condition

from nlp_architect_ext.serving.http.job import Item

WORDS = 4096  # about the most words of a batch: one of long texts mustn't delay all the others


class WaitingTexts:
    """Texts of several requests, one of each in turn: a large request doesn't hold up small ones.

    Args:
        capacity: most texts that wait.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._requests: deque[deque[Item]] = deque()  # none is empty
        self._count = 0
        self._changed = Condition()
        self._needed = 1  # texts that the worker waits for
        self._is_closed = False

    def __len__(self) -> int:
        return self._count

    def put(self, items: Sequence[Item]) -> bool:
        """Append all texts of a request, or none, and False, without room or once it's closed."""
        with self._changed:
            if self._is_closed or self._count + len(items) > self.capacity:
                return False
            self._requests.append(deque(items))
            self._count += len(items)
            if self._count >= self._needed:
                self._changed.notify()
        return True

    def take(self, most: int, seconds: float) -> list[Item] | None:
        """The next batch, once there is any text; None once it's closed and empty.

        Args:
            most: texts of the batch.
            seconds: how long to wait for so many.
        """
        with self._changed:
            self._wait_for(1, None)
            if self._count < most:
                self._wait_for(most, seconds)
            return self._first(most) if self._count else None

    def _wait_for(self, count: int, seconds: float | None) -> None:
        self._needed = count
        self._changed.wait_for(lambda: self._count >= count or self._is_closed, seconds)
        self._needed = 1

    def _first(self, most: int) -> list[Item]:
        batch: list[Item] = []
        words = 0
        while self._requests and len(batch) < most:
            request = self._requests[0]
            words += request[0].words
            if batch and words > WORDS:
                break
            batch.append(request.popleft())
            self._requests.popleft()
            if request:
                self._requests.append(request)
        self._count -= len(batch)
        return batch

    def close(self) -> None:
        """No more texts; what waits is still taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
