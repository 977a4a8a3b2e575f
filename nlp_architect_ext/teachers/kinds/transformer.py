"""``transformer:NAME``: a Hugging Face encoder or token classifier; also a name without a kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.folder import find, labels_of
from nlp_architect_ext.encoders.loading import load_model, load_outline, load_tokenizer
from nlp_architect_ext.teachers.base import Teacher
from nlp_architect_ext.teachers.fine_tuning import fine_tune
from nlp_architect_ext.teachers.fine_tuning_settings import FineTuning
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions, TeacherTraining, one_path
from nlp_architect_ext.teachers.mapped import MappedTransformer, check_mapped
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


def _make(name: str, labels: LabelSet, options: TeacherOptions) -> Teacher:
    """See `TransformerTokenClassifier.load`; with a label map its labels may be others."""
    own = labels_of(name)
    is_mapped = _is_mapped(own, labels, options)
    wanted = LabelSet(own, "plain") if is_mapped and own is not None else labels
    teacher = TransformerTokenClassifier.load(
        name,
        wanted,
        device=options.device,
        precision=options.precision,
        max_pieces=options.max_pieces,
    )
    return MappedTransformer(teacher, labels, options.label_map, name) if is_mapped else teacher


def _is_mapped(own: Sequence[str] | None, labels: LabelSet, options: TeacherOptions) -> bool:
    return own is not None and options.label_map.is_given and set(own) != set(labels.names)


def _check(name: str, labels: LabelSet, options: TeacherOptions) -> None:
    own = labels_of(name)
    if own is not None and _is_mapped(own, labels, options):
        check_mapped(own, labels, options.label_map, name)
        labels = LabelSet(own, "plain")
    check_transformer(name, labels, precision=options.precision, max_pieces=options.max_pieces)


def check_transformer(
    name: str, labels: LabelSet, *, precision: str, max_pieces: int | None, relabel: bool = False
) -> None:
    """See that a checkpoint can be loaded, without loading it, and that the settings fit it.

    Args:
        name: folder or hub name.
        labels: of the data.
        precision: see `TransformerTokenClassifier`.
        max_pieces: see `TransformerTokenClassifier`.
        relabel: whether a token classifier with other labels will do, because it gets a new last
            layer.

    Raises:
        UserError: a checkpoint that isn't there or can't be loaded, one with other labels, or
            settings that don't fit it.
    """
    folder = find(name)
    known = folder.label_names
    kept = (
        known if known is not None and not (relabel and set(known) != set(labels.names)) else None
    )
    names = kept or labels.names
    outline, tokenizer = load_outline(folder, names, new_head=kept is None), load_tokenizer(folder)
    TransformerTokenClassifier(
        outline,
        tokenizer,
        names,
        labels,
        name=folder.name,
        precision=precision,
        max_pieces=max_pieces,
    )


def _is_untrained(name: str) -> bool:
    return labels_of(name) is None


def _untrained(name: str, labels: LabelSet, options: TeacherOptions) -> Teacher:
    """With a last layer of random numbers."""
    folder = find(name)
    model = load_model(folder, labels.names, new_head=True)
    # transformers' decorator hides the method's own type.
    model.to(options.device)  # type: ignore[arg-type]
    return TransformerTokenClassifier(
        model,
        load_tokenizer(folder),
        labels.names,
        labels,
        precision=options.precision,
        max_pieces=options.max_pieces,
    )


def _train(
    name: str,
    train: Sequence[Sentence],
    dev: Sequence[Sentence] | None,
    labels: LabelSet,
    folder: Path,
    settings: FineTuning,
) -> dict[str, Any]:
    return fine_tune(name, train, dev, labels, folder, settings)


def _types(name: str, options: TeacherOptions) -> set[str]:
    """Those of its labels, whatever their scheme."""
    return {label[2:] if label[1:2] == "-" else label for label in labels_of(name) or ()}


def _encoder(name: str) -> str | None:
    return name


TRANSFORMER = TeacherKind(
    name="transformer",
    description="a Hugging Face encoder, fine-tuned first, or a token classifier",
    make=_make,
    check=_check,
    inputs=one_path,
    types=_types,
    encoder=_encoder,
    training=TeacherTraining(is_needed=_is_untrained, untrained=_untrained, train=_train),
)
