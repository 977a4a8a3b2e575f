"""Documents with the labels that a person decided on, all else as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.document import Document, TextSpan

Labels = tuple[str, ...]
Place = tuple[int, str]  # line and text of a document


def relabelled_documents(
    documents: Iterable[Document],
    changes: Mapping[Place, tuple[Sentence, Labels]],
    labels: LabelSet,
) -> Iterator[Document]:
    """The documents, those among `changes` with other labels.

    Spans that touch no entity that changes stay as they are, even where they cut words or overlap.

    Args:
        documents: of a file.
        changes: the sentence of a document, and its new labels.
        labels: that there are.
    """
    for document in documents:
        change = changes.get((document.line, document.text))
        if change is None or not document.is_labelled or document.is_prediction:
            yield document
        elif document.tags is not None:
            yield replace(document, tags=change[1])
        else:
            yield _respanned(document, *change, labels)


def _respanned(document: Document, sentence: Sentence, new: Labels, labels: LabelSet) -> Document:
    before, after = (set(labels.spans(one)) for one in (sentence.labels or (), new))
    offsets = sentence.offsets or ()
    places = {span: (offsets[span.start][0], offsets[span.end - 1][1]) for span in before ^ after}
    kept = [
        span
        for span in document.spans or ()
        if not any(span.start < end and start < span.end for start, end in places.values())
    ]
    kept += [TextSpan(*places[span], span.type) for span in after - before]
    return replace(document, spans=tuple(sorted(kept, key=lambda span: (span.start, span.end))))
