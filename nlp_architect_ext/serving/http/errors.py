"""What goes wrong while a request is answered, and how the answer says it: `{"error": …}`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import JSONResponse

SHOWN = 3  # mistakes of a request that its answer names
RETRY_AFTER = {"Retry-After": "1"}  # seconds


class RequestError(Exception):
    """A request that can't be answered; its text is for the client, and never logged.

    Args:
        status: of the answer.
        message: what was wrong, what was expected.
        headers: of the answer.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.message, self.headers = status, message, dict(headers or {})
        super().__init__(message)


class OverloadedError(RequestError):
    """More to do than time or room for it; another try may succeed."""

    def __init__(self, message: str) -> None:
        super().__init__(503, message, RETRY_AFTER)


class ErrorResponse(JSONResponse):
    """An error in ASCII: what it repeats of a request may be no valid Unicode.

    Args:
        status: of the answer.
        message: for the client.
        headers: further ones.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__({"error": message}, status, headers)

    def render(self, content: Any) -> bytes:
        """See `Response.render`."""
        return json.dumps(content).encode("ascii")


def described(mistakes: Iterable[Mapping[str, Any]]) -> str:
    """The mistakes that pydantic found in a request, without what the request held."""
    lines = [
        f"{'.'.join(str(part) for part in mistake['loc'])}: {mistake['msg']}"
        for mistake in mistakes
    ]
    more = f"; {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return "; ".join(lines[:SHOWN]) + more
