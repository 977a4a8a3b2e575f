"""A fault of the program in one line of the log: where it was, never what it was about."""

from __future__ import annotations

import traceback

from nlp_architect_ext.core.errors import UserError


def described_fault(error: BaseException) -> str:
    """Its kind and its place; its message may hold a client's text, and is left out."""
    if isinstance(error, UserError):  # about a folder or a package of the server's own
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
