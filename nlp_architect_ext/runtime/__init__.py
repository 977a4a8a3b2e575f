"""Taggers without torch: what `nlp-train export` writes, run by the native kernel or ONNX Runtime.

>>> from nlp_architect_ext import load
>>> tagger = load("dist/")
>>> tagger("Ada Lovelace moved to London.")
[Entity(entity_group='PER', score=0.98, word='Ada Lovelace', start=0, end=12), ...]
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from nlp_architect_ext.runtime.tagger import Tagger

__all__ = ["Tagger"]


def __getattr__(name: str) -> object:
    if name != "Tagger":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nlp_architect_ext.runtime.tagger import Tagger  # with numpy, which the kernel can spare

    return Tagger
