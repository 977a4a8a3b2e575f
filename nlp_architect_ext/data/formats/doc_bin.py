"""spaCy's DocBin, the ``.spacy`` files that `spacy train` reads: documents with words and entities.

Format: https://spacy.io/api/docbin, compressed msgpack, in which no code can be.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import RECORD, Format, Head, ReadOptions

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin, Span

SUFFIX = ".spacy"
OURS = "nlp_architect_ext"  # in a doc's user data: a JSON text with what spaCy has no place for
SPAN_GROUP = "sc"  # where spaCy's span categorizer has its spans
# Nothing else is looked at; heads and links out of a damaged file could lead anywhere.
_ATTRIBUTES = ("ORTH", "ENT_IOB", "ENT_TYPE", "TAG")
_GAP = re.compile(r"\s+|\S+")
_MISSING = 0  # ENT_IOB of a token about which nothing is said


def read_doc_bin(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The docs of a file, with their own tokens; white space is no word.

    Spans are the entities where a doc has them set, none being set too; else the spans of the
    group ``sc``; else words with tags have these. A doc with nothing of it is unlabelled.

    Raises:
        UserError: the file or a doc is damaged, or says of some words only what they are.
    """
    from spacy.vocab import Vocab

    box = _opened(path)
    docs = box.get_docs(Vocab())
    for number in range(1, len(box) + 1):
        where = f"{path}{RECORD}{number}"
        try:
            doc = next(docs)
            document = _document(doc, number, where, options)
        except UserError:
            raise
        except Exception as error:  # spaCy raises anything
            raise _damaged(where, error) from error
        yield document


def _opened(path: Path) -> DocBin:
    from spacy.tokens import DocBin

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            where=str(path),
            wrong=f"can't be read ({error.strerror})",
            expected="a .spacy file",
            remedy="correct the path",
        ) from error
    collects = gc.isenabled()
    try:
        return _narrowed(DocBin().from_bytes(data))
    except Exception as error:  # zlib, msgpack and NumPy raise a dozen kinds
        raise _damaged(str(path), error) from error
    finally:
        if collects:  # reading msgpack turns it off, and leaves it so after an error
            gc.enable()


def _narrowed(box: DocBin) -> DocBin:
    """With the attributes that are looked at, and nothing else."""
    from spacy.attrs import IDS

    wanted = [IDS[name] for name in _ATTRIBUTES if IDS[name] in box.attrs]
    columns = [box.attrs.index(attribute) for attribute in wanted]
    for part in (box.spaces, box.cats, box.span_groups, box.flags, box.user_data):
        if len(part) != len(box.tokens):
            raise ValueError(f"{len(box.tokens)} docs, of something only {len(part)}")
    box.tokens = [tokens[:, columns] for tokens in box.tokens]
    box.attrs = wanted
    return box


def _damaged(where: str, error: Exception) -> UserError:
    return UserError(
        where=where,
        wrong=f"damaged ({str(error)[:200] or type(error).__name__})",
        expected="docs as spaCy's DocBin writes them",
        remedy="export the file again",
    )


def _document(doc: Doc, number: int, where: str, options: ReadOptions) -> Document:
    words = tuple((token.idx, token.idx + len(token)) for token in doc if not token.text.isspace())
    ours = _ours(doc)
    spans = _spans(doc, where) if options.labelled else None
    tags = None
    if spans is None and options.labelled and words and doc.has_annotation("TAG"):
        tags = tuple(token.tag_ for token in doc if not token.text.isspace())
    scores = ours.get("scores")
    if spans and isinstance(scores, list) and len(scores) == len(spans):
        pairs = zip(spans, scores, strict=True)
        spans = tuple(TextSpan(one.start, one.end, one.label, score) for one, score in pairs)
    return Document(
        doc.text,
        spans,
        words,
        tags if tags and all(tags) else None,
        line=number,
        id=ours.get("id"),
        meta=ours.get("meta", {}),
        is_prediction=bool(ours.get("is_prediction", False)),
    )


def _ours(doc: Doc) -> dict[str, Any]:
    """What `write_doc_bin` has added, checked."""
    found = json.loads(doc.user_data.get(OURS, "{}"))
    kinds = {"id": str | int, "meta": dict, "is_prediction": bool, "scores": list}
    if not isinstance(found, dict) or any(
        key in found and not isinstance(found[key], kind) for key, kind in kinds.items()
    ):
        raise ValueError(f"user data {OURS!r} isn't as it should be")
    if not all(score is None or isinstance(score, float) for score in found.get("scores", [])):
        raise ValueError("scores that are no numbers")
    return found


def _spans(doc: Doc, where: str) -> tuple[TextSpan, ...] | None:
    said = [token.ent_iob != _MISSING for token in doc if not token.text.isspace()]
    if any(said) and not all(said):
        raise UserError(
            where=where,
            wrong=f"nothing is said of {said.count(False):,} of {len(said):,} words",
            expected="entities set for all words, or for none",
            remedy="set what is missing to O: doc.set_ents(doc.ents)",
        )
    if not any(said) and SPAN_GROUP not in doc.spans:
        return None
    found = doc.ents if any(said) else doc.spans[SPAN_GROUP]
    return tuple(TextSpan(one.start_char, one.end_char, one.label_) for one in found)


def write_doc_bin(path: Path, documents: Iterable[Document]) -> None:
    """A doc a document, for `spacy train` or a pipeline; its text is the document's."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocab = Vocab()
    box = DocBin(attrs=["ENT_IOB", "ENT_TYPE", "TAG"], store_user_data=True)
    for document in documents:
        box.add(_doc(document, vocab))
    atomic_write_bytes(path, box.to_bytes())


def _doc(document: Document, vocab: Any) -> Doc:
    from spacy.tokens import Doc

    words, spaces = _tokens(document)
    doc = Doc(vocab, words=words, spaces=spaces)
    if document.tags is not None:
        places = {
            start: tag for (start, _), tag in zip(document.words or (), document.tags, strict=True)
        }
        for token in doc:
            token.tag_ = places.get(token.idx, "")
    ordered = sorted(document.spans or (), key=lambda span: span.start)
    if document.spans is not None:
        doc.set_ents([_entity(doc, span) for span in ordered])
    ours = {
        "id": document.id,
        "meta": dict(document.meta),
        "is_prediction": document.is_prediction,
        "scores": [span.score for span in ordered],
    }
    told = {key: value for key, value in ours.items() if value and value != [None] * len(ordered)}
    if told:
        doc.user_data[OURS] = json.dumps(told, ensure_ascii=False)
    return doc


def _entity(doc: Doc, span: TextSpan) -> Span:
    found = doc.char_span(span.start, span.end, span.label)
    assert found is not None, "spans begin and end where words do"
    return found


def _tokens(document: Document) -> tuple[list[str], list[bool]]:
    """Words and the white space between them as spaCy has it: single spaces belong to the word."""
    text = document.text
    words: list[str] = []
    spaces: list[bool] = []
    ends = [(0, 0), *(document.words or ()), (len(text), len(text))]
    for (_, end), (start, stop) in pairwise(ends):
        gap = text[end:start]
        if words and gap.startswith(" "):
            spaces[-1] = True
            gap = gap[1:]
        for piece in _GAP.findall(gap):
            words.append(piece)
            spaces.append(False)
        if start < stop:
            words.append(text[start:stop])
            spaces.append(False)
    return words, spaces


def _is_doc_bin(head: Head) -> bool:
    return head.path.suffix.lower() == SUFFIX


DOC_BIN = Format(
    name="spacy",
    description="spaCy's DocBin",
    suffix=SUFFIX,
    read=read_doc_bin,
    write=write_doc_bin,
    before_line=RECORD,
    needs_words=True,
    recognises=_is_doc_bin,
)
