"""Every family of models in one table and one picture: quality over time, out of finished runs.

    python benchmarks/families.py --output build/families \
        "BiLSTM:100=BENCHMARK/student, native kernel" "transformer:3 × 384=BENCHMARK/3x384, ..."

Each argument is GROUP:NAME=FOLDER/SYSTEM: a folder that `nlp-train benchmark` wrote, and one of its
systems, all timed on one machine and scored on the same sentences. Writes table.md and pareto.png.
"""

from __future__ import annotations

import argparse
import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.reports.pareto import Point, pareto

BATCHES = (1, 32)


@dataclass(frozen=True)
class Model:
    """A system of a finished benchmark.

    Args:
        group: its family.
        name: within the family.
        f1: between 0 and 1.
        megabytes: on disk.
        milliseconds: a sentence, by size of the batch.
    """

    group: str
    name: str
    f1: float
    megabytes: float
    milliseconds: dict[int, float]


def model(argument: str) -> Model:
    """What an argument of the command line names."""
    title, _, place = argument.partition("=")
    group, _, name = title.partition(":")
    folder, _, system = place.rpartition("/")
    found = json.loads((Path(folder) / "benchmark.json").read_text("utf-8"))
    facts = next(one for one in found["systems"] if one["name"] == system)
    rounds = {
        one["batch_size"]: statistics.median(one["rounds"])
        for one in found["timings"]
        if one["system"] == system
    }
    return Model(group, name, facts["f1"], facts["bytes"] / 1e6, rounds)


def table(models: list[Model]) -> str:
    """A line for each model, the fastest first."""
    lines = ["| family | model | dev F1 | MB | ms, batch 1 | ms, batch 32 |", "|---" * 6 + "|"]
    for one in sorted(models, key=lambda one: one.milliseconds[BATCHES[-1]]):
        times = " | ".join(f"{one.milliseconds[size]:.3f}" for size in BATCHES)
        facts = f"{100 * one.f1:.1f} | {one.megabytes:.1f} | {times}"
        lines.append(f"| {one.group} | {one.name} | {facts} |")
    return "\n".join(lines)


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="GROUP:NAME=FOLDER/SYSTEM")
    parser.add_argument("--output", type=Path, default=Path("build/families"))
    options = parser.parse_args()
    models = [model(argument) for argument in options.models]
    groups: dict[str, dict[str, Point]] = {}
    for one in models:
        groups.setdefault(one.group, {})[one.name] = (one.milliseconds[BATCHES[-1]], one.f1)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "table.md").write_text(table(models) + "\n", encoding="utf-8")
    (options.output / "pareto.png").write_bytes(pareto(groups, "dev"))
    print(table(models))


if __name__ == "__main__":
    main()
