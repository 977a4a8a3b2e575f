"""The reference that a tagger's folder carries: what its own text is like, for drift."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import read_manifest, read_verified
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.drift.known_words import EMBEDDING, KnownWords
from nlp_architect_ext.evaluation.drift.make_reference import make_reference
from nlp_architect_ext.evaluation.drift.reference import Reference
from nlp_architect_ext.evaluation.evaluation import Evaluation, evaluate
from nlp_architect_ext.runtime.folder import REFERENCE
from nlp_architect_ext.taggers.neural import NeuralTagger

DEV = "dev"


def write_reference(folder: Path, tagger: NeuralTagger, dev: Evaluation | None) -> None:
    """Write the reference of a tagger with its dev sentences; nothing without any."""
    reference = None if dev is None else _reference_of(tagger, dev)
    if reference is not None:
        atomic_write_text(folder / REFERENCE, reference.text())


def carry_reference(
    model: Path, export: Path, tagger: NeuralTagger, dev: Sequence[Sentence]
) -> None:
    """Copy the model's reference into its export; of an older model make it out of dev sentences.

    Args:
        model: folder that the tagger was read from.
        export: folder of its export, not sealed yet.
        tagger: the model.
        dev: labelled sentences; without any an older model's export has no reference.

    Raises:
        UserError: the model's reference is cut or altered.
    """
    if REFERENCE in read_manifest(model):
        content = read_verified(model, [REFERENCE])[REFERENCE]
        atomic_write_bytes(export / REFERENCE, content)
        return
    write_reference(export, tagger, evaluate(tagger, dev, None) if dev else None)


def _reference_of(tagger: NeuralTagger, dev: Evaluation) -> Reference | None:
    vectors = None
    if tagger.takes_word_vectors:
        table = tagger.model.get_parameter(EMBEDDING)
        vectors = table.detach().cpu().float().numpy()
    known = KnownWords(tagger.vocabulary, vectors)
    return make_reference(tagger.labels, known, dev.sentences, dev.predictions, DEV)
