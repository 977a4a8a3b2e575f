"""``gliner:NAME_OR_PATH``: a GLiNER, which finds entities of types that are described in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE, Span
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.teachers.gliner_folder import GlinerFolder, find_gliner
from nlp_architect_ext.teachers.gliner_model import THRESHOLD, GlinerModel, gliner_library
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions
from nlp_architect_ext.teachers.label_map import LabelMap
from nlp_architect_ext.teachers.span_teacher import SpanTeacher


class GlinerFinder:
    """Asks for all types at once, in the sentences' own words.

    Args:
        folder: of the model, checked.
        prompts: the data's type that each prompt describes.
        options: where it computes, and how long a window may be.

    Raises:
        UserError: the library can't load the model, or the prompts are too long.
    """

    def __init__(
        self, folder: GlinerFolder, prompts: Mapping[str, str], options: TeacherOptions
    ) -> None:
        self.revision, self._prompts = folder.revision, prompts
        self._name = f"gliner:{folder.name}"
        self._model = GlinerModel(folder, list(prompts), options.device, options.max_pieces)
        self.parameters = self._model.parameters
        library = gliner_library().__version__
        content = [folder.fingerprint, library, [*prompts.items()], options.max_pieces, THRESHOLD]
        self.fingerprint = hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def find(self, sentences: Sequence[Sentence]) -> list[Sequence[Span] | None]:
        """See `SpanFinder.find`; nothing is known of a sentence with a word that is too long."""
        found = self._model.entities([sentence.words for sentence in sentences])
        if silent := sum(spans is None for spans in found):
            said = counted(silent, "sentence")
            say(f"{self._name}: no opinion of {said} with a word that is too long to be read")
        return [spans if spans is None else self._typed(spans) for spans in found]

    def _typed(self, spans: Sequence[Span]) -> list[Span]:
        return [Span(self._prompts[one.type], one.start, one.end) for one in spans]


def prompts_for(name: str, labels: LabelSet, options: TeacherOptions) -> dict[str, str]:
    """What is asked for, and the data's type that each stands for.

    A type is asked for by its description. Without one the names that the label map has for it, or
    its own, are made words: in small letters, because the library's models were trained with words
    of that kind, not with abbreviations.

    Raises:
        UserError: one prompt for two types.
    """
    prompts: dict[str, str] = {}
    for type_ in labels.types:
        others = [key for key, to in options.label_map.entries.items() if to == type_]
        described = options.descriptions.get(type_)
        named = [_as_words(one) for one in others or [type_]]
        for prompt in [" ".join(described.split())] if described else named:
            if prompts.setdefault(prompt, type_) != type_:
                raise UserError(
                    where=f"gliner:{name}",
                    wrong=f"{prompt!r} stands for {prompts[prompt]} and for {type_}",
                    expected="other words for each type",
                    remedy="describe them apart, with --label_descriptions",
                )
    return prompts


def _as_words(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split())


def _check(name: str, labels: LabelSet, options: TeacherOptions) -> None:
    """As `_make`, without the weights."""
    gliner_library()
    prompts_for(name, labels, options)
    find_gliner(name)


def _make(name: str, labels: LabelSet, options: TeacherOptions) -> SpanTeacher:
    """A teacher that was asked for all types, so that a word without an entity is ``O``."""
    gliner_library()
    prompts = prompts_for(name, labels, options)
    finder = GlinerFinder(find_gliner(name), prompts, options)
    by_name = [prompt for prompt, type_ in prompts.items() if type_ not in options.descriptions]
    if by_name:
        say(f"gliner:{name}: asks by name, without a description: {', '.join(by_name)}")
    # It answers with the data's own types; of the map only the key O is left to mean something.
    entries = {key: to for key, to in options.label_map.entries.items() if key == OUTSIDE}
    return SpanTeacher(finder, labels, LabelMap(entries), outside=True)


GLINER = TeacherKind(
    name="gliner",
    description="a GLiNER, asked for types that are described in words",
    make=_make,
    check=_check,
    types=lambda name, options: options.descriptions,
)
