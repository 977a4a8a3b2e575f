"""`nlp-train check_labels --relabel`: the labelled file as the user decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.tags import spans, tags
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.alignment import Remarks
from nlp_architect_ext.data.conversion import fitting
from nlp_architect_ext.data.corpus import Corpus, place_of
from nlp_architect_ext.data.decisions import read_decisions
from nlp_architect_ext.data.formats.base import ReadOptions, format_named
from nlp_architect_ext.data.formats.column_tags import with_tags
from nlp_architect_ext.data.formats.columns import word_lines
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.relabelled_documents import relabelled_documents
from nlp_architect_ext.data.relabelling import Labels, relabelled
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.data import DataSettings, DrawSettings, TokenizerSettings
from nlp_architect_ext.settings.label_check import CheckLabelsSettings


def relabel(settings: CheckLabelsSettings) -> Path | None:
    """Write the labelled file anew, with the labels that the user decided on.

    Returns:
        The new file, None of a dry run; the old one stays as it is.

    Raises:
        UserError: a decision that can't be used, or a folder that holds something else; nothing is
            written then.
    """
    data = settings.of_tagger().data
    path = place_of(Path(data.data_dir), data.train_filename)
    decisions = Path(settings.suspects.relabel or "")
    folder = Path(settings.run.output_dir)
    place = OutputFolder(
        folder, "relabelling", (path.name,), is_ours=lambda names: path.name in names
    )
    place.check(overwrite=settings.run.overwrite_output_dir, inputs=[path, decisions])
    corpus = load_corpus(data, DrawSettings(), text=settings.text)
    _check_written(path, corpus)
    found = relabelled(path, corpus.train, corpus.labels, read_decisions(decisions))
    changed = {
        index: labels for index, labels in found.items() if labels != corpus.train[index].labels
    }
    say(f"other labels in {len(changed):,} of {counted(len(found), 'sentence')} decided on")
    if settings.run.dry_run:
        say("nothing was written")
        return None
    with place.locked():
        if corpus.format_name == "columns":
            new_tags = _tags_by_line(corpus, changed, path, data.ignore_token)
            atomic_write_bytes(folder / path.name, with_tags(path, new_tags, data.tag_col))
        else:
            _write_documents(path, folder / path.name, corpus, changed, data, settings.text)
    say(f"written to {folder / path.name}")
    return folder / path.name


def _check_written(path: Path, corpus: Corpus) -> None:
    if not path.is_file() or format_named(corpus.format_name).write is None:
        raise UserError(
            where=str(path),
            wrong=f"is of the format {corpus.format_name}, which can't be written as a file",
            expected="a file of a format that can",
            remedy="convert it with nlp-train convert, and check what that writes",
        )


def _write_documents(
    path: Path,
    target: Path,
    corpus: Corpus,
    changed: Mapping[int, Labels],
    data: DataSettings,
    text: TokenizerSettings,
) -> None:
    """Write a file of another format than columns, as `nlp-train convert` does."""
    format_ = format_named(corpus.format_name)
    assert format_.write is not None, "just checked"
    changes = {
        (corpus.train[index].line, corpus.train[index].text or ""): (corpus.train[index], labels)
        for index, labels in changed.items()
    }
    options = ReadOptions(
        offsets=data.offsets,
        tag_col=data.tag_col,
        ignore_token=data.ignore_token,
        scheme=data.scheme,
    )
    documents = relabelled_documents(format_.read(path, options), changes, corpus.labels)
    splitter = partial(WordSplitter, text.language, text.tokenizer)
    format_.write(target, fitting(documents, format_, splitter, Remarks(str(path))))


def _tags_by_line(
    corpus: Corpus, changed: Mapping[int, Labels], path: Path, ignore_token: str
) -> dict[int, str]:
    """The tag of each line of the sentences that change, in the scheme of the file.

    All tags of such a sentence are written, because a neighbour may decide how a tag is written.
    """
    lines = {own[0]: own for own in word_lines(path, ignore_token)}
    found: dict[int, str] = {}
    for index, labels in changed.items():
        own = lines[corpus.train[index].line]
        found |= zip(own, _tags(labels, corpus.scheme), strict=True)
    return found


def _tags(labels: Labels, scheme: str) -> Sequence[str]:
    """Labels as the file's scheme writes them."""
    return labels if scheme == "plain" else tags(spans(labels), len(labels), scheme)
