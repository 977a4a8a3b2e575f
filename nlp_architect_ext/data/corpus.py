"""A data folder as sentences: train, dev and test files, unlabelled text, and their labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import SCHEMES
from nlp_architect_ext.data.corpus_labels import (
    check_labels,
    labels_of_train,
    types_of,
    without_example,
)
from nlp_architect_ext.data.formats.base import AUTO, ReadOptions
from nlp_architect_ext.data.formats.hub_names import hub_path, is_on_hub
from nlp_architect_ext.data.formats.labelled_documents import read_labelled_file
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.formats.labels_file import read_labels
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.unlabelled import read_unlabelled

LABELS_FILE = "labels.txt"
TRAIN, DEV = "train.txt", "dev.txt"
TEST = "test.txt"
# Under these names; files that are named otherwise may not.
MAY_BE_MISSING = {"dev": DEV, "test": TEST}

LabelledReader = Callable[[Path, str], tuple[LabelledFile, list[str]]]


@dataclass(frozen=True)
class Corpus:
    """Sentences to train on and to score, their labels in one scheme.

    Args:
        train: labelled sentences.
        dev: labelled sentences that pick the best model, or None.
        test: labelled sentences that are scored once, or None.
        unlabelled: sentences without labels; may be empty.
        labels: the labels of train, dev and test: IOB2 for files in any scheme of entities, or
            plain.
        scheme: the scheme of the files.
        notes: what the user should know of how the files were read, a line each.
        dev_is_split: whether dev was a part of train.
        format_name: the format of the file of train.
    """

    train: list[Sentence]
    dev: list[Sentence] | None
    test: list[Sentence] | None
    unlabelled: list[Sentence]
    labels: LabelSet
    scheme: str
    notes: tuple[str, ...] = ()
    dev_is_split: bool = False
    format_name: str = "columns"


def read_corpus(  # noqa: PLR0913 (as many as the flags of the commands, by the same names)
    data_dir: str | Path,
    *,
    train_filename: str = TRAIN,
    dev_filename: str = DEV,
    test_filename: str = TEST,
    unlabeled_filename: str | None = None,
    tag_col: int = -1,
    ignore_token: str = "",
    scheme: str = "auto",
    language: str = "en",
    tokenizer: str = "spacy",
    unlabeled_format: str = AUTO,
    labelled_format: str = AUTO,
    offsets: str = AUTO,
    types: Sequence[str] | None = None,
) -> Corpus:
    """Read a folder of labelled files and, if one is named, a file of unlabelled text.

    File names are relative to ``data_dir`` or absolute. ``dev.txt`` and ``test.txt`` may be
    missing, and an empty name stands for no file. Labels are those of train; labels that only dev
    or test has are listed in ``labels.txt``.

    Args:
        data_dir: the folder.
        train_filename: labelled sentences, a column file or a file of another installed format.
        dev_filename: the same, for picking the best model.
        test_filename: the same, for the final score.
        unlabeled_filename: text without labels, or None.
        tag_col: see :func:`read_columns`.
        ignore_token: see :func:`read_columns`.
        scheme: one of ``labels.SCHEMES`` or ``auto``, which decides by all of train.
        language: see :func:`read_text`.
        tokenizer: see :func:`read_text`.
        unlabeled_format: the name of an installed format; ``auto``: what the file shows, else
            raw text.
        labelled_format: the same for labelled files; ``auto``: what each shows, else columns.
        offsets: unit of the offsets in such files, see :class:`ReadOptions`.
        types: of entities, for a folder without a file of train; None if there must be one.

    Raises:
        UserError: files that can't be read, are empty or hold no entity; tags that don't fit the
            scheme; labels of dev or test that train and ``labels.txt`` lack.
    """
    _check_scheme(scheme)
    folder = Path(data_dir)
    names = {"train": train_filename, "dev": dev_filename, "test": test_filename}
    options = ReadOptions(
        offsets=offsets, tag_col=tag_col, ignore_token=ignore_token, scheme=scheme
    )
    # made when it's needed: spaCy takes a second to import
    splitter = cache(partial(WordSplitter, language, tokenizer))
    read = partial(read_labelled_file, options=options, splitter=splitter)
    files, notes = _labelled_files(folder, names, labelled_format, read, types)
    corpus = corpus_of(files, scheme, folder / LABELS_FILE, notes, types)
    if unlabeled_filename is None:
        return corpus
    path = place_of(folder, unlabeled_filename)
    unlabelled, more_notes = read_unlabelled(path, unlabeled_format, options, splitter)
    return replace(corpus, unlabelled=unlabelled, notes=(*corpus.notes, *more_notes))


def _check_scheme(scheme: str) -> None:
    if scheme not in ("auto", *SCHEMES):
        raise UserError(
            where=f"scheme {scheme!r}",
            wrong="no such scheme",
            expected=f"auto or one of {', '.join(SCHEMES)}",
            remedy="correct it",
        )


def _labelled_files(
    folder: Path,
    names: dict[str, str],
    format_name: str,
    read: LabelledReader,
    types: Sequence[str] | None,
) -> tuple[dict[str, LabelledFile], list[str]]:
    """The files of train, dev and test that there are, and notes on them and on missing ones."""
    missing = {**MAY_BE_MISSING, **({"train": TRAIN} if types is not None else {})}
    files = {}
    notes = []
    for part, name in names.items():
        may_be_missing = name == missing.get(part)
        path = place_of(folder, name)
        if part != "train" and not name:
            notes.append(f"no {part} set: no file is named")
        elif may_be_missing and not path.exists():
            notes.append(f"no {part} set: {path} is missing")
        else:
            files[part], remarks = read(path, format_name)
            notes += remarks
    return files, notes


def place_of(folder: Path, name: str) -> Path:
    """The file of this name in a folder; the name may be absolute, or one of a hub."""
    return hub_path(name) if is_on_hub(name) else folder / name


def corpus_of(
    files: Mapping[str, LabelledFile],
    scheme: str,
    listed: Path | None = None,
    notes: Sequence[str] = (),
    types: Sequence[str] | None = None,
) -> Corpus:
    """The corpus of these files without unlabelled text, its labels in one scheme.

    Args:
        files: ``train``, and ``dev`` and ``test`` where there are such.
        scheme: that of the tags, or ``auto``, which decides by all of train.
        listed: file of the labels; those of train if it's missing.
        notes: what is known already.
        types: of entities, where ``train`` is missing.

    Raises:
        UserError: tags that don't fit the scheme, or labels that train and `listed` lack.
    """
    if "train" not in files:
        return _without_train(types or (), files, listed, notes)
    train_path = files["train"].path
    if scheme == "auto":
        scheme = files["train"].scheme()
    sentences = {part: file.converted(scheme) for part, file in files.items()}
    oddities = [note for file in files.values() if (note := file.oddities(scheme))]
    labels = labels_of_train(listed, sentences["train"], train_path, scheme)
    for part, file in files.items():
        check_labels(file, sentences[part], labels, listed)
    missing = without_example(labels, sentences["train"], f"in {train_path}")
    return Corpus(
        train=sentences["train"],
        dev=sentences.get("dev"),
        test=sentences.get("test"),
        unlabelled=[],
        labels=labels,
        scheme=scheme,
        notes=(*notes, *oddities, *missing),
        format_name=files["train"].format_name,
    )


def _without_train(
    types: Sequence[str],
    files: Mapping[str, LabelledFile],
    listed: Path | None,
    notes: Sequence[str],
) -> Corpus:
    """As `corpus_of`; the labels are those of the types, of dev and of test."""
    sentences = {part: file.converted("IOB2") for part, file in files.items()}
    seen = {label for part in sentences.values() for one in part for label in one.labels or ()}
    labels = LabelSet.for_types({*types, *types_of(seen)})
    if listed is not None and listed.exists():
        labels = read_labels(listed, "IOB2")
    for part, file in files.items():
        check_labels(file, sentences[part], labels, listed)
    return Corpus(
        train=[],
        dev=sentences.get("dev"),
        test=sentences.get("test"),
        unlabelled=[],
        labels=labels,
        scheme="IOB2",
        notes=tuple(notes),
    )
