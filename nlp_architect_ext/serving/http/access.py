"""Around every request: who may ask, what is written of it, and the headers of its answer."""

from __future__ import annotations

import hmac
import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nlp_architect_ext.core.progress import LOG
from nlp_architect_ext.serving.http.errors import ErrorResponse
from nlp_architect_ext.serving.http.faults import described_fault
from nlp_architect_ext.serving.http.metrics import Metrics

ACCESS = LOG.getChild("access")
# Without the token: what balancers ask, what the page is made of, and how to ask for the rest.
OPEN = (
    "/",
    "/health/live",
    "/health/ready",
    "/openapi.json",
    "/v2/health/live",
    "/v2/health/ready",
)
ASSETS = "/assets/"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
HEADERS = (
    (b"content-security-policy", b"default-src 'self'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def is_open(path: str) -> bool:
    """Whether a path is answered without the token."""
    return path in OPEN or path.startswith(ASSETS)


class Access:
    """Checks the token, counts and logs requests by their route, and catches what goes wrong.

    Neither the path nor the query of a request is logged, nor what an error says: texts may be in
    them.

    Args:
        app: what answers.
        metrics: that count.
        token: that a client has to show; None for none.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, token: str | None) -> None:
        self._app, self._metrics = app, metrics
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        try:
            await self._answer(scope, receive, noted)
        except Exception as error:
            LOG.error("a request failed: %s", described_fault(error))
            if not status:
                response = ErrorResponse(500, "a fault of the service; its log says where")
                await response(scope, receive, noted)
        finally:
            self._note(scope, status or 499, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._token is None or is_open(scope["path"]) or self._is_allowed(scope):
            await self._app(scope, receive, send)
            return
        headers = {"WWW-Authenticate": "Bearer"}
        response = ErrorResponse(401, "expected the header Authorization: Bearer TOKEN", headers)
        await response(scope, receive, send)

    def _is_allowed(self, scope: Scope) -> bool:
        assert self._token is not None
        given = dict(scope["headers"]).get(b"authorization", b"")
        scheme, _, token = given.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and log a request; 499 is one whose client left before the answer."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", None) or "other"
        self._metrics.observe_request(method, route, status, seconds)
        if ACCESS.isEnabledFor(logging.INFO):
            ACCESS.info("%s %s %d %.1f ms", method, route, status, 1000 * seconds)
