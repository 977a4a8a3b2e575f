"""Tasks, regions and predictions as Label Studio takes them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from statistics import fmean

from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.json_fields import Record
from nlp_architect_ext.data.formats.json_records import write_json_array

LABELS = "labels"
TEXT, FROM_NAME, TO_NAME = "text", "label", "text"  # as Label Studio's template names them
REGIONS = (LABELS, "hypertextlabels", "paragraphlabels")
OTHERS = "results"  # where `meta` has what is no region
MODEL = "nlp-architect-ext"
MODEL_VERSION = "model_version"


def write_label_studio(path: Path, documents: Iterable[Document]) -> None:
    """Tasks to import: with annotations, or with predictions where a model marked the text."""
    write_json_array(path, map(_task, documents))


def _task(document: Document) -> Record:
    task: Record = {} if document.id is None else {"id": document.id}
    elsewhere = {TEXT}
    if document.marks is not None and _others(document):
        elsewhere.add(OTHERS)
    if document.is_prediction:
        version = document.meta.get(MODEL_VERSION)
        version = version if isinstance(version, str) else MODEL
        elsewhere |= {MODEL_VERSION} if version != MODEL else set()
        task["predictions"] = [prediction(document, version)]
    elif document.marks is not None:
        task["annotations"] = [{"result": results(document)}]
    data = {name: one for name, one in document.meta.items() if name not in elsewhere}
    task["data"] = {TEXT: document.text} | data
    if TEXT in document.meta:
        task["meta"] = {TEXT: document.meta[TEXT]}
    return task


def prediction(
    document: Document, model_version: str, from_name: str = FROM_NAME, to_name: str = TO_NAME
) -> Record:
    """A document's spans as Label Studio takes predictions; the score is the spans' mean.

    Args:
        document: its text and spans.
        model_version: shown beside the prediction.
        from_name: name of the ``Labels`` tag in the labelling configuration.
        to_name: name of the ``Text`` tag in it.
    """
    scores = [span.score for span in document.marks or () if span.score is not None]
    score = {"score": fmean(scores)} if scores else {}
    found = results(document, from_name, to_name)
    return {MODEL_VERSION: model_version, **score, "result": found}


def results(document: Document, from_name: str = FROM_NAME, to_name: str = TO_NAME) -> list[Record]:
    """A document's spans as Label Studio's regions."""
    regions = []
    for number, span in enumerate(document.marks or ()):
        marked = document.text[span.start : span.end]
        value = {"start": span.start, "end": span.end, "text": marked, LABELS: [span.label]}
        score = {} if span.score is None else {"score": span.score}
        names = {"id": str(number), "from_name": from_name, "to_name": to_name}
        regions.append({**names, "type": LABELS, "value": value, **score})
    return regions + _others(document)


def _others(document: Document) -> list[Record]:
    """What an annotation has beside regions of the text, such as choices."""
    others = document.meta.get(OTHERS)
    are_results = isinstance(others, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("from_name"), str)
        and isinstance(one.get("type"), str)
        and one["type"] not in REGIONS
        for one in others
    )
    return list(others) if are_results and others else []


def labelling_config(types: Iterable[str]) -> str:
    """A labelling configuration for these types, with the names that `results` takes."""
    labels = "".join(f'    <Label value="{escape(name)}"/>\n' for name in types)
    return (
        f'<View>\n  <Labels name="{FROM_NAME}" toName="{TO_NAME}">\n{labels}  </Labels>\n'
        f'  <Text name="{TO_NAME}" value="${TEXT}"/>\n</View>\n'
    )
