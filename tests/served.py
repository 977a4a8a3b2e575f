"""The HTTP service as its users have it: a process, or a thread where a test needs odd limits."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from nlp_architect_ext.serving.http.app import create_app

# As the console script, in an installation without torch and spaCy.
PROGRAM = """
import sys
for name in ("torch", "transformers", "spacy", "seqeval"):
    sys.modules[name] = None
from nlp_architect_ext import cli
sys.exit(cli.inference())
"""
URL = re.compile(r"http://([\d.]+):(\d+)")
JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Address:
    """Where a service listens."""

    host: str
    port: int

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request on a connection of its own; a body that isn't bytes is sent as JSON."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        with contextlib.closing(connection):
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(
                method, path, content, {**(JSON if body is not None else {}), **given}
            )
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())

    def predict(self, text: str, **more: Any) -> Answer:
        return self.ask("POST", "/predict", {"text": text, **more})


@dataclass
class Process(Address):
    """A service as a process."""

    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


def start(log_file: Path, *arguments: object, env: dict[str, str] | None = None) -> Process:
    """`nlp-inference serve` with these flags, on a free port, once it listens."""
    command = [sys.executable, "-c", PROGRAM, "serve", "--port", "0", *map(str, arguments)]
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
    for _ in range(600):
        found = URL.search(log_file.read_text(encoding="utf-8"))
        if found:
            return Process(found[1], int(found[2]), process, log_file)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    raise AssertionError(log_file.read_text(encoding="utf-8"))


@contextlib.contextmanager
def in_thread(*arguments: Any, **options: Any):
    """The application of these arguments, served by a thread of this process."""
    app = create_app(*arguments, **options)
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield Address(host, port)
    finally:
        server.should_exit = True
        thread.join(30)
