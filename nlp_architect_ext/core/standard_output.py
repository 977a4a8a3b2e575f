"""Standard output, where a command's answer goes."""

from __future__ import annotations

import sys
from typing import TextIO

from nlp_architect_ext.core.errors import UserError

NAME = "standard output"


def standard_output() -> TextIO:
    """The stream.

    Raises:
        UserError: the caller has closed it.
    """
    if sys.stdout is None:
        raise UserError(
            where=NAME,
            wrong="closed",
            expected="a terminal, a pipe or a file",
            remedy="leave it open, or name a folder where the command takes one",
        )
    return sys.stdout
