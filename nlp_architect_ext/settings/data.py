"""What is read: labelled sentences, which of them, unlabelled text, and how text becomes words."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_architect_ext.settings.fields import setting

SCHEMES = ("auto", "IOB1", "IOB2", "IOBES", "BILOU", "plain")


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Labelled data: files in one folder."""

    data_dir: str = setting(help="folder of the data files", common=True)
    train_filename: str = setting(
        "train.txt", help="labelled sentences", flags=("--train_file_name",)
    )
    dev_filename: str = setting(
        "dev.txt", help="labelled sentences that pick the best epoch; may be missing"
    )
    test_filename: str = setting(
        "test.txt", help="labelled sentences scored once, at the end; may be missing"
    )
    data_format: str = setting(
        "auto",
        help="format of the labelled files; auto: what a file shows, else columns",
        flags=("--format",),
        common=True,
    )
    offsets: str = setting(
        "auto",
        help="what offsets in such files count; auto: what fits the marked texts",
        choices=("auto", "codepoint", "utf16"),
    )
    tag_col: int = setting(-1, help="column of the tag; the word is column 0", common=True)
    ignore_token: str = setting("", help="lines with this word are dropped, beside -DOCSTART-")
    scheme: str = setting("auto", help="how tags mark entities", choices=SCHEMES)


@dataclass(frozen=True, kw_only=True)
class DrawSettings:
    """Which of the labelled sentences count as labelled."""

    labeled_size: int | None = setting(
        None, help="draw N labelled sentences; the rest is unlabelled text", minimum=1
    )
    split_seed: int = setting(0, help="decides which sentences labeled_size draws", minimum=0)


@dataclass(frozen=True, kw_only=True)
class DevSettings:
    """The sentences that pick the best epoch."""

    dev_fraction: float = setting(
        0.2,
        help="share of train that becomes dev where there is no dev file; 0 for none",
        minimum=0.0,
        maximum=0.5,
        common=True,
    )
    dev_sample: int = setting(
        1000,
        help="dev sentences that pick the best epoch; 0 takes all; the end scores all of them",
        minimum=0,
    )


@dataclass(frozen=True, kw_only=True)
class TokenizerSettings:
    """How raw text is split into words."""

    tokenizer: str = setting(
        "spacy", help="how raw text is split into words", choices=("spacy", "whitespace")
    )
    language: str = setting("en", help="language of raw text, for the tokenizer", common=True)


@dataclass(frozen=True, kw_only=True)
class UnlabelledSettings:
    """Unlabelled text."""

    unlabeled_filename: str = setting(
        "unlabeled.txt", help="raw text, one sentence or paragraph a line", common=True
    )
    unlabeled_format: str = setting(
        "auto", help="its format; auto: what the file shows, else raw text"
    )
    unlabeled_size: int | None = setting(
        None, help="draw at most N unlabelled sentences", minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class MixingSettings:
    """How unlabelled and labelled sentences are mixed."""

    labeled_ratio: float = setting(
        0.5,
        help="labelled share of each batch; 0 draws in proportion",
        minimum=0.0,
        maximum=0.9,
    )
