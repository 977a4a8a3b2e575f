"""The fastest tagger that a folder offers, and several of them side by side."""

from __future__ import annotations

from pathlib import Path

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.folder import INSIDE, export_of, is_export
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.settings.inference import TaggerInferenceSettings


def load_tagger(settings: TaggerInferenceSettings) -> TextTagger:
    """The export of a model where there is one, else the model itself; torch is imported for the
    latter only.

    Raises:
        UserError: the folder holds no tagger, or it's damaged.
    """
    model = Path(settings.model_dir)
    export = export_of(model)
    if export is None and is_export(model / INSIDE):
        say(
            f"{model / INSIDE} was made from an earlier model and isn't used; call nlp-train "
            "export again"
        )
    if export is not None and settings.device in ("auto", "cpu"):
        return Tagger.load(export, settings.threads or 1)
    from nlp_architect_ext.layers import device as hardware
    from nlp_architect_ext.taggers.neural import NeuralTagger

    device = hardware.prepare(settings.device, settings.no_cuda, settings.threads)
    return NeuralTagger.load(settings.model_dir, device, use_export=False)
