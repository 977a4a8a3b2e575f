"""Labelled data as a picture: how many entities of each type, and how long sentences are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.reports.plots import png

MOST_TYPES = MOST_BARS = 40  # bars that can be read
INCH_A_TYPE = 0.3


def data_picture(parts: Mapping[str, Sequence[Sentence]], labels: LabelSet) -> bytes:
    """Entities by type in every labelled part, and the lengths of all parts' sentences, as PNG.

    Args:
        parts: sentences by the name of their part.
        labels: of the labelled parts.
    """
    labelled = {name: found for name, found in parts.items() if name != "unlabelled"}
    counts = {name: _counts(sentences, labels) for name, sentences in labelled.items()}
    everything = sum(counts.values(), Counter[str]())
    types = [type_ for type_, _ in everything.most_common(MOST_TYPES)]
    height = max(4.0, INCH_A_TYPE * len(types) + 1)
    figure = Figure(figsize=(12, height), layout="constrained")
    by_type, lengths = figure.subplots(1, 2)
    _draw_types(by_type, counts, types, len(everything))
    _draw_lengths(lengths, parts)
    return png(figure)


def _counts(sentences: Sequence[Sentence], labels: LabelSet) -> Counter[str]:
    return Counter(
        span.type for sentence in sentences for span in labels.spans(sentence.labels or ())
    )


def _draw_types(
    axes: Axes, counts: Mapping[str, Counter[str]], types: Sequence[str], in_all: int
) -> None:
    rows = np.arange(len(types))
    thickness = 0.8 / max(len(counts), 1)
    for index, (name, count) in enumerate(counts.items()):
        values = [count[type_] for type_ in types]
        axes.barh(rows + (index + 0.5) * thickness - 0.4, values, thickness, label=name)
    axes.set_yticks(rows, types)
    axes.invert_yaxis()
    shown = "" if in_all == len(types) else f" (the {len(types)} most frequent of {in_all})"
    axes.set(title=f"Entities by type{shown}", xlabel="entities")
    axes.grid(axis="x", alpha=0.3)
    axes.legend()


def _draw_lengths(axes: Axes, parts: Mapping[str, Sequence[Sentence]]) -> None:
    lengths = {name: [len(sentence) for sentence in found] for name, found in parts.items()}
    longest = max(max(found) for found in lengths.values())
    # Whole numbers of words: others would hold now one length and now two.
    width = max(1, math.ceil(longest / MOST_BARS))
    bins = (np.arange(0, longest + width, width) + 0.5).tolist()
    for name, found in lengths.items():
        weights = np.full(len(found), 100 / len(found))
        axes.hist(found, bins=bins, weights=weights, histtype="step", linewidth=1.5, label=name)
    axes.set(title="Length of sentences", xlabel="words", ylabel="sentences (%)")
    axes.grid(alpha=0.3)
    axes.legend()
