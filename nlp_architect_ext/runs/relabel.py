"""`nlp-train check_labels --relabel`: the labelled file as the user decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.tags import spans, tags
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus, place_of
from nlp_architect_ext.data.decisions import read_decisions
from nlp_architect_ext.data.formats.column_tags import with_tags
from nlp_architect_ext.data.formats.columns import word_lines
from nlp_architect_ext.data.relabelling import Labels, relabelled
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.data import DrawSettings
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
    if corpus.format_name != "columns":
        raise UserError(
            where=str(path),
            wrong=f"is of the format {corpus.format_name}",
            expected="a column file, which can be corrected word by word",
            remedy="convert it with nlp-train convert, and check what that writes",
        )
    found = relabelled(path, corpus.train, corpus.labels, read_decisions(decisions))
    changed = {
        index: labels for index, labels in found.items() if labels != corpus.train[index].labels
    }
    say(f"other labels in {len(changed):,} of {counted(len(found), 'sentence')} decided on")
    if settings.run.dry_run:
        say("nothing was written")
        return None
    changes = _changes(corpus, changed, path, data.ignore_token)
    with place.locked():
        atomic_write_bytes(folder / path.name, with_tags(path, changes, data.tag_col))
    say(f"written to {folder / path.name}")
    return folder / path.name


def _changes(
    corpus: Corpus, found: Mapping[int, Labels], path: Path, ignore_token: str
) -> dict[int, str]:
    """The tag of each line of the sentences that change, in the scheme of the file.

    All tags of such a sentence are written, because a neighbour may decide how a tag is written.
    """
    lines = {own[0]: own for own in word_lines(path, ignore_token)}
    tags_by_line: dict[int, str] = {}
    for index, labels in found.items():
        own = lines[corpus.train[index].line]
        tags_by_line |= zip(own, _tags(labels, corpus.scheme), strict=True)
    return tags_by_line


def _tags(labels: Labels, scheme: str) -> Sequence[str]:
    """Labels as the file's scheme writes them."""
    return labels if scheme == "plain" else tags(spans(labels), len(labels), scheme)
