"""`reference.json`: what a tagger's own text is like, to compare other text with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.json_content import json_value
from nlp_architect_ext.core.manifest import read_manifest, read_verified
from nlp_architect_ext.evaluation.drift.expectation import Expectation
from nlp_architect_ext.evaluation.drift.features import Center
from nlp_architect_ext.evaluation.drift.two_samples import Sample
from nlp_architect_ext.runtime.folder import REFERENCE
from nlp_architect_ext.runtime.json_values import finite, text, value, wrong

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Quality:
    """How good a tagger was on labelled sentences, and what it says of itself.

    Args:
        expectation: what its probabilities say of its mistakes.
        f1, precision, recall: what was true.
    """

    expectation: Expectation
    f1: float
    precision: float
    recall: float

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        rates = {"f1": self.f1, "precision": self.precision, "recall": self.recall}
        return {"expectation": self.expectation.to_json(), **rates}

    @classmethod
    def from_json(cls, data: Any) -> Quality:
        """The reverse of `to_json`.

        Raises:
            ValueError: not what it gives.
        """
        rates = [finite(data, name) for name in ("f1", "precision", "recall")]
        if not all(0 <= rate <= 1 for rate in rates):
            raise ValueError(f"f1, precision, recall {rates}; expected numbers from 0 to 1")
        expectation = Expectation.from_json(value(data, "expectation", dict, "an object"))
        return cls(expectation, *rates)


@dataclass(frozen=True)
class Reference:
    """Features of sentences that are known to be the tagger's own kind of text.

    Args:
        source: where the sentences are from: "dev", or the name of a file.
        sentences, words: how many.
        samples: the values of each feature by its name, see `features.Features.names`; each has one
            of every sentence.
        center: of the sentences' vectors; None where there are no vectors.
        quality: None where the sentences have no labels.
    """

    source: str
    sentences: int
    words: int
    samples: Mapping[str, Sample]
    center: Center | None
    quality: Quality | None

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        center, quality = self.center, self.quality
        vectors = None
        if center is not None:
            vectors = {"mean": center.mean.tolist(), "variance": center.variance.tolist()}
        return {
            "format_version": FORMAT_VERSION,
            "source": self.source,
            "sentences": self.sentences,
            "words": self.words,
            "features": {name: _sample_to_json(one) for name, one in self.samples.items()},
            "vectors": vectors,
            "quality": None if quality is None else quality.to_json(),
        }

    @classmethod
    def from_json(cls, data: Any) -> Reference:
        """The reverse of `to_json`.

        Raises:
            ValueError: not what it gives; it names the key.
        """
        version = value(data, "format_version", int, "a number")
        if version != FORMAT_VERSION:
            raise wrong("format_version", version, str(FORMAT_VERSION))
        sentences = _count(data, "sentences")
        features = value(data, "features", dict, "an object")
        vectors, quality = data.get("vectors"), data.get("quality")
        return cls(
            text(data, "source"),
            sentences,
            _count(data, "words"),
            {name: _sample_from_json(features, name, sentences) for name in features},
            None if vectors is None else _center_from_json(vectors),
            None if quality is None else Quality.from_json(quality),
        )

    def text(self) -> str:
        """The content of `reference.json`."""
        return json.dumps(self.to_json(), ensure_ascii=False) + "\n"


def stored_reference(folder: Path) -> Reference | None:
    """The reference in a tagger's folder; None if there is none, as in older ones.

    Raises:
        UserError: it's damaged, or not what a command of ours writes.
    """
    # A copy of what tagging needs has the manifest of all, and not this file.
    if REFERENCE not in read_manifest(folder) or not (folder / REFERENCE).is_file():
        return None
    content = read_verified(folder, [REFERENCE])[REFERENCE]
    try:
        return Reference.from_json(json_value(content, REFERENCE))
    except ValueError as error:
        raise UserError(
            where=str(folder / REFERENCE),
            wrong=f"can't be used ({str(error).splitlines()[0]})",
            expected="what nlp-train or nlp-train export wrote",
            remedy="export again, or give --reference_file",
        ) from error


def _sample_to_json(sample: Sample) -> dict[str, Any]:
    values = [int(one) if one.is_integer() else one for one in sample.values.tolist()]
    counts = sample.counts.tolist()
    return {"values": values, "counts": counts, "inflation": sample.inflation}


def _sample_from_json(features: Any, name: str, sentences: int) -> Sample:
    data = value(features, name, dict, "an object")
    values = _numbers(data, "values", name)
    counts = value(data, "counts", list, "a list")
    are_counts = all(type(count) is int and 0 < count <= sentences for count in counts)
    if not are_counts or len(counts) != len(values) or sum(counts) != sentences:
        raise ValueError(f"counts of {name}; expected one a value, {sentences} in all")
    if (np.diff(values) <= 0).any():
        raise ValueError(f"values of {name}; expected ascending ones")
    inflation = finite(data, "inflation")
    if inflation < 1:
        raise ValueError(f"inflation {inflation} of {name}; expected a number of at least 1")
    return Sample(values, np.array(counts, np.int64), inflation)


def _center_from_json(data: Any) -> Center:
    mean, variance = (_numbers(data, name, "vectors") for name in ("mean", "variance"))
    if len(mean) != len(variance) or (variance < 0).any():
        raise ValueError("variance of vectors; expected as many numbers as of mean, none below 0")
    return Center(mean, variance)


def _numbers(data: Any, key: str, place: str) -> NDArray[np.float64]:
    found: Sequence[Any] = value(data, key, list, "a list")
    if not found or not all(type(one) in (int, float) and abs(one) < 1e30 for one in found):
        raise ValueError(f"{key} of {place}; expected finite numbers")
    return np.array(found, np.float64)


def _count(data: Any, key: str) -> int:
    found = value(data, key, int, "a whole number")
    if found < 1:
        raise wrong(key, found, "at least 1")
    return found
