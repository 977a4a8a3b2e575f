"""``spacy:NAME_OR_PATH``: the entities of an installed spaCy pipeline."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import spacy
from spacy.language import Language

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions
from nlp_architect_ext.teachers.kinds.predictions import say_ignored
from nlp_architect_ext.teachers.spacy_docs import entities, to_doc
from nlp_architect_ext.teachers.span_teacher import SpanTeacher


class PipelineFinder:
    """Runs a pipeline on the sentences' own words.

    Args:
        nlp: loaded from a folder.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self.fingerprint = _sum(nlp.path)

    @property
    def types(self) -> set[str]:
        """The labels of its components that mark entities."""
        components = (self._nlp.get_pipe(name) for name in self._marking())
        return {label for one in components for label in getattr(one, "labels", ())}

    def find(self, sentences: Sequence[Sentence]) -> list[Sequence[Span] | None]:
        """See `SpanFinder.find`."""
        # Else every word of every text would stay in spaCy's vocabulary.
        with self._nlp.memory_zone():
            docs = (to_doc(sentence, self._nlp.vocab) for sentence in sentences)
            return [list(entities(doc)) for doc in self._nlp.pipe(docs)]

    def _marking(self) -> list[str]:
        return [
            name
            for name in self._nlp.pipe_names
            if "doc.ents" in self._nlp.get_pipe_meta(name).assigns
        ]


def _sum(folder: Path | None) -> str:
    """A SHA-256 of all files of a pipeline's folder; its place doesn't count."""
    assert folder is not None, "it was loaded from somewhere"
    total = hashlib.sha256(b"spacy 1")
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if "__pycache__" not in path.parts:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
            total.update(path.relative_to(folder).as_posix().encode() + digest)
    return total.hexdigest()


def _pipeline(argument: str) -> PipelineFinder:
    """Any pipeline.

    Raises:
        UserError: spaCy can't load it.
    """
    path = Path(argument).expanduser()
    try:
        nlp = spacy.load(path if path.exists() else argument)
    except Exception as error:  # a pipeline's own code and files may raise anything
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise UserError(
            where=f"spacy:{argument}",
            wrong=f"spaCy can't load it ({reason[0][:200]})",
            expected="an installed pipeline or the folder of one",
            remedy="install it, or correct the name",
        ) from error
    return PipelineFinder(nlp)


def _load(argument: str, labels: LabelSet, options: TeacherOptions) -> PipelineFinder:
    finder = _pipeline(argument)
    known = {one for one in finder.types if options.label_map.type(one, labels) is not None}
    if not known:
        marked = ", ".join(sorted(finder.types)) or "nothing"
        raise UserError(
            where=f"spacy:{argument}",
            wrong=f"marks {marked}, none of the data's types",
            expected=f"some of: {', '.join(labels.types)}",
            remedy="say in a label map what its labels stand for",
        )
    return finder


def _make(argument: str, labels: LabelSet, options: TeacherOptions) -> SpanTeacher:
    """A teacher of the pipeline's `doc.ents`.

    A word without an entity is ``O`` to it where it knows all of the data's types, and else may be
    of a type that it doesn't know.
    """
    finder = _load(argument, labels, options)
    say_ignored(f"spacy:{argument}", finder.types, labels, options)
    ours = {options.label_map.type(one, labels) for one in finder.types}
    return SpanTeacher(finder, labels, options.label_map, outside=ours >= set(labels.types))


def _types(argument: str, options: TeacherOptions) -> set[str]:
    return _pipeline(argument).types


PIPELINE = TeacherKind(
    name="spacy",
    description="the entities of a spaCy pipeline",
    make=_make,
    check=_load,
    types=_types,
)
