"""A recognizer of Presidio that finds personal data with a tagger; the extra `presidio`.

>>> recognizer = NlpArchitectRecognizer("out/")
>>> analyzer.registry.add_recognizer(recognizer)

Importing this module makes Presidio know the recognizer by name, for registries in YAML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Entity
from nlp_architect_ext.hosts.held_tagger import HeldTagger

try:
    from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
    from presidio_analyzer.input_validation.yaml_recognizer_models import (
        CONFIG_MODEL_MAP,
        PredefinedRecognizerConfig,
    )
    from presidio_analyzer.nlp_engine import NlpArtifacts
except ImportError as error:
    raise UserError(
        where="nlp_architect_ext.hosts.presidio",
        wrong=f"Presidio isn't installed, or too old ({error})",
        expected="presidio-analyzer",
        remedy="call pip install 'nlp-architect-ext[presidio]'",
    ) from error

# Presidio's names for what taggers often find; other types keep theirs, in capitals.
PRESIDIO_TYPES = {
    "PER": "PERSON",
    "PERS": "PERSON",
    "LOC": "LOCATION",
    "GPE": "LOCATION",
    "ORG": "ORGANIZATION",
}


class NlpArchitectRecognizer(LocalRecognizer):
    """Finds the entities that a tagger was trained for, under Presidio's names of their types.

    Args:
        model: the folder of a model or of an export.
        supported_entities: which of Presidio's types are looked for; None for all that the tagger
            finds.
        entity_mapping: the tagger's types and Presidio's, before those of `PRESIDIO_TYPES`.
        threshold: what scores below is left out.
        engine: as `serving.load.load`'s.
        threads: as `serving.load.load`'s.
        name: of the recognizer.
        supported_language: of the texts that it's given.
        version: of the recognizer.
        context: words that raise the score of an entity near them.

    Raises:
        UserError: the folder holds no tagger, or one without entities; or a type that it doesn't
            find, or a threshold that is no score.
    """

    name: str  # the base class doesn't say it

    def __init__(  # noqa: PLR0913 (as many as the keys of a recognizer in YAML, by the same names)
        self,
        model: str,
        *,
        supported_entities: Sequence[str] | None = None,
        entity_mapping: Mapping[str, str] | None = None,
        threshold: float = 0.0,
        engine: str = "auto",
        threads: int | None = None,
        name: str = "NlpArchitectRecognizer",
        supported_language: str = "en",
        version: str = "0.0.1",
        context: list[str] | None = None,
    ) -> None:
        if not 0 <= threshold <= 1:
            raise _wrong(f"threshold {threshold}", "isn't a score", "a number between 0 and 1")
        self._held, self._threshold = HeldTagger(model, engine, threads), threshold
        labels = self._held.tagger.labels
        if labels.scheme == "plain":
            raise _wrong(model, "tags single words", "a tagger that finds entities")
        mapping = entity_mapping or {}
        unknown = sorted(mapping.keys() - set(labels.types))
        if unknown:
            raise _wrong("entity_mapping", f"no type {unknown[0]!r}", _one_of(labels.types))
        self._types = {type_: mapping.get(type_) or presidio_type(type_) for type_ in labels.types}
        found = sorted(set(self._types.values()))
        missing = sorted(set(supported_entities or ()) - set(found))
        if missing:
            raise _wrong("supported_entities", f"{missing[0]!r} isn't found", _one_of(found))
        super().__init__(
            list(supported_entities or found), name, supported_language, version, context
        )

    def load(self) -> None:
        """Open the tagger; Presidio calls it once."""
        _ = self._held.tagger

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """The entities of a text.

        Args:
            text: raw text, which the tagger splits into words by itself.
            entities: Presidio's types that are looked for; none for all.
            nlp_artifacts: isn't looked at.
        """
        wanted = set(self.supported_entities).intersection(entities or self.supported_entities)
        found = self._held.tagger(text, threshold=self._threshold)
        return [self._result(one) for one in found if self._types[one.entity_group] in wanted]

    def to_dict(self) -> dict[str, Any]:
        """What `from_dict` makes the same recognizer of."""
        return {
            **super().to_dict(),
            "model": str(self._held.folder),
            "entity_mapping": self._types,
            "threshold": self._threshold,
            "engine": self._held.engine,
            "threads": self._held.threads,
        }

    def _result(self, entity: Entity) -> RecognizerResult:
        type_ = self._types[entity.entity_group]
        explanation = AnalysisExplanation(
            recognizer=self.name,
            original_score=entity.score,
            textual_explanation=f"{entity.entity_group} of the tagger {self._held.folder}",
        )
        known = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        return RecognizerResult(type_, entity.start, entity.end, entity.score, explanation, known)


class _Entry(PredefinedRecognizerConfig):
    """The keys of this recognizer in YAML; Presidio drops those that no such class names."""

    model: str
    entity_mapping: dict[str, str] | None = None
    threshold: float = 0.0
    engine: str = "auto"
    threads: int | None = None


CONFIG_MODEL_MAP[NlpArchitectRecognizer.__name__] = _Entry


def presidio_type(type_: str) -> str:
    """Presidio's name for a tagger's type of entity."""
    return PRESIDIO_TYPES.get(type_.upper(), type_.upper())


def _one_of(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}"


def _wrong(where: str, wrong: str, expected: str) -> UserError:
    return UserError(where=where, wrong=wrong, expected=expected, remedy="correct it")
