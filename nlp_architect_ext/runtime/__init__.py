"""Taggers without torch: what `nlp-train export` writes, run by onnxruntime and numpy.

>>> from nlp_architect_ext.runtime import Tagger
>>> tagger = Tagger.load("dist/")
>>> tagger("Ada Lovelace moved to London.")
[Entity(entity_group='PER', score=0.98, word='Ada Lovelace', start=0, end=12), ...]
"""

from nlp_architect_ext.runtime.tagger import Tagger

__all__ = ["Tagger"]
