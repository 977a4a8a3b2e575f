"""The queue between clients and a worker: bounded, and emptied a batch at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Condition

from nlp_architect_ext.serving.http.job import Item

WORDS = 8192  # about the most words of a batch: one of long texts mustn't delay all the others


class WaitingTexts:
    """Texts in the order in which they came.

    Args:
        capacity: most texts that wait.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._items: deque[Item] = deque()
        self._changed = Condition()
        self._needed = 1  # texts that the worker waits for
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, items: Sequence[Item]) -> bool:
        """Append texts, all or none of them; False if there's no room, or if it's closed."""
        with self._changed:
            if self._is_closed or len(self._items) + len(items) > self.capacity:
                return False
            self._items += items
            if len(self._items) >= self._needed:
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
            if len(self._items) < most:
                self._wait_for(most, seconds)
            return self._first(most) if self._items else None

    def _wait_for(self, count: int, seconds: float | None) -> None:
        self._needed = count
        self._changed.wait_for(lambda: len(self._items) >= count or self._is_closed, seconds)
        self._needed = 1

    def _first(self, most: int) -> list[Item]:
        batch = [self._items.popleft()]
        words = batch[0].words
        while self._items and len(batch) < most:
            words += self._items[0].words
            if words > WORDS:
                break
            batch.append(self._items.popleft())
        return batch

    def close(self) -> None:
        """No more texts; what waits is still taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
