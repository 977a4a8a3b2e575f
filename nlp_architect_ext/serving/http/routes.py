"""The service's own endpoints: predictions, models, sentences to look at, health, metrics."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.responses import JSONResponse, Response

from nlp_architect_ext.data.suspected import SuspectedSentence
from nlp_architect_ext.serving.http import schemas
from nlp_architect_ext.serving.http.answers import OF_BODY, JsonRoute, ServiceOfApp, failures
from nlp_architect_ext.serving.http.errors import RETRY_AFTER
from nlp_architect_ext.serving.http.job import Tagged
from nlp_architect_ext.serving.http.review import (
    Found,
    suspicious_sentences,
    uncertain_sentences,
)
from nlp_architect_ext.serving.http.schemas import Kind, PredictRequest, TextRequest
from nlp_architect_ext.serving.http.service import Service, entities_out, words_out

router = APIRouter(route_class=JsonRoute)

EXAMPLES = [{"text": "Ada Lovelace moved to London."}, {"texts": ["Ada", "London"]}]
PredictBody = Annotated[PredictRequest, Body(examples=EXAMPLES)]
PREDICTED = schemas.TextResult | schemas.TextsResult
PROMETHEUS = "text/plain; version=1.0.0; charset=utf-8"


@router.post("/predict", response_model=PREDICTED, responses=failures(422, *OF_BODY))
async def predict(body: PredictBody, service: ServiceOfApp) -> Response:
    """The entities of a text, or of several, found by the first model."""
    return await _predicted(service, service.first, body)


@router.post(
    "/models/{name}/predict", response_model=PREDICTED, responses=failures(404, 422, *OF_BODY)
)
async def predict_with(name: str, body: PredictBody, service: ServiceOfApp) -> Response:
    """The same by a model of your choice."""
    return await _predicted(service, name, body)


async def _predicted(
    service: Service, name: str, body: TextRequest | schemas.TextsRequest
) -> Response:
    worker = service.worker(name)
    is_single = isinstance(body, TextRequest)
    texts = [body.text] if isinstance(body, TextRequest) else body.texts
    found = await service.tag(worker, texts, body.threshold)
    said = await service.ask_teacher(worker, texts, body.threshold) if body.teacher else None
    by_teacher = [None] * len(found) if said is None else said
    results = [_result(*pair) for pair in zip(found, by_teacher, strict=True)]
    return JSONResponse(results[0] if is_single else {"results": results})


def _result(tagged: Tagged, by_teacher: Tagged | None) -> dict[str, Any]:
    return {
        "text": tagged.sentence.with_text().text,
        "entities": entities_out(tagged.entities),
        "words": words_out(tagged.sentence),
        "teacher_entities": by_teacher and entities_out(by_teacher.entities),
    }


@router.get("/models", response_model=schemas.ModelsOut)
async def models(service: ServiceOfApp) -> Response:
    """The models, the first of them first."""
    return JSONResponse(
        {
            "models": [
                {
                    "name": name,
                    "labels": list(worker.model.tagger.labels.types),
                    "scheme": worker.model.tagger.labels.scheme,
                    "language": worker.model.tagger.language,
                    "engine": worker.model.tagger.engine,
                    "teacher": worker.teacher is not None,
                }
                for name, worker in service.workers.items()
            ]
        }
    )


@router.get(
    "/models/{name}/queue",
    response_model=schemas.QueueOut,
    responses=failures(404, 422, 500, 503),
)
async def queue(name: str, service: ServiceOfApp, kind: Kind = "uncertain") -> Response:
    """The sentences that a person should look at.

    `uncertain` are unlabelled ones of which the model was least sure when it was trained,
    `suspicious` are labelled ones whose labels may be wrong, as a check of labels found.
    """
    worker = service.worker(name)
    if kind == "uncertain":
        there = uncertain_sentences(worker.model.folder)
    else:
        there = suspicious_sentences(worker.model.label_check)
    found = there[: service.limits.queue]
    tagged = await service.tag(worker, [one.sentence for one in found], None)
    items = [_item(*pair) for pair in zip(found, tagged, strict=True)]
    return JSONResponse({"items": items, "kind": kind, "total": len(there)})


def _item(found: Found, tagged: Tagged) -> dict[str, Any]:
    return {
        "id": found.id,
        "text": found.sentence.with_text().text,
        "words": words_out(found.sentence),
        "entities": entities_out(tagged.entities),
        "uncertainty": found.uncertainty,
        "labelled": found.labelled and _labelled(found.labelled),
    }


def _labelled(found: SuspectedSentence) -> dict[str, Any]:
    return {
        "file": found.file,
        "line": found.line,
        "labels": found.labels,
        "suspects": [asdict(one) for one in found.suspects],
    }


@router.get("/health/live", response_model=schemas.StatusOut)
async def live() -> Response:
    """Whether the process answers at all."""
    return JSONResponse({"status": "ok"})


@router.get("/health/ready", response_model=schemas.StatusOut, responses=failures(503))
async def ready(service: ServiceOfApp) -> Response:
    """Whether it takes requests: not any more once it was told to end."""
    if service.is_ready:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"error": "the service is about to end"}, 503, RETRY_AFTER)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(service: ServiceOfApp) -> Response:
    """Requests, times, batches, words and memory, for Prometheus."""
    return Response(service.metrics.text(), headers={"Content-Type": PROMETHEUS})
