"""JSON Lines with the keys of Hugging Face's pipelines: what the commands write, and the page.

Records are ``{"text": ..., "entities": [{"entity_group", "score", "word", "start", "end"}]}``, or
have a ``label`` without a score where a person has marked the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record, with_rest
from nlp_architect_ext.data.formats.json_records import read_records, write_json_lines
from nlp_architect_ext.data.formats.offsets import MarkedRange, code_points

SHAPE = '{"text": ..., "entities": [{"start": ..., "end": ..., "label" or "entity_group": ...}]}'
ENTITIES = "entities"
LABELS = ("entity_group", "label")
PREDICTION = "is_prediction"  # said of records that differ from what the rest of the file tells
KNOWN = ("text", ENTITIES, PREDICTION)
UNKNOWN_WORD = "[UNK]"


def read_json(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The texts of a file; where an entity has a score, all of the file are predictions.

    So they are where nothing at all is marked: what a tagger leaves where it finds nothing.

    Raises:
        UserError: what isn't such a record, with its line.
    """
    found = []
    for line, record in read_records(path):
        fields = Fields(record, f"{path}:{line}", SHAPE)
        found.append((_document(fields, line, options), record.get(PREDICTION)))
    are_predictions = _are_predictions([document for document, _ in found])
    for document, said in found:
        is_prediction = said if isinstance(said, bool) else are_predictions
        yield replace(document, is_prediction=is_prediction and document.spans is not None)


def _are_predictions(documents: Sequence[Document]) -> bool:
    """Whether the records that don't say so themselves are a model's."""
    spans = [span for document in documents for span in document.marks or ()]
    return not spans or any(span.score is not None for span in spans)


def _document(fields: Fields, line: int, options: ReadOptions) -> Document:
    text = fields.text("text")
    spans = None
    if fields.has(ENTITIES):
        entities = [fields.inner(one) for one in fields.objects(ENTITIES)]
        places = code_points(
            text,
            [_range(entity) for entity in entities],
            unit=options.offsets,
            convention="codepoint",
            where=fields.where,
            alike=_alike,
        )
        pairs = zip(entities, places, strict=True)
        spans = tuple(
            TextSpan(start, end, _label(entity), entity.score("score"))
            for entity, (start, end) in pairs
        )
    return Document(text, spans, line=line, id=fields.id(), meta=fields.rest(KNOWN))


def _range(entity: Fields) -> MarkedRange:
    word = entity.text("word") if entity.has("word") else None
    if word is not None and UNKNOWN_WORD in word:
        word = None  # a tokenizer's, which says nothing of what stands in the text
    return MarkedRange(entity.whole_number("start"), entity.whole_number("end"), word)


def _alike(marked: str, word: str) -> bool:
    """Whether a word of a tokenizer may stand for this text: it has lost case, accents, spaces."""
    return marked == word or _letters(marked) == _letters(word)


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("##", "")).casefold()
    kept = (one for one in decomposed if not one.isspace() and not unicodedata.combining(one))
    return "".join(kept)


def _label(entity: Fields) -> str:
    name = next((name for name in LABELS if entity.has(name)), LABELS[0])
    return entity.label(name)


def write_json(path: Path, documents: Iterable[Document]) -> None:
    """Records as `nlp-inference` writes them; what a person has marked has no score."""
    everything = list(documents)
    are_predictions = _are_predictions(everything)
    write_json_lines(path, [_record(document, are_predictions) for document in everything])


def _record(document: Document, are_predictions: bool) -> Record:
    entities = None
    if document.marks is not None:
        entities = [_entity(document.text, span) for span in document.marks]
    record: Record = {"text": document.text, ENTITIES: entities}
    if entities is not None and document.is_prediction != are_predictions:
        record[PREDICTION] = document.is_prediction
    return with_rest(record, document, KNOWN)


def _entity(text: str, span: TextSpan) -> Record:
    score = {} if span.score is None else {"score": span.score}
    word = text[span.start : span.end]
    return {"entity_group": span.label, **score, "word": word, "start": span.start, "end": span.end}


def _is_json(head: Head) -> bool:
    return any(_has_entities(record) for record in head.records)


def _has_entities(record: Record) -> bool:
    if not isinstance(record.get("text"), str) or ENTITIES not in record:
        return False
    entities: Any = record[ENTITIES]
    if entities is None or entities == []:
        return "relations" not in record  # as doccano has them
    return isinstance(entities, list) and all(
        isinstance(one, dict) and "start_offset" not in one for one in entities
    )


JSON = Format(
    name="json",
    description="JSON Lines of texts and their entities",
    suffix=".jsonl",
    read=read_json,
    write=write_json,
    says_predicted=True,
    recognises=_is_json,
)
