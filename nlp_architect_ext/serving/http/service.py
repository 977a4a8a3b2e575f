"""What the endpoints share: models at work, metrics, and whether the service is about to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.serving.http.batching import Batcher
from nlp_architect_ext.serving.http.errors import RequestError
from nlp_architect_ext.serving.http.job import Tagged, Text
from nlp_architect_ext.serving.http.metrics import Metrics
from nlp_architect_ext.serving.http.models import ServedModel
from nlp_architect_ext.settings.serving import LimitSettings

ENTITY = tuple(field.name for field in fields(Entity))


class Worker:
    """A model with the threads that tag for it.

    Args:
        model: which.
        limits: of requests and batches.
        metrics: of the service.
    """

    def __init__(self, model: ServedModel, limits: LimitSettings, metrics: Metrics) -> None:
        self.model = model
        self.student = Batcher(lambda: model.tagger, limits, metrics.of_model(model.name))
        self.teacher: Batcher | None = None
        if model.open_teacher is not None:
            watch = metrics.of_model(f"{model.name}/teacher")
            self.teacher = Batcher(model.open_teacher, limits, watch)

    @property
    def batchers(self) -> list[Batcher]:
        """All its threads."""
        return [self.student] if self.teacher is None else [self.student, self.teacher]


class Service:
    """All models by name.

    Args:
        models: at least one; the first answers where no name is given.
        limits: of requests and batches.
        min_score: entities that score below are left out where a request has no threshold.
    """

    def __init__(
        self, models: Sequence[ServedModel], limits: LimitSettings, min_score: float
    ) -> None:
        self.limits, self.min_score = limits, min_score
        self.metrics = Metrics()
        self.workers = {model.name: Worker(model, limits, self.metrics) for model in models}
        self.first = next(iter(self.workers))
        self.is_draining = False

    @property
    def is_ready(self) -> bool:
        """Whether every model works, and will go on to."""
        is_alive = all(one.is_alive for worker in self.workers.values() for one in worker.batchers)
        return is_alive and not self.is_draining

    def start(self) -> None:
        """Begin to work."""
        for worker in self.workers.values():
            for batcher in worker.batchers:
                batcher.start()

    def stop(self) -> None:
        """Finish what waits, then end."""
        for worker in self.workers.values():
            for batcher in worker.batchers:
                batcher.stop()

    def drain(self) -> None:
        """Say that the end is near; what comes is still answered."""
        say("draining: /health/ready says 503, requests are still answered")
        self.is_draining = True

    def worker(self, name: str) -> Worker:
        """The model of a name.

        Raises:
            RequestError: no such model.
        """
        if name not in self.workers:
            known = ", ".join(self.workers)
            raise RequestError(404, f"no model {name!r}; expected one of: {known}")
        return self.workers[name]

    async def tag(
        self, worker: Worker, texts: Sequence[Text], threshold: float | None
    ) -> list[Tagged]:
        """What a model says of texts; see `Batcher.tag`."""
        return await worker.student.tag(texts, self._threshold(threshold))

    async def ask_teacher(
        self, worker: Worker, texts: Sequence[Text], threshold: float | None
    ) -> list[Tagged] | None:
        """What its teacher says of them; None without a teacher."""
        if worker.teacher is None:
            return None
        return await worker.teacher.tag(texts, self._threshold(threshold))

    def _threshold(self, asked: float | None) -> float:
        return self.min_score if asked is None else asked


def entities_out(entities: Sequence[Entity]) -> list[dict[str, Any]]:
    """Entities as `schemas.EntityOut` has them."""
    return [
        {name: getattr(entity, name) for name in ENTITY}  # `asdict` would take ten times as long
        for entity in entities
    ]


def words_out(sentence: Sentence) -> list[tuple[int, int]]:
    """The offsets of words."""
    return list(sentence.with_text().offsets or ())
