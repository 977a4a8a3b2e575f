"""A small endpoint that speaks OpenAI's chat completions, with faults on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from corpora import PEOPLE, PLACES


def completion(content: str | None, **message: Any) -> dict[str, Any]:
    """The body of an answer."""
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }


def gold(sentence: str) -> str:
    """What is there, of the names of our data."""
    padded = f" {sentence} "
    found = [
        (padded.index(f" {name} "), name, type_)
        for names, type_ in ((PEOPLE, "PER"), (PLACES, "LOC"))
        for name in names
        if f" {name} " in padded
    ]
    return quoting(*((name, type_) for _, name, type_ in sorted(found)))


def quoting(*pairs: tuple[str, str]) -> str:
    """An answer with these entities."""
    return json.dumps({"entities": [{"text": text, "type": type_} for text, type_ in pairs]})


class Endpoint:
    """Counts what it's asked; `answer` makes status, headers and body of a request."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.seconds = 0.0
        self.lock = threading.Lock()
        self.answer: Callable[[str], Any] = gold
        self.url = ""

    @property
    def sentences(self) -> list[str]:
        """What was asked about."""
        return [one["messages"][-1]["content"] for one in self.asked]

    def reply(self, body: dict[str, Any], key: str) -> tuple[int, dict[str, str], str]:
        """See the class; a text is the content of an answer."""
        with self.lock:
            self.asked.append(body)
            self.keys.add(key)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            time.sleep(self.seconds)
            found = self.answer(body["messages"][-1]["content"])
        finally:
            with self.lock:
                self.at_once -= 1
        if isinstance(found, str):
            found = completion(found)
        if isinstance(found, dict):
            return 200, {"Content-Type": "application/json"}, json.dumps(found)
        status, headers, text = found
        return status, {"Content-Type": "application/json", **headers}, text


@contextmanager
def serving() -> Iterator[Endpoint]:
    """An endpoint on a free port."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, text = endpoint.reply(body, self.headers["Authorization"])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *parts: Any) -> None:
            """Nothing on standard error."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *parts: Any) -> None:
            """A client that hangs up is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
