"""How many planted label errors `nlp-train check_labels` finds, and what relabelling them gives.

    python benchmarks/label_errors.py ../shared/data/gmb build/labels/gmb --labeled_size 1500 \
        --flags "--tokenizer whitespace --word_encoder MiniLM --threads 1"

A share of the entities of train is damaged, in four ways equally: missed, invented, boundary,
type. FOLDER gets truth.txt (the sentences drawn), damaged.txt, and check/ (what the command wrote).
With `--seeds` taggers are trained on the damaged file, on the one whose first suspects are decided
by the truth, and on the truth; dev picks their epoch, test is told. What is finished stays.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pseudo_labelled import write

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE, Span, spans, tags
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.data.sampling import random_part
from nlp_architect_ext.evaluation.results import read_metrics

Labels = tuple[str, ...]
Record = dict[str, Any]
Way = Callable[[Labels, Span | None, Sequence[str], np.random.Generator], Labels | None]
DEPTHS = (50, 100, 200)


def missed(labels: Labels, span: Span, types: Sequence[str], draw: np.random.Generator) -> Labels:
    """Without the entity."""
    return _with(labels, span, None)


def retyped(labels: Labels, span: Span, types: Sequence[str], draw: np.random.Generator) -> Labels:
    """With another type."""
    others = [name for name in types if name != span.type]
    return _with(labels, span, Span(str(draw.choice(others)), span.start, span.end))


def moved(
    labels: Labels, span: Span, types: Sequence[str], draw: np.random.Generator
) -> Labels | None:
    """With one word more or less on one side; None where there is no room."""
    places = [(span.start - 1, span.end), (span.start, span.end + 1)]
    places = [
        (start, end)
        for start, end in places
        if start >= 0
        and end <= len(labels)
        and all(labels[word] == OUTSIDE for word in {start, end - 1} - {*range(*_range(span))})
    ]
    if span.end - span.start > 1:
        places += [(span.start + 1, span.end), (span.start, span.end - 1)]
    if not places:
        return None
    start, end = places[draw.integers(len(places))]
    return _with(labels, span, Span(span.type, start, end))


def invented(
    labels: Labels, span: Span, types: Sequence[str], draw: np.random.Generator
) -> Labels | None:
    """With an entity of one or two words where none is; `span` says only which sentence."""
    length = int(draw.integers(1, 3))
    free = [
        start
        for start in range(len(labels) - length + 1)
        if set(labels[start : start + length]) == {OUTSIDE}
    ]
    if not free:
        return None
    start = int(draw.choice(free))
    return _with(labels, None, Span(str(draw.choice(types)), start, start + length))


WAYS = {"missed": missed, "invented": invented, "boundary": moved, "type": retyped}


def _range(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _with(labels: Labels, old: Span | None, new: Span | None) -> Labels:
    kept = [span for span in spans(labels) if span != old]
    return tuple(tags([*kept, new] if new else kept, len(labels)))


def damaged(sentences: Sequence[Sentence], share: float, seed: int) -> list[Labels]:
    """The labels of each sentence, a share of the entities damaged, at most one a sentence."""
    draw = np.random.default_rng(seed)
    labels = [sentence.labels or () for sentence in sentences]
    entities = [(index, span) for index, own in enumerate(labels) for span in spans(own)]
    types = LabelSet.for_types({span.type for _, span in entities}).types
    left = round(share * len(entities))
    order = draw.permutation(len(entities)).tolist()
    ways = list(WAYS.values())
    touched: set[int] = set()
    for place in order:
        index, span = entities[place]
        if left == 0:
            break
        if index in touched:
            continue
        found = ways[left % len(ways)](labels[index], span, types, draw)
        if found is not None and found != labels[index]:
            labels[index] = found
            touched.add(index)
            left -= 1
    return labels


def command(words: Sequence[str], log: Path) -> None:
    """Run `nlp-train`; its messages go into a file."""
    program = Path(sys.executable).with_name("nlp-train")
    print(f"$ nlp-train {shlex.join(words)}", file=sys.stderr, flush=True)
    with log.open("w") as stream:
        subprocess.run([program, *words], stdout=stream, stderr=stream, check=True)


def truths(folder: Path) -> dict[int, Labels]:
    """The true labels of each sentence, by its line, which damage doesn't move."""
    sentences = read_columns(folder / "truth.txt")
    return {sentence.line: sentence.labels or () for sentence in sentences}


def true_labels(found: Record, truth: dict[int, Labels]) -> list[str]:
    """The true labels of a suspect's words."""
    return list(truth[found["sentence_line"]][found["start"] : found["end"]])


def score(folder: Path) -> str:
    """Precision among the first suspects, over planted errors, and which of them are found."""
    truth = truths(folder)
    found = [json.loads(line) for line in (folder / "check" / "label_errors.jsonl").open()]
    is_planted = [one["given"] != true_labels(one, truth) for one in found]
    is_right = [one["suggested"] == true_labels(one, truth) for one in found]
    planted = sum(own.labels != truth[own.line] for own in read_columns(folder / "damaged.txt"))
    lines = [f"{planted} planted, {sum(is_planted)} of them among {len(found)} suspects"]
    for depth in DEPTHS:
        kinds = Counter(
            one["kind"] for one, hit in zip(found[:depth], is_planted, strict=False) if hit
        )
        lines.append(
            f"among the first {depth}: {sum(is_planted[:depth])} planted "
            f"({sum(is_planted[:depth]) / depth:.2f}), {dict(kinds)}; suggestion right and planted "
            f"{sum(map(all, zip(is_planted[:depth], is_right, strict=False)))}"
        )
    return "\n".join(lines)


def relabel(folder: Path, decided: int) -> None:
    """Decide on the first suspects by the truth, through the command."""
    truth = truths(folder)
    found = [json.loads(line) for line in (folder / "check" / "label_errors.jsonl").open()]
    decisions = [{**one, "labels": true_labels(one, truth)} for one in found[:decided]]
    path = folder / "decisions.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in decisions))
    places = ["--data_dir", str(folder), "--train_filename", "damaged.txt"]
    output = ["--output_dir", str(folder / "relabelled"), "--overwrite_output_dir"]
    command(["check_labels", *places, "--relabel", str(path), *output], folder / "relabel.log")


def f1(data: Path, folder: Path, train: str, seed: int, flags: Sequence[str]) -> float:
    """F1 on test, in percent, of a tagger trained on a file of the folder."""
    output = folder / "taggers" / f"{Path(train).parent.name or Path(train).stem}-{seed}"
    output.parent.mkdir(exist_ok=True)
    words = ["tagger", "--data_dir", str(data), "--train_filename", str((folder / train).resolve())]
    words += ["--output_dir", str(output), "--seed", str(seed), "--resume", *flags]
    command(words, output.with_suffix(".log"))
    test = read_metrics(output / "metrics.json").test
    assert test is not None, "every corpus here has one"
    return 100 * test.f1


def main() -> None:
    """Damage, check, score; train on what is left and on what is corrected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--labeled_size", type=int)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flags", default="", help="of nlp-train, for every tagger")
    parser.add_argument("--check_flags", default="", help="of nlp-train check_labels alone")
    parser.add_argument("--decided", type=int, default=200, help="suspects that are relabelled")
    parser.add_argument("--seeds", type=int, default=0, help="taggers trained on each file")
    options = parser.parse_args()
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    sentences = list(read_columns(options.data / "train.txt"))
    if options.labeled_size:
        sentences, _ = random_part(sentences, options.labeled_size, options.seed)
    write(folder / "truth.txt", sentences)
    labels = damaged(sentences, options.share, options.seed)
    pairs = zip(sentences, labels, strict=True)
    write(folder / "damaged.txt", [replace(one, labels=own) for one, own in pairs])
    flags = shlex.split(options.flags)
    places = ["--data_dir", str(folder), "--train_filename", "damaged.txt"]
    check = ["check_labels", *places, "--output_dir", str(folder / "check"), "--resume"]
    command([*check, *flags, *shlex.split(options.check_flags)], folder / "check.log")
    print(score(folder), flush=True)
    if options.seeds:
        relabel(folder, options.decided)
    for seed in range(1, options.seeds + 1):
        files = ("damaged.txt", "relabelled/damaged.txt", "truth.txt")
        scores = [f1(options.data, folder, name, seed, flags) for name in files]
        damaged_, relabelled_, truth_ = scores
        print(
            f"seed {seed}: F1 on test {damaged_:.2f} damaged, {relabelled_:.2f} with the first "
            f"{options.decided} decided, {truth_:.2f} undamaged",
            flush=True,
        )


if __name__ == "__main__":
    main()
