"""The tags of CoNLL-U: those of a column, or of entities out of MISC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.data.formats.conllu_rows import MISC, UPOS, WIDTH, Row

EMPTY = "_"
# Attributes in MISC that hold the tag of an entity: Stanza's ner, and NE.
_ENTITY = re.compile(r"(?:^|\|)(?:ner|ne)=([^|]+)", re.IGNORECASE)

Word = Sequence[Row]  # its row, or that of a token and those of the words it stands for


class ColumnTags:
    """The tags of one column.

    Args:
        path: of the file.
        column: of the tags; negative: UPOS, or MISC where that has entities and UPOS is empty.
        sentences: the words of all sentences of the file.

    Raises:
        UserError: a column that can't have tags.
    """

    def __init__(self, path: Path, column: int, sentences: Sequence[Sequence[Word]]) -> None:
        self.path = path
        self.column = column if column >= 0 else _usual_column(sentences)
        # Some files mark words of entities alone, others say O too: in these, a sentence without
        # a mark is unlabelled.
        self._marks_some = any(0 < sum(map(bool, map(entity, one))) < len(one) for one in sentences)
        if not UPOS <= self.column < WIDTH:
            raise UserError(
                where=str(path),
                wrong=f"tag column {self.column}",
                expected=f"UPOS ({UPOS}), XPOS (4), ... or MISC ({MISC})",
                remedy="choose another tag column",
            )

    def of(self, words: Sequence[Word]) -> tuple[str, ...] | None:
        """One tag a word of a sentence; None where the column says nothing.

        Raises:
            UserError: some words have a part of speech and one has none.
        """
        if self.column == MISC:
            found = [entity(word) for word in words]
            if not self._marks_some and not any(found):
                return None
            return tuple(tag or OUTSIDE for tag in found)
        tagged = [[row for row in word if not row.is_range] for word in words]
        rows = [row for word in tagged for row in word]
        empty = [row for row in rows if row.cells[self.column] == EMPTY]
        if len(empty) == len(rows):
            return None
        if empty and self.column == UPOS:
            raise Row.refused(
                f"{self.path}:{empty[0].line}",
                f"no part of speech for {empty[0].form!r}, unlike others in its sentence",
            )
        return tuple("+".join(row.cells[self.column] for row in word) for word in tagged)


def _usual_column(sentences: Sequence[Sequence[Word]]) -> int:
    words = [word for sentence in sentences for word in sentence]
    has_upos = any(row.cells[UPOS] != EMPTY for word in words for row in word)
    has_entities = any(map(entity, words))
    return MISC if has_entities and not has_upos else UPOS


def entity(word: Word) -> str:
    """The tag of an entity that MISC has for a word, empty where it says nothing."""
    found = [match[1] for row in word if (match := _ENTITY.search(row.misc))]
    return next((tag for tag in found if tag != OUTSIDE), found[0] if found else "")
