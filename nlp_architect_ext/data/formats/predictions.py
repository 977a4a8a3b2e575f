"""Files that set labels side by side, a word a line: gold, the teacher's, the student's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.columns import format_columns


def format_predictions(
    sentences: Sequence[Sentence], columns: Mapping[str, Sequence[Sequence[str]]]
) -> str:
    r"""A header line, a line a word with its labels, a blank line between sentences.

    The header is ``# word<TAB>NAME<TAB>…``.

    Args:
        sentences: their words.
        columns: labels of each sentence's words, by the name of the column.

    Raises:
        ValueError: another number of sentences or words, or what `format_columns` refuses.
    """
    header = "\t".join(["# word", *columns]) + "\n"
    rows = zip(sentences, *columns.values(), strict=True)
    return header + "\n".join(format_columns(sentence.words, *labels) for sentence, *labels in rows)
