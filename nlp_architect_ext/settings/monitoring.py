"""The settings of `nlp-inference monitor`."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import borrowed, setting
from nlp_architect_ext.settings.inference import InferenceSettings, TaggerInferenceSettings


@dataclass(frozen=True, kw_only=True)
class MonitorSettings:
    """Settings of `nlp-inference monitor`."""

    model_dir: str = borrowed(TaggerInferenceSettings, "model_dir")
    data_file: str = setting(help="text to look at, of any format; - is standard input")
    data_format: str = borrowed(InferenceSettings, "data_format")
    offsets: str = borrowed(InferenceSettings, "offsets")
    tag_col: int = setting(-1, help="column of the tag in reference_file")
    ignore_token: str = borrowed(InferenceSettings, "ignore_token")
    reference_file: str | None = setting(
        None,
        help="sentences of the model's own kind, with labels or without, to compare with; those "
        "that its folder tells of if not given",
    )
    output_file: str | None = setting(None, help="the findings as JSON too")
    overwrite_output_dir: bool = borrowed(InferenceSettings, "overwrite_output_dir")
    false_alarms: float = setting(
        0.01,
        help="at most this share of inputs without drift is flagged",
        minimum=1e-9,
        maximum=0.5,
    )
    window: int = setting(500, help="latest sentences that are compared", minimum=1)
    check_every: int = setting(100, help="sentences between two comparisons", minimum=1)
    batch_size: int = borrowed(InferenceSettings, "batch_size")
    engine: str = borrowed(TaggerInferenceSettings, "engine")
    device: str = borrowed(InferenceSettings, "device")
    no_cuda: bool = borrowed(InferenceSettings, "no_cuda")
    threads: int | None = borrowed(InferenceSettings, "threads")
