"""What the endpoints may answer, as OpenAPI has it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from nlp_architect_ext.serving.http.errors import RequestError
from nlp_architect_ext.serving.http.schemas import ErrorOut
from nlp_architect_ext.serving.http.service import Service

_MEANINGS = {
    400: "Not what the protocol asks for.",
    401: "No token, or another one.",
    404: "No such model.",
    408: "The request didn't arrive in time.",
    413: "The body is too large.",
    415: "Not JSON, or compressed.",
    422: "Not what is expected, or a text is too long.",
    500: "A fault of the service; its log says where.",
    503: "Too many texts wait, there was no time, or the service is about to end.",
}
_HEADERS = {
    401: ("WWW-Authenticate", "The scheme, Bearer."),
    503: ("Retry-After", "Seconds to wait before another try."),
}
OF_BODY = (408, 413, 415, 500, 503)  # whatever has a body may be answered so


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of an endpoint that aren't a success, for its documentation."""
    return {status: _failure(status) for status in sorted(statuses)}


def _failure(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {"model": ErrorOut, "description": _MEANINGS[status]}
    if status in _HEADERS:
        name, meaning = _HEADERS[status]
        found["headers"] = {name: {"description": meaning, "schema": {"type": "string"}}}
    return found


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceOfApp = Annotated[Service, Depends(_service)]


class JsonRoute(APIRoute):
    """A route that reads JSON, and says so before it reads anything."""

    def get_route_handler(self) -> Any:
        """See `APIRoute.get_route_handler`."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            _check_headers(request)
            response: Response = await handle(request)
            return response

        return checked


def _check_headers(request: Request) -> None:
    if request.method != "POST":
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestError(415, f"Content-Type {kind or 'none'}; expected application/json")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise RequestError(415, f"Content-Encoding {encoding}; expected none")
