"""A column file with tags: its scheme, its labels in our scheme, and the place of every tag."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import TagError, convert, detect_scheme, irregular
from nlp_architect_ext.data.formats.columns import line_of, read_columns


@dataclass(frozen=True)
class LabelledFile:
    """The sentences of a column file with the tags unchanged; words and sentences count from 0."""

    path: Path
    ignore_token: str
    sentences: list[Sentence]
    format_name: str = "columns"

    @classmethod
    def read(cls, path: Path, tag_col: int = -1, ignore_token: str = "") -> LabelledFile:
        """Read a whole file.

        Raises:
            UserError: what :func:`read_columns` refuses, or no sentence.
        """
        sentences = list(read_columns(path, tag_col=tag_col, ignore_token=ignore_token))
        if not sentences:
            raise UserError(
                where=str(path),
                wrong="no sentence",
                expected="labelled sentences, a word and its tag a line",
                remedy="fill the file",
            )
        return cls(path, ignore_token, sentences)

    def place(self, sentence: int, word: int) -> str:
        """``file:line`` of a word."""
        line = line_of(self.path, self.sentences[sentence], word, self.ignore_token)
        return f"{self.path}:{line}"

    def tags(self, sentence: int) -> tuple[str, ...]:
        """The tags of a sentence as they stand in the file."""
        return self.sentences[sentence].labels or ()

    def scheme(self) -> str:
        """The scheme that the tags of the whole file show.

        Raises:
            UserError: a mixture of schemes or an unknown prefix, with its line.
        """
        try:
            return detect_scheme([sentence.labels or () for sentence in self.sentences])
        except TagError as error:
            raise UserError(
                where=self.place(error.sentence, error.word),
                wrong=error.wrong,
                expected=error.expected,
                remedy="correct the tags, choose another tag column, or name the scheme",
            ) from error

    def converted(self, scheme: str) -> list[Sentence]:
        """The sentences with IOB2 labels, or with the tags as they are if the scheme is ``plain``.

        Raises:
            UserError: a tag that the scheme doesn't have, with its line.
        """
        if scheme == "plain":
            return self.sentences
        result = []
        for index, sentence in enumerate(self.sentences):
            try:
                labels = tuple(sys.intern(label) for label in convert(self.tags(index), scheme))
            except TagError as error:
                raise UserError(
                    where=self.place(index, error.word),
                    wrong=error.wrong,
                    expected=error.expected,
                    remedy="use one scheme in all files; it's that of train unless one is named",
                ) from error
            is_same = labels == sentence.labels
            result.append(sentence if is_same else replace(sentence, labels=labels))
        return result

    def oddities(self, scheme: str) -> str | None:
        """A note on tags that break their scheme's rules, such as I- after O in IOB2; or None."""
        if scheme == "plain":
            return None
        odd = [
            (index, word)
            for index in range(len(self.sentences))
            for word in irregular(self.tags(index), scheme)
        ]
        if not odd:
            return None
        index, word = odd[0]
        first = f"{self.tags(index)[word]!r} at {self.place(index, word)}"
        return (
            f"{len(odd):,} tags are not as {scheme} writes them, first {first}; "
            "entities were read as conlleval reads them, by change of type"
        )


def labelled_as(labels: LabelSet, labelled: LabelledFile) -> list[Sentence]:
    """The sentences of a file with labels of this set, as a tagger's.

    Raises:
        UserError: a file whose tags aren't such labels.
    """
    scheme = "plain" if labels.scheme == "plain" else labelled.scheme()
    sentences = labelled.converted(scheme)
    _check_tags(labelled, sentences, scheme, labels)
    return sentences


def _check_tags(
    labelled: LabelledFile, sentences: list[Sentence], scheme: str, labels: LabelSet
) -> None:
    """Whether the tags are labels at all: the last word of a line of text would count as one."""
    is_known = any(label in labels.ids for sentence in sentences for label in sentence.labels or ())
    if not is_known or (scheme == "plain") != (labels.scheme == "plain"):
        raise UserError(
            where=labelled.place(0, 0),
            wrong=f"tag {labelled.tags(0)[0]!r}, and no tag of the file is the model's",
            expected=f"tags such as {labels.names[-1]!r}",
            remedy="choose another tag column, or give a file with tags",
        )
