"""What a curve needs, checked before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.curve.systems import System
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.encoders.folder import labels_of
from nlp_architect_ext.settings.curve import LearningCurveSettings
from nlp_architect_ext.settings.data import UnlabelledSettings


def check_data(settings: LearningCurveSettings, corpus: Corpus, systems: Sequence[System]) -> None:
    """Whether the data suffices for the sizes and the systems.

    Raises:
        UserError: it doesn't.
    """
    train = len(corpus.train)
    sizes = sorted(set(settings.sizes))
    if not sizes or sizes[-1] > train:
        given = " ".join(map(str, sizes)) or "none"
        raise UserError(
            where="--sizes",
            wrong=f"{given}, and train has {train} sentences",
            expected=f"sizes from 1 to {train}",
            remedy="leave out what is larger",
        )
    if not corpus.test and not corpus.dev:
        raise UserError(
            where=settings.data_dir,
            wrong="has neither test nor dev sentences",
            expected="sentences to compare systems on",
            remedy="give a --test_filename",
        )
    raw = settings.unlabeled_filename
    default = UnlabelledSettings.unlabeled_filename
    needs_raw_text = any(system.needs_raw_text for system in systems)
    if needs_raw_text and not (Path(settings.data_dir) / raw).is_file():
        if raw != default:
            raise UserError(
                where=str(Path(settings.data_dir) / raw),
                wrong="no such file",
                expected="unlabelled text",
                remedy="correct the name",
            )
        if sizes[-1] == train:
            raise UserError(
                where="--sizes",
                wrong=f"{train} is all of train, and there is no {default}",
                expected="unlabelled sentences",
                remedy="add that file, or leave out the size",
            )


def check_encoder(name: str) -> None:
    """Whether this can be fine-tuned.

    Raises:
        UserError: it's a token classifier already.
    """
    if labels_of(name) is not None:
        raise UserError(
            where=f"--teacher {name}",
            wrong="is a token classifier already",
            expected="an encoder: a curve fine-tunes it anew for every size and seed",
            remedy="give the encoder that it was made from",
        )
