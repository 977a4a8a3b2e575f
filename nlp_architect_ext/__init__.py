"""Compact sequence taggers distilled from large transformers.

>>> import nlp_architect_ext
>>> result = nlp_architect_ext.distill("data/", teacher="bert-base-cased", output_dir="out/")
>>> tagger = nlp_architect_ext.load("out/")
>>> tagger("Ada Lovelace moved to London.")
[Entity(entity_group='PER', score=0.98, word='Ada Lovelace', start=0, end=12), ...]

Names are imported when they are asked for: the package itself is light.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as type checkers know it; importing `typing` would take most of the time

if TYPE_CHECKING:
    from nlp_architect_ext.core.sentence import Entity, Sentence
    from nlp_architect_ext.runs.api import distill, train
    from nlp_architect_ext.runtime.tagger import Tagger
    from nlp_architect_ext.serving.hub import from_pretrained, push_to_hub, save_pretrained
    from nlp_architect_ext.serving.load import load
    from nlp_architect_ext.taggers.neural import NeuralTagger
    from nlp_architect_ext.testing import check_student

__version__ = "0.1.0"

# Where each name comes from.
_PLACES = {
    "Entity": "core.sentence",
    "NeuralTagger": "taggers.neural",
    "Sentence": "core.sentence",
    "Tagger": "runtime.tagger",
    "check_student": "testing",
    "distill": "runs.api",
    "from_pretrained": "serving.hub",
    "load": "serving.load",
    "push_to_hub": "serving.hub",
    "save_pretrained": "serving.hub",
    "train": "runs.api",
}

__all__ = [
    "Entity",
    "NeuralTagger",
    "Sentence",
    "Tagger",
    "__version__",
    "check_student",
    "distill",
    "from_pretrained",
    "load",
    "push_to_hub",
    "save_pretrained",
    "train",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value  # asked for once
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
