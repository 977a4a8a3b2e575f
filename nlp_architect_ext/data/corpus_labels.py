"""The labels of a corpus: those of train or of a list, and whether the files keep to them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE, spans
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.formats.labels_file import read_labels


def labels_of_train(
    path: Path | None, train: list[Sentence], train_path: Path, scheme: str
) -> LabelSet:
    """The labels of ``labels.txt`` if it exists, else those of train."""
    seen = {label for sentence in train for label in sentence.labels or ()}
    if seen == {OUTSIDE} or (scheme == "plain" and len(seen) == 1):
        raise UserError(
            where=str(train_path),
            wrong=f"every tag is {seen.pop()!r}",
            expected="entities to learn from",
            remedy="choose another tag column, or give labelled sentences",
        )
    if path is not None and path.exists():
        return read_labels(path, scheme)
    return LabelSet.plain(seen) if scheme == "plain" else LabelSet.for_types(types_of(seen))


def check_labels(
    file: LabelledFile, converted: list[Sentence], labels: LabelSet, listed: Path | None
) -> None:
    """Refuse sentences with labels that aren't among these.

    Raises:
        UserError: the first one, with its place in the file.
    """
    known_from = listed if listed is not None and listed.exists() else "train"
    for index, sentence in enumerate(converted):
        for word, label in enumerate(sentence.labels or ()):
            if label not in labels.ids:
                raise UserError(
                    where=file.place(index, word),
                    wrong=f"label {file.tags(index)[word]!r} is not in {known_from}",
                    expected=f"one of: {', '.join(labels.types)}",
                    remedy=f"correct it, or list all labels in {listed}, one a line"
                    if listed
                    else "correct it",
                )


def types_of(labels: Iterable[str]) -> set[str]:
    """The types of entities of IOB2 labels."""
    return {span.type for label in labels for span in spans([label])}


def without_example(labels: LabelSet, sentences: list[Sentence], where: str) -> list[str]:
    """A note on the types that no sentence has, if there are any."""
    seen = {label for sentence in sentences for label in sentence.labels or ()}
    seen_types = seen if labels.scheme == "plain" else types_of(seen)
    missing = [type_ for type_ in labels.types if type_ not in seen_types]
    return [f"no example {where} of: {', '.join(missing)}"] if missing else []
