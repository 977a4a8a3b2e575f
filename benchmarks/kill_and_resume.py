"""Kill a run at random moments with SIGKILL, resume it, and compare it with an undisturbed run.

python benchmarks/kill_and_resume.py
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from accuracy import encoder

FILES = ("model.safetensors", "teacher/model.safetensors", "vocabulary.json", "config.json")


def command(options: argparse.Namespace, output: Path) -> list[str]:
    """A short run of the main job on wikigold."""
    data = options.data.resolve()
    return [
        str(Path(sys.executable).with_name("nlp-train")),
        "tagger_kd_pseudo",
        "--resume",
        "--output_dir",
        str(output),
        "--data_dir",
        str(data / "wikigold"),
        "--unlabeled_filename",
        str(data / "unlabelled" / "wikisplit.txt"),
        "--teacher",
        encoder(),
        "--tokenizer",
        "whitespace",
        "--threads",
        str(options.threads),
        "--use_crf",
        "--labeled_size",
        "150",
        "--unlabeled_size",
        "1000",
        "--teacher_min_steps",
        "20",
        "--teacher_epochs",
        "2",
        "--epochs",
        "4",
        "--save_steps",
        "20",
    ]


def sums(folder: Path) -> dict[str, str]:
    """SHA-256 of the files that must be equal."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def main() -> None:
    """Run, kill, resume, compare; exit code 1 if a file differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the corpora"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("build/benchmarks"), help="folder of the runs"
    )
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    whole, killed = options.output / "undisturbed", options.output / "killed"
    for folder in (whole, killed):
        shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    subprocess.run(command(options, whole), check=True)
    seconds = time.monotonic() - started
    draw = random.Random(options.seed)  # noqa: S311 (moments to kill, no secret)
    moments = sorted(draw.uniform(5, seconds) for _ in range(options.kills))
    for before, moment in zip([0.0, *moments], moments, strict=False):
        process = subprocess.Popen(command(options, killed), stderr=subprocess.DEVNULL)
        time.sleep(moment - before + 5)  # about five seconds go into starting and reading again
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        found = sorted(path.name for path in killed.iterdir()) if killed.exists() else []
        print(
            f"killed after {moment:.0f} of {seconds:.0f} s; there were: {', '.join(found)}",
            flush=True,
        )
    subprocess.run(command(options, killed), check=True, stderr=subprocess.DEVNULL)
    equal = sums(whole) == sums(killed)
    print("identical: " + ", ".join(FILES) if equal else f"DIFFERENT: {sums(whole)} {sums(killed)}")
    raise SystemExit(not equal)


if __name__ == "__main__":
    main()
