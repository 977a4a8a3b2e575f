"""`nlp-train inspect`: what is in the data, and what looks wrong."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.standard_output import standard_output
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.finding import Finding
from nlp_architect_ext.data.formats.base import detect
from nlp_architect_ext.data.formats.column_files import COLUMNS
from nlp_architect_ext.data.formats.hub_names import is_on_hub
from nlp_architect_ext.data.inspection import Inspection
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.reports.inspection import data_picture
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.data import DataSettings, DrawSettings
from nlp_architect_ext.settings.texts import InspectSettings

PICTURE, FINDINGS = "data.png", "findings.json"


def inspect_data(settings: InspectSettings) -> list[Finding]:
    """Print a summary and the findings; write the picture and the findings as JSON.

    Raises:
        UserError: the data can't be read.
    """
    data = _with_single_file(settings.data)
    raw = Path(data.data_dir) / settings.unlabelled.unlabeled_filename
    unlabelled = settings.unlabelled if raw.exists() else None
    corpus = load_corpus(data, DrawSettings(), text=settings.text, unlabelled=unlabelled)
    findings = Inspection(corpus, _files(data, settings)).findings()
    standard_output().write(f"{summary(corpus)}\n\n{_told(findings)}\n")
    _write(Path(settings.output_dir), corpus, findings)
    say(f"written to {settings.output_dir}: {PICTURE}, {FINDINGS}")
    return findings


def _with_single_file(data: DataSettings) -> DataSettings:
    """A file, or one dataset, instead of a folder of files is a train file without others."""
    path = Path(data.data_dir)
    if is_on_hub(data.data_dir):
        place, name = ".", data.data_dir
    elif path.is_file() or (path.is_dir() and _is_dataset(path)):
        place, name = str(path.parent), path.name
    else:
        return data
    return replace(data, data_dir=place, train_filename=name, dev_filename="", test_filename="")


def _is_dataset(folder: Path) -> bool:
    """Whether a folder is of a format by itself."""
    return detect(folder, COLUMNS.name) is not COLUMNS


def _files(data: DataSettings, settings: InspectSettings) -> dict[str, str]:
    names = {
        "train": data.train_filename,
        "dev": data.dev_filename,
        "test": data.test_filename,
        "unlabelled": settings.unlabelled.unlabeled_filename,
    }
    return {part: str(Path(data.data_dir) / name) for part, name in names.items()}


def _told(findings: list[Finding]) -> str:
    if not findings:
        return "Nothing looks wrong."
    return "\n".join(["What looks wrong:", *(f"- {finding}" for finding in findings)])


def _write(folder: Path, corpus: Corpus, findings: list[Finding]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "train": corpus.train,
        "dev": corpus.dev or [],
        "test": corpus.test or [],
        "unlabelled": corpus.unlabelled,
    }
    there = {name: sentences for name, sentences in parts.items() if sentences}
    atomic_write_bytes(folder / PICTURE, data_picture(there, corpus.labels))
    records = {"findings": [asdict(finding) for finding in findings]}
    atomic_write_text(folder / FINDINGS, to_text(records))
