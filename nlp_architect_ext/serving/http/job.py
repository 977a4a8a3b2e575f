"""What a client asked for: texts, and the place where their answers arrive."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import NamedTuple

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.entities import Entities

Text = str | Sentence
LETTERS = 4  # of a word with its space, and few enough that text without spaces counts


class Tagged(NamedTuple):
    """A text that was tagged: its words with their offsets, and its entities."""

    sentence: Sentence
    entities: Entities


class Job:
    """The texts of one request; made in the event loop, answered by the worker's thread.

    Args:
        texts: at least one.
        threshold: entities that score below are left out.
        seconds: until the client no longer waits.
    """

    def __init__(self, texts: tuple[Text, ...], threshold: float, seconds: float) -> None:
        self.texts, self.threshold = texts, threshold
        self.deadline = time.monotonic() + seconds
        self.is_given_up = False
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[list[Tagged]] = self._loop.create_future()
        self._tagged: list[Tagged | None] = [None] * len(texts)
        self._missing = len(texts)
        self._error: Exception | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether anybody still waits for the rest of it."""
        is_late = time.monotonic() >= self.deadline
        return not (self.is_given_up or is_late or self._error is not None)

    def put(self, index: int, tagged: Tagged) -> None:
        """The answer to one text; called by the worker."""
        self._tagged[index] = tagged
        self._missing -= 1

    def fail(self, error: Exception) -> None:
        """The whole request fails; called by the worker."""
        self._error = self._error or error

    @property
    def is_done(self) -> bool:
        """Whether every text has its answer, or one has failed."""
        return self._error is not None or not self._missing

    def deliver(self) -> None:
        """Wake up the client of a job that is done; called by the worker."""
        self._loop.call_soon_threadsafe(self._resolve)

    def _resolve(self) -> None:
        if self.answer.done():  # delivered already, or given up
            return
        if self._error is not None:
            self.answer.set_exception(self._error)
        else:
            self.answer.set_result([one for one in self._tagged if one is not None])


@dataclass(frozen=True, slots=True)
class Item:
    """One text of a job.

    Args:
        job: whose.
        index: which.
        words: how many it may have, about; text without spaces may have many.
    """

    job: Job
    index: int
    words: int

    @property
    def text(self) -> Text:
        """The text itself."""
        return self.job.texts[self.index]


def items_of(job: Job) -> list[Item]:
    """The texts of a job, one by one."""
    return [Item(job, index, _about(text)) for index, text in enumerate(job.texts)]


def least_words(text: Text) -> int:
    """Words between spaces: the tokenizer may find further ones."""
    return len(text.split()) if isinstance(text, str) else len(text)


def _about(text: Text) -> int:
    return len(text) // LETTERS + 1 if isinstance(text, str) else len(text)
