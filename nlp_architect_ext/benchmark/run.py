"""`nlp-train benchmark` from settings to files."""

from __future__ import annotations

import os
import platform
import tempfile
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import torch

from nlp_architect_ext.benchmark.footprint import footprint
from nlp_architect_ext.benchmark.report import Measurements, markdown, page, to_json
from nlp_architect_ext.benchmark.systems import check_names, rival, student_systems
from nlp_architect_ext.benchmark.timing import Timing, compare
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.base import ReadOptions, detect
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.unlabelled import sentences_of
from nlp_architect_ext.reports.plots import speed
from nlp_architect_ext.runs.dev_of_run import dev_file, dev_out_of_train
from nlp_architect_ext.runtime.folder import export_of, read_export
from nlp_architect_ext.settings.deployment import BenchmarkSettings
from nlp_architect_ext.taggers.folder import holds_model

TABLE, DATA, PICTURE = "benchmark.md", "benchmark.json", "benchmark.png"
REPORT = "report.html"
WRITTEN = (DATA, PICTURE, REPORT, TABLE)
RAW_SENTENCES = 10_000  # most that are read as raw text


def run_benchmark(settings: BenchmarkSettings) -> None:
    """Time the student beside other systems, print the table, and write it with data and a picture.

    Raises:
        UserError: anything of the user's that can't be used, before anything is timed.
    """
    folder = Path(settings.output_dir)
    _check_place(folder, settings.overwrite_output_dir)
    torch.set_num_threads(settings.threads)
    everything = _sentences(settings)
    sentences = everything[: settings.sentences]
    with tempfile.TemporaryDirectory() as scratch:
        systems = student_systems(Path(settings.model_dir), Path(scratch), settings.threads)
        export = export_of(Path(settings.model_dir)) or Path(scratch) / "export"
        content = read_export(export)
        labels = LabelSet.from_json(content.config.labels)
        systems += [
            rival(name, labels, content.vocabulary, settings.threads) for name in settings.against
        ]
        check_names([system.name for system in systems])
        timings: list[Timing] = []
        for size in sorted(set(settings.batch_sizes)):
            timings += compare(systems, sentences, size, settings.rounds, say)
        needs = footprint(export, [" ".join(sentence.words) for sentence in everything])
    found = Measurements(
        machine=_machine(settings.threads),
        sentences=len(sentences),
        words=sum(map(len, sentences)),
        systems=systems,
        timings=timings,
        footprint=needs,
    )
    _write(folder, found)


def _write(folder: Path, found: Measurements) -> None:
    text = markdown(found)
    milliseconds = {system.name: found.milliseconds(system.name) for system in found.systems}
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write_bytes(folder / PICTURE, speed(milliseconds, found.sizes))
    atomic_write_text(folder / DATA, to_text(to_json(found)))
    atomic_write_text(folder / REPORT, page(found))
    atomic_write_text(folder / TABLE, text)
    say(f"\n{text}\nwritten to {folder}: {TABLE}, {DATA}, {PICTURE}, {REPORT}")


def _sentences(settings: BenchmarkSettings) -> list[Sentence]:
    model = Path(settings.model_dir)
    path = Path(settings.data_file) if settings.data_file else dev_file(model)
    if path is None and (found := dev_out_of_train(model)):
        return [sentence.without_labels() for sentence in found]
    if path is None:
        raise UserError(
            where=settings.model_dir,
            wrong="has no dev sentences where they were when it was trained",
            expected="--data_file",
            remedy="name a file of sentences",
        )
    options = ReadOptions(
        tag_col=settings.tag_col, ignore_token=settings.ignore_token, labelled=False
    )
    everything = sentences_of(detect(path, "columns"), path, options, WordSplitter)
    first = islice(everything, max(settings.sentences, RAW_SENTENCES))
    found = [sentence.without_labels() for sentence in first]
    if not found:
        raise UserError(
            where=str(path),
            wrong="no sentence",
            expected="sentences to tag",
            remedy="give another file",
        )
    return found


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
    processor = model or platform.machine()
    used = "1 thread" if threads == 1 else f"{threads} threads"
    return f"{processor}, {os.cpu_count()} cores, {used} used, {versions}"
