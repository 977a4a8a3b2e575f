"""The body of a request: whole, in time, not too large, and only while its client is there."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nlp_architect_ext.serving.http.errors import ErrorResponse, OverloadedError, RequestError

AT_ONCE = 64  # bodies of the largest size that are held at the same time
DISCARDED = 64 * 1024 * 1024  # bytes of a body that is too large, read so that its client listens
CLOSE = {"Connection": "close"}


class BodyLimits:
    """Reads a body before the application sees it; without one that is whole it isn't called.

    Args:
        app: what answers.
        size: most bytes of a body, however it's sent.
        seconds: until it must be there.
    """

    def __init__(self, app: ASGIApp, size: int, seconds: float) -> None:
        self._app, self._size, self._seconds = app, size, seconds
        self._held = 0  # bytes of all bodies that are being read or answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                is_whole = await self._read(scope, receive, body)
        except TimeoutError:
            message = f"the request didn't arrive within {self._seconds:g} s"
            await ErrorResponse(408, message, CLOSE)(scope, receive, send)
            return
        except RequestError as error:
            response = ErrorResponse(error.status, error.message, error.headers)
            await response(scope, receive, send)
            return
        finally:
            self._held -= len(body)
        if not is_whole:
            return
        self._held += len(body)
        try:
            await _answer(self._app, scope, bytes(body), receive, send)
        finally:
            self._held -= len(body)

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> bool:
        """Read a body; False if its client left.

        Raises:
            RequestError: too large, or too many others are held.
        """
        headers = dict(scope["headers"])
        declared = int(headers.get(b"content-length", b"0"))
        if declared > self._size and b"expect" in headers:
            raise self._too_large(CLOSE)  # its client waits for leave to send it
        discarded, has_more = 0, True
        while has_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            part = message.get("body", b"")
            has_more = message.get("more_body", False)
            if discarded or len(body) + len(part) > self._size:
                discarded += len(part)
                if discarded > DISCARDED:
                    raise self._too_large(CLOSE)
                continue
            body += part
            self._held += len(part)
            if self._held > AT_ONCE * self._size:
                raise OverloadedError("too many large requests; try again later")
        if discarded:
            raise self._too_large()
        return True

    def _too_large(self, headers: dict[str, str] | None = None) -> RequestError:
        return RequestError(413, f"the body is too large; at most {self._size:,} bytes", headers)


async def _answer(app: ASGIApp, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
    """Let the application answer; whoever leaves before that stops it."""
    is_read = is_answered = False
    left: asyncio.Future[Message] | None = None

    async def replay() -> Message:
        nonlocal is_read
        if not is_read:
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}
        assert left is not None
        return await asyncio.shield(left)

    async def watched(message: Message) -> None:
        nonlocal is_answered
        is_answered = is_answered or message["type"] == "http.response.body"
        await send(message)

    answer = asyncio.ensure_future(app(scope, replay, watched))
    left = asyncio.ensure_future(receive())  # nothing comes any more but that the client left
    try:
        await asyncio.wait({answer, left}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done() and not is_answered:
            answer.cancel()
            await asyncio.wait({answer})
            if answer.cancelled():
                return
        await answer
    finally:
        answer.cancel()
        left.cancel()
