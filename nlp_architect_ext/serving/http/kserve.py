"""The Open Inference Protocol, KServe's v2, over HTTP: one tensor of texts in, one out."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from nlp_architect_ext import __version__
from nlp_architect_ext.serving.http import kserve_schemas as schemas
from nlp_architect_ext.serving.http.answers import OF_BODY, JsonRoute, ServiceOfApp, failures
from nlp_architect_ext.serving.http.errors import RETRY_AFTER, RequestError
from nlp_architect_ext.serving.http.kserve_schemas import DATATYPE, INPUT, OUTPUT, VERSION
from nlp_architect_ext.serving.http.service import Service, Worker, entities_out

router = APIRouter(prefix="/v2", route_class=JsonRoute, tags=["Open Inference Protocol"])

MODEL, VERSIONED = "/models/{name}", "/models/{name}/versions/{version}"
PLATFORMS = {
    "native": "nlp-architect-ext_native",
    "onnx": "onnx_onnxv1",
    "torch": "pytorch_safetensors",
}
REFUSED = failures(400, 404, *OF_BODY)


@router.get("", response_model=schemas.ServerOut)
@router.get("/", response_model=schemas.ServerOut, include_in_schema=False)
async def server() -> Response:
    """What answers."""
    found = {"name": "nlp-architect-ext", "version": __version__, "extensions": []}
    return JSONResponse(found)


@router.get("/health/live", response_model=schemas.LiveOut)
async def server_live() -> Response:
    """Whether the server lives."""
    return JSONResponse({"live": True})


@router.get("/health/ready", response_model=schemas.ReadyOut, responses=failures(503))
async def server_ready(service: ServiceOfApp) -> Response:
    """Whether the server takes requests."""
    if service.is_ready:
        return JSONResponse({"live": True, "ready": True})
    return JSONResponse({"error": "the service is about to end"}, 503, RETRY_AFTER)


@router.get(MODEL, response_model=schemas.ModelMetadata, responses=failures(404))
async def model(name: str, service: ServiceOfApp) -> Response:
    """What a model reads and writes."""
    return _metadata(service.worker(name))


@router.get(VERSIONED, response_model=schemas.ModelMetadata, responses=failures(404))
async def model_version(name: str, version: str, service: ServiceOfApp) -> Response:
    """What a version of a model reads and writes; there is one version, 1."""
    return _metadata(_of_version(service, name, version))


@router.get(f"{MODEL}/ready", response_model=schemas.ModelReady, responses=failures(404, 503))
async def model_ready(name: str, service: ServiceOfApp) -> Response:
    """Whether a model takes requests."""
    return _readiness(service, service.worker(name))


@router.get(f"{VERSIONED}/ready", response_model=schemas.ModelReady, responses=failures(404, 503))
async def model_version_ready(name: str, version: str, service: ServiceOfApp) -> Response:
    """Whether a version of a model takes requests."""
    return _readiness(service, _of_version(service, name, version))


@router.post(f"{MODEL}/infer", response_model=schemas.InferOut, responses=REFUSED)
async def infer(name: str, body: schemas.InferRequest, service: ServiceOfApp) -> Response:
    """The entities of texts: the tensor `text` in, the tensor `entities` out."""
    return await _inferred(service, service.worker(name), body)


@router.post(f"{VERSIONED}/infer", response_model=schemas.InferOut, responses=REFUSED)
async def infer_version(
    name: str, version: str, body: schemas.InferRequest, service: ServiceOfApp
) -> Response:
    """The same by a version of a model; there is one version, 1."""
    return await _inferred(service, _of_version(service, name, version), body)


def _of_version(service: Service, name: str, version: str) -> Worker:
    worker = service.worker(name)
    if version != VERSION:
        raise RequestError(404, f"no version {version!r} of {name}; expected {VERSION}")
    return worker


def _metadata(worker: Worker) -> Response:
    found = {
        "name": worker.model.name,
        "versions": [VERSION],
        "platform": PLATFORMS[worker.model.tagger.engine],
        "inputs": [{"name": INPUT, "datatype": DATATYPE, "shape": [-1]}],
        "outputs": [{"name": OUTPUT, "datatype": DATATYPE, "shape": [-1]}],
    }
    return JSONResponse(found)


def _readiness(service: Service, worker: Worker) -> Response:
    if service.is_draining or not worker.student.is_alive:
        return JSONResponse({"error": "the service is about to end"}, 503, RETRY_AFTER)
    return JSONResponse({"name": worker.model.name, "ready": True})


async def _inferred(service: Service, worker: Worker, body: schemas.InferRequest) -> Response:
    (tensor,) = body.inputs
    texts = tensor.texts()
    if not tensor.is_consistent():
        expected = f"expected [{len(texts)}] or [{len(texts)}, 1]"
        raise RequestError(400, f"shape {tensor.shape} of {len(texts)} texts; {expected}")
    try:
        found = await service.tag(worker, texts, body.threshold)
    except RequestError as error:
        status = 400 if error.status == 422 else error.status
        raise RequestError(status, error.message, error.headers) from error
    output = {
        "name": OUTPUT,
        "shape": tensor.shape,
        "datatype": DATATYPE,
        "data": [json.dumps(entities_out(one.entities), ensure_ascii=False) for one in found],
    }
    answer: dict[str, Any] = {"model_name": worker.model.name, "model_version": VERSION}
    if body.id is not None:
        answer["id"] = body.id
    return JSONResponse({**answer, "outputs": [output]})
