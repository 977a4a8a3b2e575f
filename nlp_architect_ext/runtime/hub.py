"""Taggers to the Hugging Face hub and back: what is fetched is checked, and never a pickle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.hub import looks_like_name, trouble
from nlp_architect_ext.core.manifest import MANIFEST, read_verified
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime.folder import ON_HUB, is_export, published_files
from nlp_architect_ext.runtime.published import MODEL, PUBLISHED, publish, without_client

if TYPE_CHECKING:
    from huggingface_hub import CommitInfo

MESSAGE = "Upload a tagger of nlp-architect-ext"


def push(
    folder: Path,
    repo_id: str,
    *,
    private: bool | None = None,
    revision: str | None = None,
    token: str | None = None,
    commit_message: str | None = None,
    license: str | None = None,
    datasets: Sequence[str] = (),
) -> CommitInfo:
    """Put a tagger on the hub in one commit; other files of the repository stay.

    Args:
        folder: what `nlp-train` wrote: a model, with an export or without, or an export.
        repo_id: user/model; made if need be.
        private: whether a new repository is; None leaves it to the owner's settings.
        revision: a branch, made if need be; by default main.
        token: of the hub; by default the one of `hf auth login` or of HF_TOKEN.
        commit_message: of the commit.
        license: see `publish`.
        datasets: see `publish`.

    Returns:
        the commit: `oid` is the revision to load it by.

    Raises:
        UserError: see `publish`; or the hub refuses.
    """
    if not looks_like_name(repo_id):
        raise UserError(
            where=repo_id,
            wrong="no name that the hub allows",
            expected="user/model",
            remedy="name the owner and the model",
        )
    with TemporaryDirectory() as scratch, _client(repo_id, revision):
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

        publish(folder, Path(scratch), name=repo_id, license=license, datasets=datasets)
        new = {name for name in PUBLISHED if (Path(scratch) / name).is_file()}
        api = HfApi(token=token)
        api.create_repo(repo_id, private=private, exist_ok=True)
        if revision is not None:
            api.create_branch(repo_id, branch=revision, exist_ok=True)
        # What an earlier push left and this one lacks would look like a part of it.
        there = set(api.list_repo_files(repo_id, revision=revision))
        stale = there.intersection(PUBLISHED) - new
        commit = api.create_commit(
            repo_id,
            [
                *(CommitOperationAdd(name, Path(scratch) / name) for name in sorted(new)),
                *(CommitOperationDelete(name) for name in sorted(stale)),
            ],
            revision=revision,
            commit_message=commit_message or MESSAGE,
        )
    say(f"{repo_id} is at {commit.commit_url}")
    return commit


def fetch(
    repo_id: str,
    *,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: str | Path | None = None,
) -> Path:
    """A tagger of the hub in the local cache; nothing is asked for but the files of a tagger.

    Without a connection the copy of an earlier call is taken.

    Args:
        repo_id: user/model.
        revision: a branch, a tag or a commit; by default main.
        token: see `push`.
        cache_dir: by default the hub's own cache.

    Raises:
        UserError: no such repository or revision, no tagger in it, a damaged one, or no connection.
    """
    with _client(repo_id, revision):
        from huggingface_hub import snapshot_download

        patterns = list(PUBLISHED)  # complete names, no wild cards
        place = Path(
            snapshot_download(
                repo_id,
                revision=revision,
                token=token,
                cache_dir=cache_dir,
                allow_patterns=patterns,
            )
        )
    _check(place, _shown(repo_id, revision))
    return place


def _check(place: Path, name: str) -> None:
    """Whether the cached copy is a whole tagger.

    Raises:
        UserError: it isn't.
    """
    if not (place / MANIFEST).is_file():
        raise UserError(
            where=name,
            wrong=f"has no {MANIFEST}",
            expected="a tagger that nlp-train push, or push_to_hub, put on the hub",
            remedy="check the name; a transformer is a teacher: nlp-train tagger_kd --teacher",
        )
    try:
        read_verified(place, published_files(place) if is_export(place) else MODEL)
        if is_export(place / ON_HUB):
            read_verified(place / ON_HUB, published_files(place / ON_HUB))
    except UserError as error:
        raise UserError(
            where=f"{name}: {Path(error.where).relative_to(place)}",
            wrong=error.wrong,
            expected=error.expected,
            remedy=(
                f"delete {place.parents[1]} to fetch it again; if that doesn't help, the "
                "repository itself is damaged"
            ),
        ) from error


@contextmanager
def _client(repo_id: str, revision: str | None) -> Iterator[None]:
    """The hub's client, its many errors in one line each; it sends no telemetry.

    Raises:
        UserError: it isn't installed, or what it was asked for fails.
    """
    try:
        from huggingface_hub import constants
    except ModuleNotFoundError as error:
        raise without_client() from error
    constants.HF_HUB_DISABLE_TELEMETRY = True
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # the network and the hub fail in many ways
        wrong, remedy = trouble(error)
        raise UserError(
            where=_shown(repo_id, revision),
            wrong=wrong,
            expected="a repository on the Hugging Face hub",
            remedy=remedy,
        ) from error


def _shown(repo_id: str, revision: str | None) -> str:
    return f"{repo_id} at {revision}" if revision else repo_id
