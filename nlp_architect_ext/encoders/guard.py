"""Around calls of transformers and tokenizers: their errors in our words, and no remarks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.hub import first_line

# What Rust code raises when it fails; pyo3 derives it from BaseException and doesn't export it.
PANIC = "PanicException"


@contextmanager
def translated_errors(where: str, wrong: str, expected: str, remedy: str) -> Iterator[None]:
    """Turn whatever the code inside raises into a UserError, panics of Rust code too."""
    try:
        yield
    except UserError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != PANIC:
            raise
        raise UserError(
            where=where, wrong=f"{wrong} ({first_line(error)})", expected=expected, remedy=remedy
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' remarks and bars: what could be wrong with a checkpoint we check."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
