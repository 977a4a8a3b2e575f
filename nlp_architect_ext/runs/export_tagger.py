"""`nlp-train export`: a tagger as a folder that runs without torch, checked beforehand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.manifest import (
    MANIFEST,
    read_manifest,
    to_text,
    write_manifest,
)
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.base import AUTO, ReadOptions
from nlp_architect_ext.data.formats.labelled_documents import read_labelled_file
from nlp_architect_ext.data.formats.labelled_file import labelled_as
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.evaluation.parity import MAXIMUM_LOSS, Parity, compare
from nlp_architect_ext.runs.dev_of_run import dev_file, dev_out_of_train
from nlp_architect_ext.runs.reference import carry_reference
from nlp_architect_ext.runtime.engines import engines
from nlp_architect_ext.runtime.folder import EXPORTED, GRAPH, INSIDE, OPTIONAL, ORIGIN, size_of
from nlp_architect_ext.runtime.origin import Origin
from nlp_architect_ext.settings.deployment import ExportSettings
from nlp_architect_ext.taggers.folder import NEEDED
from nlp_architect_ext.taggers.neural import NeuralTagger

MEGABYTE = 1e6
WRITTEN = (*EXPORTED, *OPTIONAL, ORIGIN, MANIFEST)


def export_tagger(settings: ExportSettings) -> None:
    """Write the export beside its place, compare it with the original on dev, and move it there.

    Raises:
        UserError: no tagger, a place that's taken, dev sentences that can't be read, or an export
            that loses accuracy.
    """
    folder = Path(settings.output_dir or Path(settings.model_dir) / INSIDE)
    place = OutputFolder(folder, "export", WRITTEN, is_ours=_is_export, exclusive=True)
    place.check(overwrite=settings.overwrite_output_dir)
    tagger = NeuralTagger.load(settings.model_dir)
    dev, source = _dev(settings, tagger)
    if not dev and not settings.force:
        raise UserError(
            where=settings.model_dir,
            wrong="has no dev sentences where they were when it was trained",
            expected="--dev_file",
            remedy=(
                "name a labelled file to check the export on, or give --force to leave it unchecked"
            ),
        )
    with place.swapped(overwrite=settings.overwrite_output_dir) as new:
        tagger.export(new, settings.precision)
        carry_reference(Path(settings.model_dir), new, tagger, dev)
        parity = _compare(tagger, new, dev, source, settings) if dev else None
        _describe(new, settings, parity)
        size = size_of(new)
    say(f"written to {folder}: {size / MEGABYTE:.1f} MB, {settings.precision}")


def _dev(settings: ExportSettings, tagger: NeuralTagger) -> tuple[list[Sentence], str]:
    """Labelled sentences to check the export on, and where they are from."""
    model = Path(settings.model_dir)
    path = Path(settings.dev_file) if settings.dev_file else dev_file(model)
    if path is None:
        return dev_out_of_train(model), "train that were dev"
    splitter = partial(WordSplitter, tagger.language, tagger.tokenizer)
    options = ReadOptions(tag_col=settings.tag_col, ignore_token=settings.ignore_token)
    file, _ = read_labelled_file(path, AUTO, options, splitter)
    return labelled_as(tagger.labels, file), str(path)


def _compare(
    tagger: NeuralTagger,
    export: Path,
    dev: Sequence[Sentence],
    source: str,
    settings: ExportSettings,
) -> Parity:
    """How close the export is in each engine that is here; that of the one that will be taken.

    Raises:
        UserError: in one of them it's too far away.
    """
    for engine in reversed(engines(export)):
        parity = compare(tagger, engine.load(export), dev)
        say(f"{parity.sentences:,} sentences of {source}, {engine.name}: {parity}")
        _check(parity, settings)
    return parity


def _check(parity: Parity, settings: ExportSettings) -> None:
    """Whether it's close enough.

    Raises:
        UserError: too far away.
    """
    if not parity.is_good and not settings.force:
        raise UserError(
            where=f"export of {settings.model_dir}",
            wrong=f"loses {100 * parity.lost:.2f} points of F1",
            expected=f"at most {100 * MAXIMUM_LOSS:.1f}",
            remedy="try --precision fp32, or give --force to have it anyway",
        )


def _describe(folder: Path, settings: ExportSettings, parity: Parity | None) -> None:
    """Write down what it was made from and how close it is, and seal the folder."""
    sums = read_manifest(Path(settings.model_dir))
    origin = {name: sums[name] for name in NEEDED}
    found = None if parity is None else asdict(parity)
    content = Origin(precision=settings.precision, model=origin, parity=found)
    atomic_write_text(folder / ORIGIN, to_text(content.to_json()))
    write_manifest(folder)


def _is_export(names: Collection[str]) -> bool:
    return GRAPH in names
