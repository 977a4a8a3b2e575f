"""What Prometheus reads at `/metrics`."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """Counters of one service; a registry of its own, so that a process may hold several."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)  # memory, processor time, open files
        PlatformCollector(registry=self._registry)
        self._requests = Counter(
            "nlp_requests",
            "Requests that were answered",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "nlp_request_seconds",
            "Time from a request's first byte to the end of its answer",
            ["route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._batches = Histogram(
            "nlp_batch_texts",
            "Texts that were tagged at once",
            ["model"],
            buckets=SIZES,
            registry=self._registry,
        )
        self._words = Counter(
            "nlp_words", "Words that were tagged", ["model"], registry=self._registry
        )
        self._waiting = Gauge(
            "nlp_waiting_texts", "Texts that wait", ["model"], registry=self._registry
        )

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered.

        Args:
            method: of HTTP, one that is known.
            route: the template of the path, as ``/models/{name}/predict``.
            status: of the answer.
            seconds: it took.
        """
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def of_model(self, name: str) -> ModelMetrics:
        """Those of one model."""
        children = (self._batches.labels(name), self._words.labels(name))
        return ModelMetrics(*children, self._waiting.labels(name))

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self._registry)


class ModelMetrics:
    """What one model did; see `Metrics`."""

    def __init__(self, batches: Histogram, words: Counter, waiting: Gauge) -> None:
        self._batches, self._words, self._waiting = batches, words, waiting

    def observe_batch(self, texts: int, words: int) -> None:
        """A batch was tagged."""
        self._batches.observe(texts)
        self._words.inc(words)

    def watch_queue(self, length: Callable[[], float]) -> None:
        """Read the length of the queue whenever somebody asks."""
        self._waiting.set_function(length)
