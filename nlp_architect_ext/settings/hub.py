"""Settings of the commands that bring taggers to the Hugging Face hub and back."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import setting


@dataclass(frozen=True, kw_only=True)
class PushSettings:
    """Settings of `nlp-train push`."""

    model_dir: str = setting(help="folder that nlp-train wrote; its export goes along")
    repo_id: str = setting(help="user/model on the Hugging Face hub; made if need be")
    private: bool = setting(False, help="a new repository is seen by its owners only")
    revision: str | None = setting(None, help="branch, made if need be; main if not given")
    commit_message: str | None = setting(None, help="message of the commit")
    license: str | None = setting(None, help="for the model card: apache-2.0, mit, ...")
    datasets: tuple[str, ...] = setting(
        (), help="for the model card: names of data sets on the hub", spread=True
    )


@dataclass(frozen=True, kw_only=True)
class PullSettings:
    """Settings of `nlp-train pull`."""

    repo_id: str = setting(help="user/model on the Hugging Face hub")
    revision: str | None = setting(None, help="branch, tag or commit; main if not given")
    output_dir: str = setting(help="folder for the tagger; new or empty")
    overwrite_output_dir: bool = setting(False, help="replace an earlier download")
