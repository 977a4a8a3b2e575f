"""From settings to what training needs: the data, an untrained tagger, a stream of batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.sampling import draw_labelled, draw_unlabelled
from nlp_architect_ext.settings.groups import DataSettings, StudentSettings, UnlabelledSettings
from nlp_architect_ext.settings.training import TaggerSettings


def load_corpus(settings: DataSettings) -> Corpus:
    """Read the data, and draw the labelled and unlabelled sentences that the settings ask for."""
    raw = settings if isinstance(settings, UnlabelledSettings) else None
    student = settings if raw and isinstance(settings, StudentSettings) else None
    corpus = read_corpus(
        Path(settings.data_dir),
        train_filename=settings.train_filename,
        dev_filename=settings.dev_filename,
        test_filename=settings.test_filename,
        unlabeled_filename=_unlabelled_file(settings.data_dir, settings.labeled_size, raw)
        if raw
        else None,
        unlabeled_format=raw.unlabeled_format if raw else "text",
        tag_col=settings.tag_col,
        ignore_token=settings.ignore_token,
        scheme=settings.scheme,
        language=student.language if student else "en",
        tokenizer=student.tokenizer if student else "whitespace",
    )
    if settings.labeled_size is not None:
        corpus = draw_labelled(corpus, settings.labeled_size, settings.split_seed)
    if raw is None:
        return replace(corpus, unlabelled=[])
    if not corpus.unlabelled:
        wrong = "takes every sentence of train, and there is no other unlabelled text"
        raise UserError(
            where="--labeled_size",
            wrong=wrong,
            expected="unlabelled sentences",
            remedy="draw fewer, or use tagger_kd",
        )
    if raw.unlabeled_size is not None:
        corpus = draw_unlabelled(corpus, raw.unlabeled_size, settings.split_seed)
    return corpus


def _unlabelled_file(
    data_dir: str, labeled_size: int | None, settings: UnlabelledSettings
) -> str | None:
    """The file of unlabelled text; None where labeled_size provides such text and the default file
    is missing.
    """
    name = settings.unlabeled_filename
    is_there = (Path(data_dir) / name).exists()
    is_default = name == UnlabelledSettings.unlabeled_filename
    return None if labeled_size is not None and is_default and not is_there else name


def input_files(settings: DataSettings) -> list[Path]:
    """The files that decide what a run computes."""
    folder = Path(settings.data_dir)
    names = [settings.train_filename, settings.dev_filename, settings.test_filename, "labels.txt"]
    if isinstance(settings, UnlabelledSettings):
        names.append(settings.unlabeled_filename)
    files = [folder / name for name in names]
    if isinstance(settings, TaggerSettings):
        files += [Path(name) for name in (settings.embedding_file, settings.config_file) if name]
    return [path for path in files if path.is_file()]
