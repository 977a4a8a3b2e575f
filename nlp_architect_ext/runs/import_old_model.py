"""`nlp-train import_nlp_architect`: a model of NLP Architect as a folder of ours."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.manifest import MANIFEST, to_text, write_manifest
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.reports.imported_card import imported_card
from nlp_architect_ext.runs.place import sums
from nlp_architect_ext.runtime.folder import INSIDE
from nlp_architect_ext.settings.deployment import ImportSettings
from nlp_architect_ext.taggers.folder import NEEDED
from nlp_architect_ext.taggers.imported import imported_tagger
from nlp_architect_ext.taggers.old_model import DESCRIPTION, WEIGHTS, OldModel, read_old_model

CARD, SOURCE = "README.md", "imported_from.json"  # the second says that an import wrote the folder
WRITTEN = (INSIDE, *NEEDED, CARD, MANIFEST, SOURCE)


def import_old_model(settings: ImportSettings) -> None:
    """Read what the script wrote, and write the folder whole or not at all.

    Raises:
        UserError: no such model, one that can't be imported, or a place that's taken.
    """
    old_folder, folder = Path(settings.model_dir), Path(settings.output_dir)
    place = OutputFolder(folder, "import", WRITTEN, is_ours=_is_import, exclusive=True)
    place.check(overwrite=settings.overwrite_output_dir, inputs=[old_folder])
    old = read_old_model(old_folder)
    tagger = imported_tagger(
        old,
        old_folder,
        scheme=settings.scheme,
        tokenizer=settings.tokenizer,
        language=settings.language,
    )
    with place.swapped(overwrite=settings.overwrite_output_dir) as new:
        tagger.save(new)
        card = imported_card(tagger.config, old.network, len(old.words), tagger.size, sys.argv)
        atomic_write_text(new / CARD, card)
        atomic_write_text(new / SOURCE, to_text(_source(old, old_folder)))
        write_manifest(new)
    labels = f"{len(tagger.labels)} labels ({tagger.labels.scheme})"
    say(f"written to {folder}: {old.network} with {labels} and {len(old.words):,} words")


def _source(old: OldModel, folder: Path) -> dict[str, object]:
    """What the tagger was made from."""
    return {
        "network": old.network,
        "max_word_length": old.max_word_length,
        "sha256": sums([folder / DESCRIPTION, folder / WEIGHTS]),
    }


def _is_import(names: Collection[str]) -> bool:
    return SOURCE in names
