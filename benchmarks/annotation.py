"""What to annotate next: how many random sentences are worth as much as chosen ones.

    python benchmarks/annotation.py --corpora gmb wikigold --seeds 1

100 labelled sentences train a tagger; a rule chooses 200 of the rest of train, or as many words as
200 random ones have; their true labels are revealed and a tagger is trained anew. The yardstick
are 100 labelled sentences and 200, 400 and 600 random ones: its F1 over sentences, straight between
the points, says how many random sentences give the same F1. Taggers are cheap ones: `tagger` with
word vectors of MiniLM, few steps, no teacher but where a rule needs one. Every cell is a run of the
real command; what is finished isn't run again. F1 in percent; dev picks epochs and rules.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from accuracy import encoder
from cells import Cell, run_all, summary

CORPORA = ("gmb", "wikigold", "bc5cdr")
LABELLED, CHOSEN = 100, 200
RANDOM = (0, 200, 400, 600)
RULES: dict[str, tuple[str, ...]] = {
    "least confidence": ("--annotate_by", "least-confidence", "--no_annotate_diverse"),
    "least confidence, diverse": ("--annotate_by", "least-confidence"),
    "entropy, diverse": ("--annotate_by", "entropy"),
    "total entropy, diverse": ("--annotate_by", "total-entropy"),
    "margin, diverse": ("--annotate_by", "margin"),
    "disagreement, diverse": ("--annotate_by", "disagreement"),
}
BUDGETS: dict[str, tuple[str, ...]] = {
    "sentences": ("--annotate_sentences", str(CHOSEN)),
    "words": ("--match_random", str(CHOSEN)),
}
CHEAP = ("--tokenizer", "whitespace", "--min_epoch_steps", "100", "--epochs", "6")


class Plan:
    """The cells that are asked for, and where they lie.

    Args:
        options: of the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.data: Path = options.data.resolve()
        self.output: Path = options.output.resolve()
        self.corpora: list[str] = options.corpora
        self.rules: list[str] = options.rules
        self.budgets: list[str] = options.budgets
        self.seeds = range(1, options.seeds + 1)

    def cells(self) -> Iterator[Cell]:
        """The yardstick, then what is chosen."""
        for seed in self.seeds:
            for corpus in self.corpora:
                yield from self._random(corpus, seed)
                for budget in self.budgets:
                    for rule in self.rules:
                        yield from self._chosen(corpus, seed, rule, budget)

    def _random(self, corpus: str, seed: int) -> Iterator[Cell]:
        for more in RANDOM:
            size = ("--labeled_size", str(LABELLED + more), "--split_seed", str(seed))
            words = ("tagger", "--data_dir", str(self.data / corpus), *size, *self._cheap(seed))
            yield Cell("random", corpus, random_name(corpus, seed, more), words)

    def _chosen(self, corpus: str, seed: int, rule: str, budget: str) -> Iterator[Cell]:
        base = random_name(corpus, seed, 0)
        flags: tuple[str, ...] = (*RULES[rule], *BUDGETS[budget], "--seed", str(seed))
        needs: tuple[str, ...] = (base,)
        if "disagreement" in RULES[rule]:
            teacher = self._teacher(corpus, seed)
            yield teacher
            needs += (teacher.name,)
            flags += ("--teacher", str(self.output / teacher.name))
        name = chosen_name(corpus, seed, rule, budget)
        data = f"{name}-data"
        drawn = ("--labeled_size", str(LABELLED), "--split_seed", str(seed))
        places = (str(self.output / base), "--data_dir", str(self.data / corpus))
        words: tuple[str, ...] = (*places, *drawn, *flags)
        yield Cell("", "", data, words, needs, "annotated.py", "train.txt")
        words = ("tagger", "--data_dir", str(self.output / data), *self._cheap(seed))
        for split in ("dev", "test"):
            words += (f"--{split}_filename", str(self.data / corpus / f"{split}.txt"))
        yield Cell(f"{rule}, {budget}", corpus, name, words, (data,))

    def _teacher(self, corpus: str, seed: int) -> Cell:
        size = ("--labeled_size", str(LABELLED), "--split_seed", str(seed), "--seed", str(seed))
        words = ("transformer_token", "--model_name_or_path", encoder(), *size)
        words += ("--data_dir", str(self.data / corpus))
        return Cell("", "", f"{corpus}-{seed}-teacher", words)

    def _cheap(self, seed: int) -> tuple[str, ...]:
        """What makes training cheap, and the draw of its weights."""
        store = ("--soft_labels_dir", str(self.output / "soft_labels"))
        return (*CHEAP, *store, "--word_encoder", encoder(), "--seed", str(seed))

    def f1(self, name: str, split: str) -> float | None:
        """Of a run, in percent."""
        path = self.output / name / "metrics.json"
        if not path.exists():
            return None
        return 100 * float(json.loads(path.read_text("utf-8"))[split]["f1"])

    def table(self, split: str) -> str:
        """F1 of each system, and random sentences of the same F1, means over seeds."""
        lines = [f"| F1 on {split} | {' | '.join(self.corpora)} |"]
        lines.append("|---" * (len(self.corpora) + 1) + "|")
        for more in RANDOM:
            cells = [
                summary([self.f1(random_name(corpus, seed, more), split) for seed in self.seeds])
                for corpus in self.corpora
            ]
            lines.append(f"| {more} random | {' | '.join(cells)} |")
        for budget in self.budgets:
            for rule in self.rules:
                cells = [self._worth(corpus, rule, budget, split) for corpus in self.corpora]
                lines.append(f"| {rule}: {CHOSEN} ({budget}) | {' | '.join(cells)} |")
        return "\n".join(lines)

    def _worth(self, corpus: str, rule: str, budget: str, split: str) -> str:
        """Mean F1, and the random sentences that give it on the yardstick of the same seeds."""
        seeds = [
            seed
            for seed in self.seeds
            if self.f1(chosen_name(corpus, seed, rule, budget), split) is not None
        ]
        found = [self.f1(chosen_name(corpus, seed, rule, budget), split) for seed in self.seeds]
        yardstick = [
            _mean([self.f1(random_name(corpus, seed, more), split) for seed in seeds])
            for more in RANDOM
        ]
        mean = _mean([self.f1(chosen_name(corpus, seed, rule, budget), split) for seed in seeds])
        if mean is None or None in yardstick:
            return summary(found)
        return f"{summary(found)} = {same(mean, [value or 0.0 for value in yardstick])}"


def random_name(corpus: str, seed: int, more: int) -> str:
    """Of a run with random sentences beside the labelled ones."""
    return f"{corpus}-{seed}-random-{more}"


def chosen_name(corpus: str, seed: int, rule: str, budget: str) -> str:
    """Of a run with chosen ones."""
    return f"{corpus}-{seed}-{rule.replace(', ', '-').replace(' ', '-')}-{budget}"


def same(f1: float, yardstick: list[float]) -> str:
    """How many random sentences give this F1, straight between the points of the yardstick."""
    points = list(zip(RANDOM, yardstick, strict=True))
    for (few, low), (many, high) in pairwise(points):
        if low <= f1 <= high:
            return f"{few + (many - few) * (f1 - low) / max(high - low, 1e-9):.0f} random"
    return f"over {RANDOM[-1]} random" if f1 > max(yardstick) else f"under {RANDOM[1]} random"


def _mean(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there and len(there) == len(values) else None


def main() -> None:
    """Run what is asked for, print its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, default=Path("build/annotation"))
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--rules", nargs="*", choices=RULES, default=list(RULES))
    parser.add_argument("--budgets", nargs="+", choices=BUDGETS, default=list(BUDGETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="runs side by side")
    parser.add_argument("--table", action="store_true", help="print what is there, run nothing")
    options = parser.parse_args()
    plan = Plan(options)
    if not options.table:
        run_all(plan.output, list(plan.cells()), options.workers)
    for split in ("dev", "test"):
        print(f"\n{plan.table(split)}")


if __name__ == "__main__":
    main()
