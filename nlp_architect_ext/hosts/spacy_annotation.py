"""What a tagger found, written into a spaCy doc: entities or tags, and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from nlp_architect_ext.core.errors import UserError

BEGIN = 3  # spaCy's `ent_iob` of an entity's first token; without a type no entity may be there


@dataclass(frozen=True, slots=True)
class Found:
    """An entity in the tokens of a doc, or one token with a plain label.

    Args:
        start: its first token.
        end: the token behind its last.
        label: its type.
        score: the probability that it's right.
    """

    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Annotation:
    """How a doc is annotated.

    Args:
        threshold: what scores below is left out.
        overwrite: whether earlier entities, or tags, give way; else they stay, and what is found on
            their tokens is left out.
        score_attribute: the custom attribute that holds the score of an entity, or of a token with
            a plain label, as `entity._.score`; None for none. Unlike a group in `doc.spans` it
            survives that tokens are merged.

    Raises:
        UserError: a threshold that isn't between 0 and 1.
    """

    threshold: float
    overwrite: bool
    score_attribute: str | None

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise UserError(
                where=f"threshold {self.threshold}",
                wrong="isn't a score",
                expected="a number between 0 and 1",
                remedy="correct it",
            )
        for type_ in (Span, Token):
            if self.score_attribute and not type_.has_extension(self.score_attribute):
                type_.set_extension(self.score_attribute, default=None)

    def write(self, doc: Doc, found: Sequence[Found], is_plain: bool) -> None:
        """Set the entities of a doc, or for plain labels the tags of its tokens, and the scores.

        Args:
            doc: the doc.
            found: in their order, without overlap.
            is_plain: whether their labels are those of single tokens.
        """
        sure = [one for one in found if one.score >= self.threshold]
        free = sure if self.overwrite else _on_free_tokens(doc, sure, is_plain)
        spans = [Span(doc, one.start, one.end, label=one.label) for one in free]
        if is_plain:
            for span in spans:
                doc[span.start].tag_ = span.label_
        else:
            _set_entities(doc, spans, self.overwrite)
        if self.score_attribute:
            for span, one in zip(spans, free, strict=True):
                place = doc[span.start] if is_plain else span
                place._.set(self.score_attribute, one.score)


def _on_free_tokens(doc: Doc, found: Sequence[Found], is_plain: bool) -> list[Found]:
    """What is found on tokens that nothing before has tagged, or claimed for an entity or none."""

    def is_taken(token: Token) -> bool:
        return bool(token.tag if is_plain else token.ent_type or _is_blocked(token))

    return [one for one in found if not any(map(is_taken, doc[one.start : one.end]))]


def _set_entities(doc: Doc, spans: Sequence[Span], overwrite: bool) -> None:
    if not overwrite:
        blocked = [doc[token.i : token.i + 1] for token in doc if _is_blocked(token)]
        doc.set_ents([*doc.ents, *spans], blocked=blocked)
        return
    for token in doc:
        token.ent_id = token.ent_kb_id = 0  # else those of earlier entities would stay
    doc.set_ents(list(spans))


def _is_blocked(token: Token) -> bool:
    """Whether no entity may be here, as `Doc.set_ents(blocked=...)` says it."""
    return bool(token.ent_iob == BEGIN and not token.ent_type)
