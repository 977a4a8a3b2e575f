"""Drift: how soon it's flagged, how often falsely, and how far the estimate of F1 is off.

    python benchmarks/drift.py --models MODELS --data DATA

MODELS holds an export of a tagger for each corpus, `MODELS/gmb` and so on, as `nlp-train export`
writes it; DATA the corpora, `DATA/gmb/dev.txt` and so on. The reference is made of the corpus' dev
file, whatever the export carries. Where corpora have other types, both sides are mapped onto PER,
LOC and ORG by `TYPES`, and all other types are O: in dev, in what the tagger says, and in test.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.evaluation.drift.expectation import true_counts
from nlp_architect_ext.evaluation.drift.features import Features
from nlp_architect_ext.evaluation.drift.known_words import KnownWords, read_known_words
from nlp_architect_ext.evaluation.drift.make_reference import make_reference
from nlp_architect_ext.evaluation.drift.monitor import DriftMonitor, Plan
from nlp_architect_ext.evaluation.drift.reference import Reference
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger
from nlp_architect_ext.serving.load import load

CORPORA = ("gmb", "wikigold", "wnut17", "bc5cdr", "crossner_politics")
TYPES = {
    "PER": ("PER", "per", "person", "politician"),
    "LOC": ("LOC", "geo", "gpe", "location", "country"),
    "ORG": ("ORG", "org", "corporation", "group", "organisation", "politicalparty"),
}
COMMON = {own: common for common, names in TYPES.items() for own in names}
STREAM, STREAMS = 500, 1000
OTHERS = 200  # streams of another corpus


@dataclass(frozen=True)
class Model:
    """A tagger, seen through a mapping of its types; None leaves them as they are."""

    tagger: TextTagger
    known: KnownWords
    mapping: dict[str, str] | None = None

    @property
    def labels(self) -> LabelSet:
        """The labels after the mapping."""
        if self.mapping is None:
            return self.tagger.labels
        types = self.tagger.labels.types
        return LabelSet.for_types(self.mapping[one] for one in types if one in self.mapping)

    def predictions(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """What the tagger says, mapped."""
        found = self.tagger.predict_labels(sentences)
        return [Prediction(self._mapped(one.labels), one.scores) for one in found]

    def gold(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Sentences with their labels mapped."""
        return [Sentence(one.words, self._mapped(one.labels or ())) for one in sentences]

    def reference(self, dev: Sequence[Sentence]) -> Reference:
        """The reference of labelled sentences."""
        gold = self.gold(dev)
        made = make_reference(self.labels, self.known, gold, self.predictions(gold), "dev")
        assert made is not None
        return made

    def _mapped(self, labels: Sequence[str]) -> tuple[str, ...]:
        if self.mapping is None:
            return tuple(labels)
        parts = [label.partition("-") for label in labels]
        types = [(prefix, self.mapping.get(type_)) for prefix, _, type_ in parts]
        return tuple(f"{prefix}-{type_}" if type_ else "O" for prefix, type_ in types)


def lower_cased(sentences: Sequence[Sentence]) -> list[Sentence]:
    """As people type in a hurry."""
    return [Sentence(tuple(map(str.lower, one.words)), one.labels) for one in sentences]


def upper_cased(sentences: Sequence[Sentence]) -> list[Sentence]:
    """As in headlines and telegrams."""
    return [Sentence(tuple(map(str.upper, one.words)), one.labels) for one in sentences]


def mistyped(sentences: Sequence[Sentence]) -> list[Sentence]:
    """A letter swapped, lost or replaced in every fifth word of three letters or more."""
    draw = random.Random(3)  # noqa: S311 (not for secrets)
    return [
        Sentence(tuple(_mistyped(word, draw) for word in one.words), one.labels)
        for one in sentences
    ]


def _mistyped(word: str, draw: random.Random) -> str:
    if len(word) < 3 or draw.random() > 0.2:
        return word
    place, kind = draw.randrange(len(word) - 1), draw.randrange(3)
    if kind == 0:
        return f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}"
    letter = "" if kind == 1 else draw.choice("abcdefghijklmnopqrstuvwxyz")
    return f"{word[:place]}{letter}{word[place + 1 :]}"


CHANGES: dict[str, Callable[[Sequence[Sentence]], list[Sentence]]] = {
    "as it is": list,
    "lower-cased": lower_cased,
    "upper-cased": upper_cased,
    "mistyped": mistyped,
}


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="test", choices=("dev", "test"))
    args = parser.parse_args()
    models = {name: read_model(args.models / name) for name in CORPORA}
    dev = {name: sentences_of(args.data / name / "dev.txt") for name in CORPORA}
    looked_at = {name: sentences_of(args.data / name / f"{args.split}.txt") for name in CORPORA}
    print_alarms(models, dev, looked_at)
    print_estimates(models, dev, looked_at)


def read_model(folder: Path) -> Model:
    """The tagger of an export."""
    return Model(load(folder), read_known_words(folder))


def sentences_of(path: Path) -> list[Sentence]:
    """The labelled sentences of a column file."""
    return LabelledFile.read(path).converted("IOB2")


def print_alarms(
    models: dict[str, Model],
    dev: dict[str, list[Sentence]],
    looked_at: dict[str, list[Sentence]],
) -> None:
    """Of random streams: the share that is flagged, and after how many sentences at the latest."""
    print(f"| model | fed | streams of {STREAM} | flagged | after, median | after, at most |")
    print("|---|---|---|---|---|---|")
    for own, model in models.items():
        reference = model.reference(dev[own])
        features = Features(model.labels, model.known, reference.center)
        for fed, sentences in looked_at.items():
            rows = features.rows(sentences, model.predictions(sentences))
            count = STREAMS if own == fed else OTHERS
            random_ = random_streams(rows, count)
            kinds = {"random": random_, "in the file's order": ordered_streams(rows)}
            for kind, streams in kinds.items():
                if kind == "random" or own == fed:
                    print(_alarm_row(own, fed, kind, reference, list(streams)), flush=True)


def _alarm_row(
    own: str, fed: str, kind: str, reference: Reference, streams: Sequence[NDArray[np.float64]]
) -> str:
    found = [flagged_after(reference, stream) for stream in streams]
    alarms = [after for after in found if after is not None]
    share = f"{len(alarms)} ({100 * len(alarms) / len(streams):.1f} %)"
    soon = f"{np.median(alarms):.0f} | {max(alarms)}" if alarms else "- | -"
    return f"| {own} | {fed} | {len(streams)} {kind} | {share} | {soon} |"


def random_streams(rows: NDArray[np.float64], count: int) -> Iterator[NDArray[np.float64]]:
    """Sentences drawn without any twice."""
    draw = np.random.default_rng(1)
    for _ in range(count):
        yield rows[draw.permutation(len(rows))[:STREAM]]


def ordered_streams(rows: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Sentences that follow each other; streams overlap."""
    for start in range(0, max(len(rows) - STREAM, 0) + 1, 20):
        yield rows[start : start + STREAM]


def flagged_after(reference: Reference, rows: NDArray[np.float64]) -> int | None:
    """After how many sentences a stream is flagged; None if never."""
    monitor = DriftMonitor(reference, Plan())
    for start in range(0, len(rows), monitor.plan.check_every):
        monitor.add(rows[start : start + monitor.plan.check_every])
        if monitor.alarm is not None:
            return monitor.alarm.sentences
    monitor.finish()
    return None if monitor.alarm is None else monitor.alarm.sentences


def print_estimates(
    models: dict[str, Model],
    dev: dict[str, list[Sentence]],
    looked_at: dict[str, list[Sentence]],
) -> None:
    """F1 as it is and as it's estimated, of each model on each text."""
    print("\n| model | fed | F1 on dev | true F1 | estimate | off by |\n|---|---|---|---|---|---|")
    errors: list[float] = []
    naive: list[float] = []
    for own, model in models.items():
        reference = model.reference(dev[own])
        mapped = Model(model.tagger, model.known, COMMON)
        for change, changed in CHANGES.items():
            text = changed(looked_at[own])
            row = _estimate_row(model, reference, own, f"{own}, {change}", text)
            if change != "as it is":
                errors.append(row[0])
                naive.append(row[1])
        if not mapped.labels.types:
            continue
        reference = mapped.reference(dev[own])
        for fed, sentences in looked_at.items():
            if fed != own and COMMON.keys() & types_of(sentences):
                row = _estimate_row(mapped, reference, own, f"{fed}, PER LOC ORG", sentences)
                errors.append(row[0])
                naive.append(row[1])
    within = sum(abs(error) <= 3 for error in errors)
    print(f"\n{len(errors)} shifts: off by {np.abs(errors).mean():.1f} points on average, ", end="")
    print(f"median {np.median(np.abs(errors)):.1f}, within 3 points on {within}; ", end="")
    print(f"dev's F1 instead of an estimate is off by {np.abs(naive).mean():.1f}")


def types_of(sentences: Sequence[Sentence]) -> set[str]:
    """The entity types that are there."""
    return {label[2:] for one in sentences for label in one.labels or () if label != "O"}


def _estimate_row(
    model: Model, reference: Reference, own: str, fed: str, sentences: Sequence[Sentence]
) -> tuple[float, float]:
    """Print a row; by how many points the estimate and dev's F1 are off."""
    gold = model.gold(sentences)
    predictions = model.predictions(gold)
    quality = reference.quality
    assert quality is not None
    true = 100 * true_counts(model.labels, [one.labels or () for one in gold], predictions).f1
    estimate = 100 * quality.expectation.counts(model.labels, predictions).f1
    known = 100 * quality.f1
    numbers = f"{known:.1f} | {true:.1f} | {estimate:.1f} | {estimate - true:+.1f}"
    print(f"| {own} | {fed} | {numbers} |", flush=True)
    return estimate - true, known - true


if __name__ == "__main__":
    main()
