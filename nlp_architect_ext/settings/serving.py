"""The settings of the HTTP service."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import borrowed, group, setting
from nlp_architect_ext.settings.inference import TaggerInferenceSettings


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """How much a client may ask, and how requests are batched."""

    max_batch: int = setting(
        64, help="most texts tagged at once, of all clients; 1 for no batching", minimum=1
    )
    max_wait_ms: float = setting(
        2.0, help="how long a batch waits for further texts, in ms", minimum=0, maximum=10_000
    )
    queue: int = setting(
        1024, help="most texts that wait, and most of a request; more get 503 or 422", minimum=1
    )
    max_body_bytes: int = setting(
        1024 * 1024, help="largest body of a request, in bytes; a larger one gets 413", minimum=1
    )
    max_words: int = setting(10_000, help="most words of a text; a longer one gets 422", minimum=1)
    timeout_s: float = setting(
        30.0,
        help="time to send a request, and then to answer it, in s; then 408 or 503",
        minimum=0.001,
        maximum=86_400,
    )


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    """Settings of `nlp-inference serve`."""

    model_dir: tuple[str, ...] = setting(
        help="folder that nlp-train wrote, or NAME=FOLDER; the first one answers /predict"
    )
    teacher_dir: tuple[str, ...] = setting(
        (),
        help="fine-tuned transformer to compare with, FOLDER (of the first model) or NAME=FOLDER",
    )
    label_check_dir: tuple[str, ...] = setting(
        (),
        help="what nlp-train check_labels wrote, to decide on: FOLDER (of the first model) or "
        "NAME=FOLDER",
    )
    host: str = setting("127.0.0.1", help="address to listen on; 0.0.0.0 for every network")
    port: int = setting(8000, help="port to listen on; 0 for a free one", minimum=0, maximum=65_535)
    token_file: str | None = setting(
        None, help="file of the bearer token; else that of NLP_ARCHITECT_EXT_TOKEN, if it's set"
    )
    drain_s: float = setting(
        1.0,
        help="how long SIGTERM lets /health/ready say 503 before no more is accepted, in s",
        minimum=0,
        maximum=3_600,
    )
    engine: str = borrowed(TaggerInferenceSettings, "engine")
    threads: int | None = borrowed(TaggerInferenceSettings, "threads")
    min_score: float = setting(
        0.0,
        help="entities that score below are left out, unless a request has a threshold",
        minimum=0,
        maximum=1,
    )
    limits: LimitSettings = group(LimitSettings)
