"""The bearer token: from a file or the environment, never from the command line."""

from __future__ import annotations

import os
import re
from pathlib import Path

from nlp_architect_ext.core.errors import UserError

VARIABLE = "NLP_ARCHITECT_EXT_TOKEN"
_TOKEN = re.compile(r"[\x21-\x7e]+")


def read_token(file: str | None) -> str | None:
    """The token of a file, else of the environment; None where neither is given.

    Raises:
        UserError: a file that can't be read, or a token that no header can hold.
    """
    if file is None and VARIABLE not in os.environ:
        return None
    where = VARIABLE if file is None else str(file)
    try:
        content = os.environ[VARIABLE] if file is None else Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(
            where=where,
            wrong="can't be read",
            expected="a file with the token",
            remedy="check the path and its permissions",
        ) from error
    token = content.strip()
    if not _TOKEN.fullmatch(token):
        raise UserError(
            where=where,
            wrong="an empty token, or one of several words" if token.isascii() else "not ASCII",
            expected="one word of visible ASCII characters",
            remedy="write another, such as one of: python -c 'import secrets; "
            "print(secrets.token_urlsafe())'",
        )
    return token
