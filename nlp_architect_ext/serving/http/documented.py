"""OpenAPI, with what only a running service knows: the names of models, and the token."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from nlp_architect_ext.serving.http.access import is_open
from nlp_architect_ext.serving.http.answers import failures

ABOUT = """\
Entities in texts, found by compact taggers. Offsets (`start`, `end`, `words`) count Unicode code
points of the text as it was sent, as Python's strings do: `text[start:end] == word`; JavaScript's
strings count UTF-16 units instead, so that an emoji is two. A lone surrogate is no text, and is
refused. Every answer that isn't a success is `{"error": "..."}`. The endpoints below `/v2` speak
the Open Inference Protocol; their mistakes get 400, all others 422.
"""
UNAUTHORIZED = 401


def documented(app: FastAPI, names: list[str], *, has_token: bool) -> None:
    """Let an application describe itself.

    Args:
        app: with all its routes.
        names: of its models.
        has_token: whether clients have to show one.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=ABOUT, routes=app.routes
            )
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    _name_models(operation, names)
                    if has_token and not is_open(path):
                        _ask_for_token(operation)
            if has_token:
                schemes = {"token": {"type": "http", "scheme": "bearer"}}
                schema["components"]["securitySchemes"] = schemes
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation does


def _name_models(operation: dict[str, Any], names: list[str]) -> None:
    known = {"name": names, "version": ["1"]}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["schema"]["enum"] = known[parameter["name"]]


def _ask_for_token(operation: dict[str, Any]) -> None:
    operation["security"] = [{"token": []}]
    failure = failures(UNAUTHORIZED)[UNAUTHORIZED]
    failure.pop("model")
    reference = {"$ref": "#/components/schemas/ErrorOut"}
    failure["content"] = {"application/json": {"schema": reference}}
    operation["responses"][str(UNAUTHORIZED)] = failure
