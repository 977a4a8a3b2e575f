"""`from_pretrained`, `save_pretrained`, `push_to_hub`, as Hugging Face users know them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime import hub
from nlp_architect_ext.runtime.published import publish
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.load import load
from nlp_architect_ext.settings.hub import PullSettings, PushSettings

if TYPE_CHECKING:
    from huggingface_hub import CommitInfo


def from_pretrained(
    name: str | Path,
    *,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: str | Path | None = None,
    engine: str = "auto",
    device: str = "auto",
    threads: int | None = None,
) -> TextTagger:
    """A tagger of the Hugging Face hub, or of a folder if there is one of this name.

    >>> tagger = from_pretrained("user/model")
    >>> tagger("Ada Lovelace moved to London.")
    [Entity(entity_group='PER', score=0.98, word='Ada Lovelace', start=0, end=12), ...]

    Only the files of a tagger are downloaded, as safetensors, ONNX, JSON and text; no pickle, no
    code. Each is checked against the manifest before it's used. Its export, in `onnx/`, needs
    neither torch nor transformers.

    Args:
        name: user/model, or what `load` takes.
        revision: a branch, a tag or a commit; by default main.
        token: of the hub; by default the one of `hf auth login` or of HF_TOKEN.
        cache_dir: where downloads are kept; by default the hub's own cache.
        engine: see `load`.
        device: see `load`.
        threads: see `load`.

    Raises:
        UserError: no such repository or revision, no tagger in it, a damaged one, no connection and
            no earlier download; or as `load`.
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = hub.fetch(str(name), revision=revision, token=token, cache_dir=cache_dir)
    return load(folder, engine=engine, device=device, threads=threads)


def save_pretrained(
    tagger: TextTagger | str | Path,
    folder: str | Path,
    *,
    license: str | None = None,
    datasets: Sequence[str] = (),
) -> None:
    """Write what `push_to_hub` would upload, for `from_pretrained`, `load`, or a clone.

    Args:
        tagger: a tagger, or the folder of one.
        folder: new, empty, a clone of a repository, or what this function wrote earlier.
        license: for the model card: "apache-2.0", ...
        datasets: for the model card: names on the hub.

    Raises:
        UserError: no tagger, or a folder that holds something else.
    """
    if isinstance(tagger, TextTagger):
        tagger.save_pretrained(folder, license=license, datasets=datasets)
    else:
        publish(Path(tagger), Path(folder), license=license, datasets=datasets)


def push_to_hub(
    tagger: TextTagger | str | Path,
    repo_id: str,
    *,
    private: bool | None = None,
    revision: str | None = None,
    token: str | None = None,
    commit_message: str | None = None,
    license: str | None = None,
    datasets: Sequence[str] = (),
) -> CommitInfo:
    """Put a tagger on the Hugging Face hub in one commit; other files of the repository stay.

    Args:
        tagger: a tagger, or the folder of one.
        repo_id: user/model; made if need be.
        private: whether a new repository is; None leaves it to the owner's settings.
        revision: a branch, made if need be; by default main.
        token: see `from_pretrained`.
        commit_message: of the commit.
        license: see `save_pretrained`.
        datasets: see `save_pretrained`.

    Returns:
        the commit: `oid` is the revision to load it by.

    Raises:
        UserError: no tagger, or the hub refuses.
    """
    with TemporaryDirectory() as scratch:
        return hub.push(
            tagger.kept(Path(scratch)) if isinstance(tagger, TextTagger) else Path(tagger),
            repo_id,
            private=private,
            revision=revision,
            token=token,
            commit_message=commit_message,
            license=license,
            datasets=datasets,
        )


def push_folder(settings: PushSettings) -> None:
    """The job of `nlp-train push`."""
    hub.push(
        Path(settings.model_dir),
        settings.repo_id,
        private=settings.private or None,  # else as the owner's settings have it
        revision=settings.revision,
        commit_message=settings.commit_message,
        license=settings.license,
        datasets=settings.datasets,
    )


def pull_folder(settings: PullSettings) -> None:
    """The job of `nlp-train pull`: a folder that needs neither the hub nor its cache any more."""
    fetched = hub.fetch(settings.repo_id, revision=settings.revision)
    place = Path(settings.output_dir)
    publish(fetched, place, overwrite=settings.overwrite_output_dir)
    say(f"{settings.repo_id}, commit {fetched.name}, written to {place}")
