"""The application: endpoints, limits and errors put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from nlp_architect_ext import __version__
from nlp_architect_ext.serving.http import kserve, routes
from nlp_architect_ext.serving.http.access import Access
from nlp_architect_ext.serving.http.documented import documented
from nlp_architect_ext.serving.http.errors import ErrorResponse, RequestError, described
from nlp_architect_ext.serving.http.limits import BodyLimits
from nlp_architect_ext.serving.http.models import ServedModel
from nlp_architect_ext.serving.http.service import Service
from nlp_architect_ext.settings.serving import LimitSettings

KSERVE = "/v2/"  # its errors are 400, in the same shape


def create_app(
    models: Sequence[ServedModel],
    limits: LimitSettings | None = None,
    *,
    token: str | None = None,
    min_score: float = 0.0,
    page: Path | None = None,
) -> FastAPI:
    """The service as an ASGI application; `app.state.service` is what it works with.

    Args:
        models: at least one; the first answers where no name is given.
        limits: of requests and batches; the defaults of `nlp-inference serve` if None.
        token: that clients have to show, but for health, page and OpenAPI; None for none.
        min_score: entities that score below are left out where a request has no threshold.
        page: a folder with `index.html` and `assets/`, shown at `/`; None for none.
    """
    limits = limits or LimitSettings()
    service = Service(models, limits, min_score)
    app = FastAPI(
        title="NLP Architect Ext",
        version=__version__,
        lifespan=_lifespan,
        docs_url=None,  # these pages would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.include_router(routes.router)
    app.include_router(kserve.router)
    if page is not None and (page / "index.html").is_file():
        _show_page(app, page)
    app.add_exception_handler(RequestError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_middleware(BodyLimits, size=limits.max_body_bytes, seconds=limits.timeout_s)
    app.add_middleware(Access, metrics=service.metrics, token=token)  # the outermost
    documented(app, list(service.workers), has_token=token is not None)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    service.start()
    try:
        yield
    finally:
        service.stop()


def _show_page(app: FastAPI, folder: Path) -> None:
    async def index() -> Response:
        return FileResponse(folder / "index.html", headers={"Cache-Control": "no-cache"})

    app.add_api_route("/", index, include_in_schema=False)
    if (folder / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=folder / "assets"))


async def _refused(request: Request, error: Any) -> Response:
    assert isinstance(error, RequestError)
    return ErrorResponse(error.status, error.message, error.headers)


async def _invalid(request: Request, error: Any) -> Response:
    assert isinstance(error, RequestValidationError)
    return _mistaken(request, described(error.errors()))


async def _not_found(request: Request, error: Any) -> Response:
    """No such path, another method, or a body that is so wrong that FastAPI gives up (400)."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400:
        return _mistaken(request, "the body isn't JSON that can be read")
    return ErrorResponse(error.status_code, str(error.detail), error.headers)


def _mistaken(request: Request, message: str) -> Response:
    return ErrorResponse(400 if request.url.path.startswith(KSERVE) else 422, message)
