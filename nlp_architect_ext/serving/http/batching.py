"""One thread a model that tags what all clients send, a batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from threading import Thread

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.http.errors import OverloadedError, RequestError
from nlp_architect_ext.serving.http.faults import described_fault
from nlp_architect_ext.serving.http.job import Item, Job, Tagged, Text, items_of, least_words
from nlp_architect_ext.serving.http.metrics import ModelMetrics
from nlp_architect_ext.serving.http.waiting import WaitingTexts
from nlp_architect_ext.settings.serving import LimitSettings


class Batcher:
    """Tags the texts of all clients in batches, in a thread of its own.

    Args:
        open_tagger: gives the tagger, at the first text.
        limits: of batches, of the queue and of texts.
        metrics: of the model.
    """

    def __init__(
        self, open_tagger: Callable[[], TextTagger], limits: LimitSettings, metrics: ModelMetrics
    ) -> None:
        self._open, self._limits, self._metrics = open_tagger, limits, metrics
        self._tagger: TextTagger | None = None
        self._waiting = WaitingTexts(limits.queue)
        self._thread = Thread(target=self._work, name="batcher", daemon=True)
        metrics.watch_queue(lambda: len(self._waiting))

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then end; nothing more is accepted."""
        self._waiting.close()
        self._thread.join(self._limits.timeout_s)

    @property
    def is_alive(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive()

    async def tag(self, texts: Sequence[Text], threshold: float) -> list[Tagged]:
        """The entities of texts, in their order; those that score below a threshold are left out.

        Raises:
            RequestError: too many texts, a text that is too long, no room in the queue, no time.
        """
        if not texts:
            return []
        limit = self._limits.queue
        if len(texts) > limit:
            raise RequestError(422, f"{len(texts):,} texts; expected at most {limit:,}")
        job = Job(tuple(texts), threshold, self._limits.timeout_s)
        items = items_of(job)
        for item in items:  # before they take the place of others
            self._check(item, least_words(item.text))
        if not self._waiting.put(items):
            raise OverloadedError("too many texts are waiting; try again later")
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                return await job.answer
        except TimeoutError:
            raise OverloadedError(f"no answer within {self._limits.timeout_s:g} s") from None
        finally:
            job.is_given_up = True

    def _check(self, item: Item, words: int) -> None:
        limit = self._limits.max_words
        if words > limit:
            where = f"text {item.index}: " if len(item.job.texts) > 1 else "text: "
            raise RequestError(422, f"{where}{words:,} words; expected at most {limit:,}")

    def _work(self) -> None:
        wait = self._limits.max_wait_ms / 1000
        while (items := self._waiting.take(self._limits.max_batch, wait)) is not None:
            wanted = [item for item in items if item.job.is_wanted]
            try:
                self._tag(wanted)
            except BaseException:  # tokenizers in Rust panic with it, and the thread has to go on
                self._tag_each(wanted)
            for job in {item.job for item in items if item.job.is_done}:
                job.deliver()

    def _tag_each(self, items: Sequence[Item]) -> None:
        """Text by text, so that one that can't be tagged fails alone."""
        for item in items:
            try:
                self._tag([item])
            except BaseException as error:
                say(f"a text couldn't be tagged: {described_fault(error)}")
                item.job.fail(_for_client(error))

    def _tag(self, items: Sequence[Item]) -> None:
        if self._tagger is None:
            self._tagger = self._open()
        tagger, fit, sentences = self._tagger, [], []
        for item in items:
            sentence = tagger.sentence(item.text)
            try:
                self._check(item, len(sentence))
            except RequestError as error:
                item.job.fail(error)
                continue
            fit.append(item)
            sentences.append(sentence)
        if not fit:
            return
        predictions = tagger.predict_labels(sentences, self._limits.max_batch)
        tagged = [
            Tagged(sentence, tagger.entities(sentence, prediction, item.job.threshold))
            for item, sentence, prediction in zip(fit, sentences, predictions, strict=True)
        ]
        for item, one in zip(fit, tagged, strict=True):
            item.job.put(item.index, one)
        self._metrics.observe_batch(len(fit), sum(map(len, sentences)))


def _for_client(error: BaseException) -> RequestError:
    if isinstance(error, UserError):  # the tagger couldn't be loaded
        return OverloadedError("the model can't be loaded; the log says why")
    return RequestError(500, "the text couldn't be tagged; the log says where it failed")
