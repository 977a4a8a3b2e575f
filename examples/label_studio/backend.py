"""A Label Studio ML backend: marks tasks before a person does, and learns from what is submitted.

    python backend.py --model out --work backend --port 9090

It speaks HTTP as Label Studio does (https://labelstud.io/guide/ml_create) with nothing but the
standard library. Beside a person's work it trains in another process; the new model takes over
between two requests when it's done.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import threading
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from nlp_architect_ext import load, train
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.data.document import predicted
from nlp_architect_ext.data.formats.label_studio import document_of_task
from nlp_architect_ext.data.formats.label_studio_tasks import prediction

LOG = logging.getLogger("label_studio_backend")
SUBMITTED = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED")
LARGEST_REQUEST = 1 << 26  # bytes


class LabellingConfig(HTMLParser):
    """The names of the ``Labels`` and ``Text`` tags of a project, and the task's field of text."""

    def __init__(self, config: str) -> None:
        super().__init__()
        self.from_name, self.to_name, self.field = "label", "text", "text"
        self.feed(config)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Tags and names come in lower case."""
        named = {name: value for name, value in attrs if value}
        if tag == "labels":
            self.from_name = named.get("name", self.from_name)
            self.to_name = named.get("toname", self.to_name)
        elif tag == "text":
            self.field = named.get("value", "$text").removeprefix("$")


class Backend:
    """The model that is in use, and what was annotated.

    Args:
        model: a result folder to begin with; None predicts nothing until something was learnt.
        work: folder of submitted tasks and of models trained from them; it outlives a restart.
        train_every: submitted annotations after which training begins; 0 waits to be asked.
        settings: of training, by their names in Python.
    """

    def __init__(
        self, model: Path | None, work: Path, train_every: int, settings: Mapping[str, Any]
    ) -> None:
        self.work, self.train_every, self.settings = work, train_every, dict(settings)
        self.tasks, self.pointer = work / "tasks", work / "current.json"
        self.tasks.mkdir(parents=True, exist_ok=True)
        if not self.pointer.exists() and model is not None:
            self._point_to(model.absolute())
        self.version, self.tagger = "untrained", None
        self.training: multiprocessing.process.BaseProcess | None = None
        self.submitted = 0
        self.lock = threading.RLock()
        self._reload()

    def predict(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Predictions for the tasks of a request, in order; empty ones for what isn't text."""
        self._reload()
        config = LabellingConfig(str(request.get("label_config") or ""))
        results = []
        for task in request.get("tasks") or []:
            text = (task.get("data") or {}).get(config.field)
            found = self.tagger(text) if self.tagger and isinstance(text, str) else []
            document = predicted(text if isinstance(text, str) else "", found)
            results.append(prediction(document, self.version, config.from_name, config.to_name))
        return {"results": results, "model_version": self.version}

    def webhook(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a submitted annotation, and train when there are enough or when it's asked for."""
        action = event.get("action")
        if action in SUBMITTED:
            self._keep(event["task"] | {"annotations": [event["annotation"]]})
            self.submitted += 1
        is_due = 0 < self.train_every <= self.submitted and action in SUBMITTED
        if action == "START_TRAINING" or is_due:
            return {"training": self.start_training()}
        return {"training": False}

    def start_training(self) -> bool:
        """Train in another process; False if there is nothing to learn or one trains already."""
        with self.lock:
            files = sorted(self.tasks.glob("*.json"))
            if not files or (self.training is not None and self.training.is_alive()):
                return False
            self.submitted = 0
            version = time.strftime("%Y%m%d-%H%M%S-") + f"{time.time_ns() % 1_000_000:06}"
            data = self.work / f"{version}.json"
            tasks = ",\n".join(file.read_text(encoding="utf-8") for file in files)
            atomic_write_text(data, f"[\n{tasks}\n]\n")
            arguments = (data, self.work / version, self.pointer, self.settings)
            self.training = multiprocessing.get_context("spawn").Process(
                target=learn, args=arguments, daemon=True
            )
            self.training.start()
            return True

    def _keep(self, task: Mapping[str, Any]) -> None:
        name = int(task["id"])  # a number: it becomes the name of a file
        document_of_task(dict(task), f"task {name}")  # refuses what couldn't be learnt from
        atomic_write_text(self.tasks / f"{name}.json", json.dumps(task))

    def _point_to(self, folder: Path) -> None:
        atomic_write_text(self.pointer, json.dumps({"folder": str(folder)}))

    def _reload(self) -> None:
        """Take the model that the pointer names, if it's another one."""
        with self.lock:
            if not self.pointer.exists():
                return
            folder = Path(json.loads(self.pointer.read_text(encoding="utf-8"))["folder"])
            if folder.name != self.version:
                self.tagger, self.version = load(folder), folder.name
                LOG.info("model %s", self.version)


def learn(data: Path, folder: Path, pointer: Path, settings: Mapping[str, Any]) -> None:
    """Train from submitted tasks; the pointer changes when the model is whole."""
    try:
        train(data, output_dir=folder, progress=False, **settings)
    except UserError as error:  # too few labels, for example: the old model stays
        LOG.warning("%s", error)
        return
    atomic_write_text(pointer, json.dumps({"folder": str(folder.absolute())}))


def server(backend: Backend, host: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server of the messages that Label Studio sends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in ("/", "/health"):
                self.answer(200, {"status": "UP", "model_class": "nlp-architect-ext"})
            else:
                self.answer(404, {"error": f"no {self.path}"})

        def do_POST(self) -> None:
            replies = {
                "/predict": (200, backend.predict),
                "/setup": (200, lambda request: {"model_version": backend.version}),
                "/webhook": (201, backend.webhook),
            }
            if self.path not in replies:
                self.answer(404, {"error": f"no {self.path}"})
                return
            status, reply = replies[self.path]
            try:
                size = min(int(self.headers.get("Content-Length", 0)), LARGEST_REQUEST)
                request = json.loads(self.rfile.read(size) or "{}")
                self.answer(status, reply(request))
            except (ValueError, KeyError, TypeError, AttributeError, UserError) as error:
                LOG.warning("%s: %s", self.path, error)
                self.answer(400, {"error": str(error)})

        def answer(self, status: int, content: Mapping[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, message: str, *arguments: object) -> None:
            LOG.debug(message, *arguments)

    return ThreadingHTTPServer((host, port), Handler)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="result folder to begin with")
    parser.add_argument("--work", type=Path, default=Path("backend"), help="folder of its own")
    parser.add_argument("--train_every", type=int, default=20, help="annotations; 0 for never")
    parser.add_argument("--settings", type=json.loads, default={}, help='such as {"epochs": 10}')
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9090)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    backend = Backend(options.model, options.work, options.train_every, options.settings)
    with server(backend, options.host, options.port) as running:
        LOG.info("http://%s:%s", options.host, running.server_port)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            LOG.info("stopped")


if __name__ == "__main__":
    main()
