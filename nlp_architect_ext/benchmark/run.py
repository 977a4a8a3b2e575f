"""`nlp-train benchmark` from settings to files."""

from __future__ import annotations

import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch

from nlp_architect_ext.benchmark.footprint import footprint
from nlp_architect_ext.benchmark.report import Measurements, markdown, page, to_json
from nlp_architect_ext.benchmark.scoring import f1_scores
from nlp_architect_ext.benchmark.sentences import read_sample
from nlp_architect_ext.benchmark.system import System
from nlp_architect_ext.benchmark.systems import (
    TRAINED,
    Lessons,
    check_names,
    rival,
    student_systems,
)
from nlp_architect_ext.benchmark.timing import Timing, compare
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.reports.plots import speed
from nlp_architect_ext.runs.dev_of_run import corpus_of_run
from nlp_architect_ext.runtime.engines import engines
from nlp_architect_ext.runtime.folder import Export, export_of, read_export
from nlp_architect_ext.runtime.native.availability import (
    kernel_path,
    missing_kernel,
    native_obstacle,
)
from nlp_architect_ext.serving.load import NO_KERNEL
from nlp_architect_ext.settings.deployment import BenchmarkSettings
from nlp_architect_ext.taggers.folder import holds_model

TABLE, DATA, PICTURE = "benchmark.md", "benchmark.json", "benchmark.png"
REPORT = "report.html"
WRITTEN = (DATA, PICTURE, REPORT, TABLE)


def run_benchmark(settings: BenchmarkSettings) -> None:
    """Time the student beside other systems, print the table, and write it with data and a picture.

    Raises:
        UserError: anything of the user's that can't be used, before anything is timed.
    """
    folder = Path(settings.output_dir)
    _check_place(folder, settings.overwrite_output_dir)
    torch.set_num_threads(settings.threads)
    check_names(settings.against)
    model = Path(settings.model_dir)
    with tempfile.TemporaryDirectory() as scratch:
        systems = student_systems(model, Path(scratch), settings.threads)
        export = export_of(model) or Path(scratch) / "export"
        content = read_export(export)
        sample = read_sample(settings, content.config)
        systems += _rivals(settings, content)
        check_names([system.name for system in systems])
        if obstacle := native_obstacle(export):
            say(f"{NO_KERNEL} {obstacle}")
        sentences = sample.sentences[: settings.sentences]
        timings: list[Timing] = []
        for size in sorted(set(settings.batch_sizes)):
            timings += compare(systems, sentences, size, settings.rounds, say)
        texts = [" ".join(sentence.words) for sentence in sample.sentences]
        needs = footprint(engines(export)[0], export, texts)
    found = Measurements(
        machine=_machine(settings.threads),
        sentences=len(sentences),
        words=sum(map(len, sentences)),
        systems=systems,
        timings=timings,
        footprint=needs,
        scored=len(sample.labelled),
        f1=f1_scores(systems, sample.labelled, LabelSet.from_json(content.config.labels)),
        watts=settings.watts,
    )
    _write(folder, found)


def _rivals(settings: BenchmarkSettings, student: Export) -> list[System]:
    """The systems that the student is compared with, in the order of their names."""
    labels = LabelSet.from_json(student.config.labels)
    is_learning = set(TRAINED) & set(settings.against)
    corpus = corpus_of_run(Path(settings.model_dir)) if is_learning else None
    lessons = Lessons(corpus, settings.rival_minutes)
    found = {}
    # Those that take minutes come last: whatever can't be loaded is said before.
    for name in sorted(settings.against, key=TRAINED.__contains__):
        found[name] = rival(name, labels, student.vocabulary, settings.threads, lessons)
    return [found[name] for name in settings.against]


def _write(folder: Path, found: Measurements) -> None:
    text = markdown(found)
    milliseconds = {system.name: found.milliseconds(system.name) for system in found.systems}
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write_bytes(folder / PICTURE, speed(milliseconds, found.sizes))
    atomic_write_text(folder / DATA, to_text(to_json(found)))
    atomic_write_text(folder / REPORT, page(found))
    atomic_write_text(folder / TABLE, text)
    say(f"\n{text}\nwritten to {folder}: {TABLE}, {DATA}, {PICTURE}, {REPORT}")


def _check_place(folder: Path, overwrite: bool) -> None:
    if holds_model(folder):
        raise UserError(
            where=str(folder),
            wrong="holds a model",
            expected="another folder",
            remedy="choose another output_dir",
        )
    place = OutputFolder(folder, "benchmark", WRITTEN, is_ours=lambda names: TABLE in names)
    place.check(overwrite=overwrite)


def _machine(threads: int) -> str:
    """Processor, cores, threads and the versions that decide the speed."""
    model = ""
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        lines = cpu.read_text(encoding="utf-8").splitlines()
        named = [line for line in lines if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else ""
    packages = ("torch", "transformers", "onnxruntime")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    if not missing_kernel():
        versions += f", native kernel on {kernel_path()}"
    processor = model or platform.machine()
    used = "1 thread" if threads == 1 else f"{threads} threads"
    return f"{processor}, {os.cpu_count()} cores, {used} used, {versions}"
