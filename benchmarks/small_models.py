"""Encoders made smaller, stages before training, transformers as taggers: what each is worth.

    python benchmarks/small_models.py starts --workers 2
    python benchmarks/small_models.py text bottleneck pretrain

Every cell is one run of the real command; what is finished isn't run again. Encoders are distilled
from MiniLM on raw text of gmb's source, then fine-tuned on the labelled sentences of two corpora;
wikigold's sentences look different from that text. F1 in percent on test; dev picks epochs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from accuracy import encoder
from cells import Cell, run_all, table

CORPORA = {"gmb": 300, "wikigold": 200}  # labelled sentences
SEEDS = (1, 2, 3)
STARTS = ("random", "embeddings", "etd-rand", "etd-impt")
SHAPES = {"3x384": ("3", "384"), "3x192": ("3", "192")}
LAST = ("--targets", "hidden", "--mapping", "last")
ALL = ("--mapping", "uniform", "--targets")
STAGES = ("none", "sentence", "words", "both")
BOTTLENECK = ("--architecture", "mobilebert", "--layers", "6", "--bottleneck", "96")
BOTTLENECK += ("--init", "embeddings")
ORDERS = {
    "joint": ("--targets", "hidden", "--mapping", "uniform", "--schedule", "joint"),
    "progressive": ("--targets", "hidden", "--mapping", "uniform", "--schedule", "progressive"),
    "last layer only": LAST,
}
# What a search on gmb found (`mappings`, seed 1), and two that need none.
MAPPINGS = {"uniform": "uniform", "last": "last", "genetic": "0,1,5", "random": "3,4,2"}
UNEXPLAINED = "unexplained"  # the share of the teacher's variance, on held-out text
SENTENCES = 3000  # of raw text


class Plan:
    """The cells that are asked for, and where they lie.

    Args:
        options: of the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.data: Path = options.data.resolve()
        self.output: Path = options.output.resolve()
        self.seeds = SEEDS[: options.seeds]

    def folder(self, name: str) -> Path:
        """Of a run."""
        return self.output / name

    def figure(self, cell: Cell) -> float | None:
        """F1 on test, or the unexplained share of the teacher's variance, in percent."""
        path = self.folder(cell.name) / "metrics.json"
        if not path.exists():
            return None
        metrics: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if cell.column == UNEXPLAINED:
            return 100 * float(metrics["unexplained"]["end"])
        value = metrics["test"]["f1"]
        return 100 * float(value)

    def distilled(
        self, row: str, name: str, seed: int, flags: Iterable[str], size: int = SENTENCES
    ) -> Iterator[Cell]:
        """An encoder, and its fine-tuning on each corpus."""
        made = f"{name}-{seed}"
        text = self._raw("gmb")
        words = ("distill_encoder", "--encoder", encoder(), "--unlabeled_file", text)
        words += ("--unlabeled_size", str(size), "--seed", str(seed), "--parts", "4", *flags)
        words += ("--states_dir", str(self.output / "states"))
        yield Cell(row, UNEXPLAINED, made, words)
        for corpus in CORPORA:
            yield self.tuned(row, corpus, f"{made}-{corpus}", seed, str(self.folder(made)), (made,))

    def tuned(
        self, row: str, corpus: str, name: str, seed: int, base: str, needs: tuple[str, ...] = ()
    ) -> Cell:
        """An encoder fine-tuned on a corpus."""
        words = ("transformer_token", "--model_name_or_path", base, *self.drawn(corpus, seed))
        return Cell(row, corpus, name, words, needs)

    def drawn(self, corpus: str, seed: int) -> tuple[str, ...]:
        """The labelled sentences of a seed."""
        number = str(seed)
        words = ("--data_dir", str(self.data / corpus), "--labeled_size", str(CORPORA[corpus]))
        return (*words, "--split_seed", number, "--seed", number)

    def starts(self) -> Iterator[Cell]:
        """What a student of an encoder begins with."""
        for shape, (layers, hidden) in SHAPES.items():
            for start in STARTS:
                flags = ("--layers", layers, "--hidden", hidden, "--init", start, *LAST)
                for seed in self.seeds:
                    yield from self.distilled(f"{shape}, {start}", f"{shape}-{start}", seed, flags)

    def text(self) -> Iterator[Cell]:
        """The same with less text and with more; one seed."""
        for shape, (layers, hidden) in SHAPES.items():
            for size in (1000, 10000):
                for start in STARTS:
                    flags = ("--layers", layers, "--hidden", hidden, "--init", start, *LAST)
                    row = f"{shape}, {start}, {size:,} sentences"
                    yield from self.distilled(row, f"{shape}-{start}-{size}", 1, flags, size)

    def bottleneck(self) -> Iterator[Cell]:
        """MobileBERT's layers, in three orders at equal steps."""
        for order, lesson in ORDERS.items():
            for seed in self.seeds:
                name = f"mobilebert-{order.replace(' ', '-')}"
                flags = (*BOTTLENECK, *lesson)
                yield from self.distilled(f"bottleneck, {order}", name, seed, flags)

    def mappings(self) -> Iterator[Cell]:
        """Which layer teaches which: searched for once; what was found, taught with every seed."""
        recipe = ("--recipe", "layer-search", "--layers", "3")
        labelled = ("--data_dir", str(self.data / "gmb"), "--labeled_size", str(CORPORA["gmb"]))
        flags = (*recipe, "--mapping", "ga", *labelled)
        yield from self.distilled("mapping ga", "mapping-ga", 1, flags)
        for name, mapping in MAPPINGS.items():
            flags = (*recipe, "--mapping", mapping)
            for seed in self.seeds:
                yield from self.distilled(f"mapping {name}", f"mapping-{name}", seed, flags)

    def details(self) -> Iterator[Cell]:
        """Flags of less weight, each against the default; one seed."""
        small = ("--layers", "3", "--hidden", "192", *LAST)
        bottleneck = (*BOTTLENECK, *LAST)
        variants = {
            "3x192, 32 windows for importance": (*small, "--importance_size", "32"),
            "3x192, embedding hidden": (*small, *ALL, "embedding", "hidden"),
            "3x192, embedding hidden relations": (*small, *ALL, "embedding", "hidden", "relations"),
            "bottleneck, no_norm": (*bottleneck, "--normalization", "no_norm"),
            "bottleneck, 4 feed-forwards": (*bottleneck, "--feed_forwards", "4"),
        }
        for row, flags in variants.items():
            name = row.replace(", ", "-").replace(" ", "-")
            yield from self.distilled(row, name, 1, flags)

    def recipes(self) -> Iterator[Cell]:
        """Each recipe as it is, at one size."""
        for recipe in ("etd", "tinybert", "minilm"):
            for seed in self.seeds:
                flags = ("--recipe", recipe, "--layers", "3")
                yield from self.distilled(f"recipe {recipe}", f"recipe-{recipe}", seed, flags)

    def pseudo(self) -> Iterator[Cell]:
        """Small transformers as students: a teacher's arg max on 5,000 sentences beside gold."""
        for shape, (layers, hidden) in SHAPES.items():
            flags = ("--layers", layers, "--hidden", hidden, "--init", "etd-impt", *LAST)
            name = f"{shape}-etd-impt"
            yield from self.distilled(f"{shape}, gold alone", name, 1, flags)
            teacher = self.tuned("MiniLM", "gmb", "teacher-gmb-1", 1, encoder())
            data = self.drawn("gmb", 1)[:-2]
            words = (str(self.folder("teacher-gmb-1")), *data)
            yield teacher
            yield Cell(
                "", "", "pseudo-gmb-1", words, (teacher.name,), "pseudo_labelled.py", "test.txt"
            )
            mixed = ("transformer_token", "--model_name_or_path", str(self.folder(f"{name}-1")))
            mixed += ("--data_dir", str(self.folder("pseudo-gmb-1")), "--seed", "1")
            mixed += ("--epochs", "3")
            needs = (f"{name}-1", "pseudo-gmb-1")
            yield Cell(f"{shape}, with pseudo-labels", "gmb", f"{name}-pseudo-1", mixed, needs)

    def teachers(self) -> Iterator[Cell]:
        """The encoder itself, fine-tuned."""
        for corpus in CORPORA:
            for seed in self.seeds:
                yield self.tuned("MiniLM", corpus, f"teacher-{corpus}-{seed}", seed, encoder())

    def pretrain(self) -> Iterator[Cell]:
        """The student's stages before training, without a teacher and with one."""
        yield from self.teachers()
        for corpus in CORPORA:
            for stage in STAGES:
                for seed in self.seeds:
                    yield from self._staged(corpus, stage, seed)

    def _staged(self, corpus: str, stage: str, seed: int) -> Iterator[Cell]:
        teacher = f"teacher-{corpus}-{seed}"
        store = str(self.output / "soft_labels")
        common = ("--tokenizer", "whitespace", "--soft_labels_dir", store)
        common += ("--word_encoder", encoder(), "--pretrain", stage, *self.drawn(corpus, seed))
        raw = ("--unlabeled_size", "5000")
        if corpus == "wikigold":
            raw += ("--unlabeled_filename", self._raw(corpus))
        alone = ("--pretrain_file", self._raw(corpus)) if stage != "none" else ()
        yield Cell(
            f"tagger, {stage}",
            corpus,
            f"tagger-{stage}-{corpus}-{seed}",
            ("tagger", *common, *alone),
        )
        taught = ("tagger_kd_pseudo", "--teacher", str(self.folder(teacher)), *raw, *common)
        name = f"pseudo-{stage}-{corpus}-{seed}"
        yield Cell(f"tagger_kd_pseudo, {stage}", corpus, name, taught, (teacher,))

    def _raw(self, corpus: str) -> str:
        name = "wikisplit.txt" if corpus == "wikigold" else "gmb_voa.txt"
        return str(self.data / "unlabelled" / name)


PARTS = (
    "teachers",
    "starts",
    "text",
    "bottleneck",
    "mappings",
    "recipes",
    "details",
    "pseudo",
    "pretrain",
)


def main() -> None:
    """Run what is asked for, print its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, default=Path("build/small_models"))
    parser.add_argument("--workers", type=int, default=1, help="runs side by side")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), choices=range(1, len(SEEDS) + 1))
    options = parser.parse_args()
    plan = Plan(options)
    cells = {part: list(getattr(plan, part)()) for part in options.parts}
    run_all(plan.output, [cell for part in cells.values() for cell in part], options.workers)
    for part, its_cells in cells.items():
        print(f"\n{part}\n\n{table(its_cells, plan.figure)}")


if __name__ == "__main__":
    main()
