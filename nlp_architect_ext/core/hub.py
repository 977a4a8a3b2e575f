"""The Hugging Face hub: what a name there looks like, and in our words what goes wrong with it."""

from __future__ import annotations

import re

NAME = re.compile(r"[\w.-]+/[\w.-]+")  # user/model


def looks_like_name(name: str) -> bool:
    """Whether it could be the name of a repository rather than a folder's path."""
    return NAME.fullmatch(name) is not None and not name.startswith(".")


def trouble(error: Exception) -> tuple[str, str]:
    """What is wrong, and what would help; both without the hub's own many lines."""
    from huggingface_hub import errors  # whoever never asks the hub doesn't need it

    said = {
        errors.GatedRepoError: (
            "the hub asks for consent to its terms",
            "accept them on its page and log in (`hf auth login`)",
        ),
        errors.RepositoryNotFoundError: (
            "no such model on the hub",
            "check the name; for a private one log in",
        ),
        errors.RevisionNotFoundError: (
            "has no such revision on the hub",
            "name a branch, a tag or a commit that it has",
        ),
        errors.HFValidationError: ("no name that the hub allows", "name it as user/model"),
    }
    for kind, found in said.items():
        if isinstance(error, kind):
            return found
    cause = error.__cause__
    if isinstance(error, errors.LocalEntryNotFoundError):
        if isinstance(cause, errors.HfHubHTTPError):
            return trouble(cause)
        remedy = "connect, or download the model elsewhere and give its folder"
        return "the hub can't be reached", remedy
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403):
        return "the hub refuses the token", "log in with one that may do this (`hf auth login`)"
    return f"the hub fails ({first_line(error)})", "check the name and the connection"


def first_line(error: BaseException) -> str:
    """The kind of an error and the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
