"""The fastest tagger that a folder offers, and several of them side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.folder import INSIDE, export_of, is_export
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.files import Item, TaggedChunk, tag_chunk, tag_file
from nlp_architect_ext.settings.groups import TaggerInferenceSettings

WAITING = 2  # chunks a worker that are read ahead


def load_tagger(settings: TaggerInferenceSettings) -> TextTagger:
    """The export of a model where there is one, else the model itself; torch is imported for the latter only.

    Raises:
        UserError: the folder holds no tagger, or it's damaged.
    """
    model = Path(settings.model_dir)
    export = export_of(model)
    if export is None and is_export(model / INSIDE):
        say(f"{model / INSIDE} was made from an earlier model and isn't used; call nlp-train export again")
    if export is not None and settings.device in ("auto", "cpu"):
        return Tagger.load(export, settings.threads or 1)
    from nlp_architect_ext.layers import device as hardware
    from nlp_architect_ext.taggers.neural import NeuralTagger

    device = hardware.prepare(settings.device, settings.no_cuda, settings.threads)
    return NeuralTagger.load(settings.model_dir, device, use_export=False)


def tag_with_workers(settings: TaggerInferenceSettings) -> None:
    """Tag a file as the settings say, in as many processes.

    Raises:
        UserError: see `tag_file`; or a process died.
    """
    if settings.workers == 1:
        tag_file(load_tagger(settings), settings)
        return
    alone = replace(settings, threads=settings.threads or 1)
    tagger = load_tagger(alone)  # reads evaluations, and refuses what can't be loaded before anything is started
    context = get_context("spawn")  # a copy of a process with threads may hang
    try:
        with ProcessPoolExecutor(settings.workers, context, _begin, (alone,)) as pool:
            tag_file(tagger, settings, partial(_in_order, pool, settings.workers))
    except BrokenProcessPool as error:
        raise UserError(f"--workers {settings.workers}", "a process died", "enough memory for all of them",
                        "take fewer") from error  # fmt: skip
    say(f"{settings.workers} processes")


def _in_order(pool: ProcessPoolExecutor, workers: int, chunks: Iterable[list[Item]]) -> Iterator[TaggedChunk]:
    """What the workers make of the chunks, in their order; only a few are read ahead."""
    waiting: deque[Future[TaggedChunk]] = deque()
    for chunk in chunks:
        waiting.append(pool.submit(_work, chunk))
        if len(waiting) > WAITING * workers:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


_worker: list[tuple[TextTagger, TaggerInferenceSettings]] = []  # in a worker's process: its tagger


def _begin(settings: TaggerInferenceSettings) -> None:
    _worker.append((load_tagger(settings), settings))


def _work(chunk: list[Item]) -> TaggedChunk:
    tagger, settings = _worker[0]
    return tag_chunk(tagger, chunk, settings.output_format, settings.batch_size)
