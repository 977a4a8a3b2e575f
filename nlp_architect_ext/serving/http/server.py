"""`nlp-inference serve`: uvicorn around the application, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.serving.http.app import create_app
from nlp_architect_ext.serving.http.models import load_models
from nlp_architect_ext.serving.http.service import Service
from nlp_architect_ext.serving.http.token import VARIABLE, read_token
from nlp_architect_ext.settings.serving import ServeSettings

PAGE = Path(__file__).parents[1] / "page" / "dist"  # as it was built; without it none is shown
BACKLOG = 2048  # connections that wait to be accepted
IDLE = 75  # seconds after which a connection without requests is closed; balancers use 60


def serve(settings: ServeSettings) -> None:
    """Serve until SIGTERM or Ctrl-C; then answer what is under way, and return.

    Raises:
        UserError: models that can't be loaded, a token that can't be used, an address in use.
    """
    token = read_token(settings.token_file)
    listening = _bound(settings.host, settings.port)
    with listening:
        models = load_models(settings)
        app = create_app(
            models, settings.limits, token=token, min_score=settings.min_score, page=PAGE
        )
        host, port = listening.getsockname()[:2]
        if token is None and not ipaddress.ip_address(host).is_loopback:
            say(f"anybody who reaches {host} may ask: set {VARIABLE} or --token_file")
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        server = _Server(_config(app, settings), app.state.service, settings.drain_s)
        shown = f"[{host}]" if ":" in host else host
        names = ", ".join(model.name for model in models)
        server.greeting = f"serving {names} on http://{shown}:{port}"
        server.run(sockets=[listening])
    say("ended")


def _config(app: object, settings: ServeSettings) -> uvicorn.Config:
    # What was accepted is answered within this time, or gets 503.
    longest = int(2 * settings.limits.timeout_s) + 1
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,  # ours has no paths
        server_header=False,
        proxy_headers=False,
        ws="none",
        backlog=BACKLOG,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=longest,
    )


def _bound(host: str, port: int) -> socket.socket:
    """A socket with an address; not yet open for connections.

    Raises:
        UserError: the address can't be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise UserError(
            where=f"--host {host} --port {port}",
            wrong=f"can't be listened on ({error.strerror or error})",
            expected="an address of this machine and a free port",
            remedy="choose another, or --port 0 for a free one",
        ) from error
    return bound


class _Server(uvicorn.Server):
    """Uvicorn that says when it's ready, drains on the first signal and ends on the second."""

    greeting = ""

    def __init__(self, config: uvicorn.Config, service: Service, drain_seconds: float) -> None:
        super().__init__(config)
        self._service, self._drain_seconds = service, drain_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.startup`."""
        await super().startup(sockets)
        if self.started:
            say(self.greeting)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals end the server, and don't come again once it has ended, as uvicorn's do."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        if self._service.is_draining:  # for the second time
            self.force_exit = self.should_exit = True
            return
        self._service.drain()
        asyncio.get_running_loop().call_later(self._drain_seconds, self._end)

    def _end(self) -> None:
        self.should_exit = True
