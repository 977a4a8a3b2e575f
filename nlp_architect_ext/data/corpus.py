"""A data folder as sentences: labelled train, dev and test files, unlabelled text, and the labels they share."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE, SCHEMES, LabelSet, spans
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.formats.labels_file import read_labels

LABELS_FILE = "labels.txt"
DEV, TEST = "dev.txt", "test.txt"  # may be missing; files that are named otherwise may not


@dataclass(frozen=True)
class Corpus:
    """Sentences to train on and to score, their labels in one scheme.

    Args:
        train: labelled sentences.
        dev: labelled sentences that pick the best model, or None.
        test: labelled sentences that are scored once, or None.
        unlabelled: sentences without labels; may be empty.
        labels: the labels of train, dev and test: IOB2 for files in any scheme of entities, or plain.
        scheme: the scheme of the files.
        notes: what the user should know of how the files were read, a line each.
    """

    train: list[Sentence]
    dev: list[Sentence] | None
    test: list[Sentence] | None
    unlabelled: list[Sentence]
    labels: LabelSet
    scheme: str
    notes: tuple[str, ...] = ()


def read_corpus(  # noqa: PLR0913 (as many as the flags of the commands, by the same names)
    data_dir: str | Path,
    *,
    train_filename: str = "train.txt",
    dev_filename: str = DEV,
    test_filename: str = TEST,
    unlabeled_filename: str | None = None,
    tag_col: int = -1,
    ignore_token: str = "",
    scheme: str = "auto",
    language: str = "en",
    tokenizer: str = "spacy",
    unlabeled_format: str = "text",
) -> Corpus:
    """Read a folder of column files and, if one is named, a file of unlabelled text.

    File names are relative to ``data_dir`` or absolute. ``dev.txt`` and ``test.txt`` may be missing, and an empty name
    stands for no file. Labels are those of train; labels that only dev or test has are listed in ``labels.txt``.

    Args:
        data_dir: the folder.
        train_filename: column file of labelled sentences.
        dev_filename: the same, for picking the best model.
        test_filename: the same, for the final score.
        unlabeled_filename: text without labels, or None.
        tag_col: see :func:`read_columns`.
        ignore_token: see :func:`read_columns`.
        scheme: one of ``labels.SCHEMES`` or ``auto``, which decides by all of train.
        language: see :func:`read_text`.
        tokenizer: see :func:`read_text`.
        unlabeled_format: the name of an installed format.

    Raises:
        UserError: files that can't be read, are empty or hold no entity; tags that don't fit the scheme; labels of dev
            or test that train and ``labels.txt`` lack.
    """
    if scheme not in ("auto", *SCHEMES):
        raise UserError(f"--scheme {scheme}", "no such scheme", f"auto or one of {', '.join(SCHEMES)}", "correct it")
    folder, notes = Path(data_dir), list[str]()
    files = {"train": LabelledFile.read(folder / train_filename, tag_col, ignore_token)}
    for part, name, default in (("dev", dev_filename, DEV), ("test", test_filename, TEST)):
        if name and (name != default or (folder / name).exists()):
            files[part] = LabelledFile.read(folder / name, tag_col, ignore_token)
        else:
            notes.append(f"no {part} set: {f'{folder / name} is missing' if name else 'no file is named'}")
    scheme = files["train"].scheme() if scheme == "auto" else scheme
    converted = {part: file.converted(scheme) for part, file in files.items()}
    notes += [note for file in files.values() if (note := file.oddities(scheme))]
    labels = _labels(folder / LABELS_FILE, converted["train"], files["train"].path, scheme)
    for part, file in files.items():
        _check_labels(file, converted[part], labels, folder / LABELS_FILE)
    notes += _without_example(labels, converted["train"], f"in {files['train'].path}")
    unlabelled = [] if unlabeled_filename is None else _unlabelled(
        folder / unlabeled_filename, unlabeled_format,
        {"tag_col": tag_col, "ignore_token": ignore_token, "language": language, "tokenizer": tokenizer})
    return Corpus(converted["train"], converted.get("dev"), converted.get("test"), unlabelled, labels, scheme,
                  tuple(notes))


def _labels(path: Path, train: list[Sentence], train_path: Path, scheme: str) -> LabelSet:
    """The labels of ``labels.txt`` if it exists, else those of train."""
    seen = {label for sentence in train for label in sentence.labels or ()}
    if seen == {OUTSIDE} or (scheme == "plain" and len(seen) == 1):
        raise UserError(str(train_path), f"every tag is {seen.pop()!r}", "entities to learn from",
                        "correct --tag_col or give labelled sentences")
    if path.exists():
        return read_labels(path, scheme)
    return LabelSet.plain(seen) if scheme == "plain" else LabelSet.for_types(_types(seen))


def _check_labels(file: LabelledFile, converted: list[Sentence], labels: LabelSet, listed: Path) -> None:
    known_from = listed if listed.exists() else "train"
    for index, sentence in enumerate(converted):
        for word, label in enumerate(sentence.labels or ()):
            if label not in labels.ids:
                raise UserError(file.place(index, word), f"label {file.tags(index)[word]!r} is not in {known_from}",
                                f"one of: {', '.join(labels.types)}",
                                f"correct it, or list all labels in {listed}, one a line")


def _types(labels: Iterable[str]) -> set[str]:
    return {span.type for label in labels for span in spans([label])}


def _without_example(labels: LabelSet, sentences: list[Sentence], where: str) -> list[str]:
    """A note on the types that no sentence has, if there are any."""
    seen = {label for sentence in sentences for label in sentence.labels or ()}
    seen_types = seen if labels.scheme == "plain" else _types(seen)
    missing = [type_ for type_ in labels.types if type_ not in seen_types]
    return [f"no example {where} of: {', '.join(missing)}"] if missing else []


def _unlabelled(path: Path, format_name: str, options: dict[str, object]) -> list[Sentence]:
    reader = registry.load(registry.FORMATS, format_name)
    wanted = inspect.signature(reader).parameters  # every format takes the options that mean something to it
    options = {name: value for name, value in {**options, "labelled": False}.items() if name in wanted}
    sentences = [sentence.without_labels() for sentence in reader(path, **options)]
    if not sentences:
        raise UserError(str(path), "no sentence", "unlabelled text", "fill the file or name none")
    return sentences


def draw_labelled(corpus: Corpus, size: int, seed: int) -> Corpus:
    """The corpus with ``size`` random sentences of train as labelled ones; the others join the unlabelled text.

    With the same seed a smaller draw is part of a larger one. The labels stay those of the whole corpus.

    Raises:
        UserError: train has fewer sentences, or the size isn't positive.
    """
    if not 0 < size <= len(corpus.train):
        raise UserError(f"labelled size {size}", f"train has {len(corpus.train)} sentences",
                        f"a size from 1 to {len(corpus.train)}", "correct --labeled_size")
    drawn, others = _drawn(corpus.train, size, seed)
    notes = _without_example(corpus.labels, drawn, f"among the {size} labelled sentences that were drawn")
    return replace(corpus, train=drawn, notes=(*corpus.notes, *notes),
                   unlabelled=[*corpus.unlabelled, *(sentence.without_labels() for sentence in others)])


def draw_unlabelled(corpus: Corpus, size: int, seed: int) -> Corpus:
    """The corpus with at most ``size`` random sentences of its unlabelled text."""
    return replace(corpus, unlabelled=_drawn(corpus.unlabelled, size, seed)[0])


def dev_sample(corpus: Corpus, size: int) -> list[Sentence] | None:
    """The dev sentences that pick the best epoch: at most ``size`` random ones, always the same; 0 takes all."""
    if corpus.dev is None or not 0 < size < len(corpus.dev):
        return corpus.dev
    return _drawn(corpus.dev, size, seed=0)[0]


def _drawn(sentences: list[Sentence], size: int, seed: int) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences drawn at random and those that are left, both in their old order."""
    order = np.random.default_rng(seed).permutation(len(sentences)).tolist()
    return [sentences[index] for index in sorted(order[:size])], [sentences[index] for index in sorted(order[size:])]


def summary(corpus: Corpus) -> str:
    """A table of what was read: sentences, words, duplicates across the parts, entities of each type, notes."""
    named = {"train": corpus.train, "dev": corpus.dev, "test": corpus.test, "unlabelled": corpus.unlabelled or None}
    parts = {name: sentences for name, sentences in named.items() if sentences is not None}
    rows: list[Sequence[str | int]] = [
        ("", *parts),
        ("sentences", *map(len, parts.values())),
        ("words", *(sum(len(sentence) for sentence in sentences) for sentences in parts.values())),
        ("longest sentence", *(max(len(sentence) for sentence in sentences) for sentences in parts.values())),
    ]
    for other in ("train", "unlabelled"):
        if other in parts:
            rows.append((f"also in {other}", *("-" if name == other else duplicates(sentences, parts[other])
                                               for name, sentences in parts.items())))
    counts = [Counter(span.type for sentence in sentences for span in corpus.labels.spans(sentence.labels or ()))
              for name, sentences in parts.items() if name != "unlabelled"]
    blank = ["-"] if "unlabelled" in parts else []
    kind = "entities" if corpus.labels.scheme == "IOB2" else "labelled words"
    rows.append((kind, *(count.total() for count in counts), *blank))
    rows += [(f"  {type_}", *(count[type_] for count in counts), *blank) for type_ in corpus.labels.types]
    about = [f"scheme of the files: {corpus.scheme}; {len(corpus.labels)} labels", *corpus.notes]
    return "\n".join([*_aligned(rows), *about])


def duplicates(sentences: list[Sentence], others: list[Sentence]) -> int:
    """How many of the sentences have the same words as one of the others."""
    known = {sentence.words for sentence in others}
    return sum(sentence.words in known for sentence in sentences)


def _aligned(rows: list[Sequence[str | int]]) -> list[str]:
    cells = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.rjust(width) if place else cell.ljust(width)
                      for place, (cell, width) in enumerate(zip(row, widths, strict=True))) for row in cells]
