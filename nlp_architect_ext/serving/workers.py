"""Several processes that tag side by side."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.files import TaggedChunk, tag_chunk, tag_file
from nlp_architect_ext.serving.inputs import Item
from nlp_architect_ext.serving.load import Choice, choose
from nlp_architect_ext.settings.inference import TaggerInferenceSettings

WAITING = 2  # chunks a worker that are read ahead


def tag_with_workers(settings: TaggerInferenceSettings) -> None:
    """Tag a file as the settings say, in as many processes.

    Raises:
        UserError: see `tag_file`; or a process died.
    """
    device = "cpu" if settings.no_cuda else settings.device
    choice = choose(settings.model_dir, device=device, engine=settings.engine)
    if settings.workers > 1:
        settings = replace(settings, threads=settings.threads or 1)
    # With workers it reads evaluations, and refuses what can't be loaded before any is started.
    tagger = choice.open(settings.threads)
    say(str(choice))
    if settings.workers == 1:
        tag_file(tagger, settings)
        return
    context = get_context("spawn")  # a copy of a process with threads may hang
    try:
        with ProcessPoolExecutor(settings.workers, context, _begin, (settings, choice)) as pool:
            try:
                tag_file(tagger, settings, partial(_in_order, pool, settings.workers))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise UserError(
            where=f"--workers {settings.workers}",
            wrong="a process died",
            expected="enough memory for all of them",
            remedy="take fewer",
        ) from error
    say(f"{settings.workers} processes")


def _in_order(
    pool: ProcessPoolExecutor, workers: int, chunks: Iterable[list[Item]]
) -> Iterator[TaggedChunk]:
    """What the workers make of the chunks, in their order; only a few are read ahead."""
    waiting: deque[Future[TaggedChunk]] = deque()
    for chunk in chunks:
        waiting.append(pool.submit(_work, chunk))
        if len(waiting) > WAITING * workers:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


_worker: list[tuple[TextTagger, TaggerInferenceSettings]] = []  # in a worker's process: its tagger


def _begin(settings: TaggerInferenceSettings, choice: Choice) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends the workers
    Thread(target=_end_with_parent, daemon=True).start()
    _worker.append((choice.open(settings.threads), settings))


def _end_with_parent() -> None:
    """End with the parent, even if it's killed: nobody else would end this process."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(chunk: list[Item]) -> TaggedChunk:
    tagger, settings = _worker[0]
    return tag_chunk(tagger, chunk, settings)
