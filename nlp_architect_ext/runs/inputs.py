"""From settings to data: the corpus of a run, and the files that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.corpus import LABELS_FILE, Corpus, place_of, read_corpus
from nlp_architect_ext.data.dev_split import split_dev
from nlp_architect_ext.data.sampling import draw_labelled, draw_unlabelled
from nlp_architect_ext.settings.data import (
    DataSettings,
    DevSettings,
    DrawSettings,
    TokenizerSettings,
    UnlabelledSettings,
)


def load_corpus(
    data: DataSettings,
    draw: DrawSettings,
    *,
    dev: DevSettings | None = None,
    text: TokenizerSettings,
    unlabelled: UnlabelledSettings | None = None,
    types: Sequence[str] | None = None,
) -> Corpus:
    """Read the data, and draw the labelled and unlabelled sentences that the settings ask for.

    Args:
        data: the labelled files.
        draw: which of their sentences count as labelled.
        dev: what becomes dev where there is no file of it; None for nothing.
        text: how text is split into words.
        unlabelled: the unlabelled text; None for none.
        types: see `read_corpus`.

    Raises:
        UserError: see `read_corpus` and the draws.
    """
    raw = _unlabelled_file(data.data_dir, draw.labeled_size, unlabelled) if unlabelled else None
    corpus = read_corpus(
        Path(data.data_dir),
        train_filename=data.train_filename,
        dev_filename=data.dev_filename,
        test_filename=data.test_filename,
        unlabeled_filename=raw,
        unlabeled_format=unlabelled.unlabeled_format if unlabelled else "auto",
        labelled_format=data.data_format,
        offsets=data.offsets,
        tag_col=data.tag_col,
        ignore_token=data.ignore_token,
        scheme=data.scheme,
        language=text.language,
        tokenizer=text.tokenizer,
        types=types,
    )
    return drawn(corpus, draw, dev=dev, unlabelled=unlabelled)


def drawn(
    corpus: Corpus,
    draw: DrawSettings,
    *,
    dev: DevSettings | None = None,
    unlabelled: UnlabelledSettings | None = None,
) -> Corpus:
    """The part of a corpus that the settings ask for.

    Raises:
        UserError: more sentences are asked for than there are, or no unlabelled ones are left.
    """
    if draw.labeled_size is not None:
        corpus = draw_labelled(corpus, draw.labeled_size, draw.split_seed)
    if dev is not None and dev.dev_fraction and corpus.dev is None and corpus.train:
        corpus = split_dev(corpus, dev.dev_fraction, draw.split_seed)
    if unlabelled is None:
        return replace(corpus, unlabelled=[])
    if not corpus.unlabelled:
        raise _no_text(draw)
    if unlabelled.unlabeled_size is not None:
        corpus = draw_unlabelled(corpus, unlabelled.unlabeled_size, draw.split_seed)
    return corpus


def _no_text(draw: DrawSettings) -> UserError:
    if draw.labeled_size is None:
        return UserError(
            where="unlabelled text",
            wrong="there is none",
            expected="unlabelled sentences",
            remedy="give some, or take a method that needs none",
        )
    return UserError(
        where="labeled_size",
        wrong="takes every sentence of train, and there is no other unlabelled text",
        expected="unlabelled sentences",
        remedy="draw fewer labelled ones, give such text, or take a method that needs none",
    )


def input_files(
    data: DataSettings, unlabelled: UnlabelledSettings | None = None, *others: str | None
) -> list[Path]:
    """The files that decide what a run computes; `others` may be None or name no file."""
    folder = Path(data.data_dir)
    names = [data.train_filename, data.dev_filename, data.test_filename, LABELS_FILE]
    if unlabelled is not None:
        names.append(unlabelled.unlabeled_filename)
    places = [place_of(folder, name) for name in names if name]
    files = [file for place in places for file in _files_of(place)]
    return files + [Path(name) for name in others if name and Path(name).is_file()]


def _files_of(place: Path) -> list[Path]:
    """A file, or all files of a folder that is a data set."""
    if place.is_dir():
        return sorted(path for path in place.rglob("*") if path.is_file())
    return [place] if place.is_file() else []


def _unlabelled_file(
    data_dir: str, labeled_size: int | None, settings: UnlabelledSettings
) -> str | None:
    """The file of unlabelled text; None where it's missing and labeled_size gives such text."""
    name = settings.unlabeled_filename
    is_there = (Path(data_dir) / name).exists()
    is_default = name == UnlabelledSettings.unlabeled_filename
    return None if labeled_size is not None and is_default and not is_there else name
