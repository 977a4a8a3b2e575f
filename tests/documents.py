"""Documents as annotation tools have them: texts of all of Unicode, spans that may overlap."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from strategies import NASTY, TYPES

from nlp_architect_ext.data.alignment import Remarks, snapped
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.text import WordSplitter

SPLITTER = WordSplitter(tokenizer="whitespace")
# Emoji of several code points, a combining mark, right-to-left words, Windows line ends, U+2028.
WILD = [
    Document(
        "👩🏽‍🚒 Ada came.\r\nCafe\u0301 Zoë", (TextSpan(5, 8, "PER"), TextSpan(16, 25, "ORG"))
    ),
    Document("محمد يعيش في القاهرة 😀 اليوم", (TextSpan(0, 4, "PER"), TextSpan(13, 20, "LOC"))),
    Document("עדה\u2028גרה בחיפה", (TextSpan(0, 3, "PER"), TextSpan(8, 13, "LOC"))),
    Document("New York City", (TextSpan(0, 13, "LOC"), TextSpan(0, 8, "LOC"), TextSpan(4, 7, "X"))),
    Document("Nothing happened.", ()),
]
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(st.sampled_from(sorted({*NASTY, *"ab \r\n\\"})) | CHARACTERS, max_size=12)
KEYS = st.sampled_from(["source", "Комментарий", "meta", "entities", "label", "results", "text"])
VALUES = (
    st.sampled_from(
        [
            None,
            True,
            0,
            2**53,
            "",
            "x\u2028",
            [],
            [{}],
            {"a": [1.5]},
            "accept",
            [{"from_name": "c"}],
        ]
    )
    | TEXTS
)


@st.composite
def spans(draw, text, score=None):
    """Any spans of a text."""
    places = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(places, places), max_size=4)) if text else []
    labels = st.sampled_from([*TYPES, "first name", "Имя"])
    found = [TextSpan(min(pair), max(pair), draw(labels), score) for pair in pairs]
    return tuple(span for span in found if span.start < span.end)


@st.composite
def documents(draw):
    """Labelled ones, unlabelled ones and predictions, with an id and further data."""
    text = draw(TEXTS)
    kind = draw(st.sampled_from(["unlabelled", "gold", "predicted", "scored"]))
    score = 0.25 if kind == "scored" else None
    return Document(
        text,
        None if kind == "unlabelled" else draw(spans(text, score)),
        id=draw(st.none() | st.integers() | TEXTS),
        meta=draw(st.dictionaries(KEYS, VALUES, max_size=2)),
        is_prediction=kind in ("predicted", "scored"),
    )


def in_words(document: Document) -> Document:
    """The document with words, as formats of words get it."""
    return snapped(document, SPLITTER, Remarks("x"))


def same(document: Document) -> Document:
    """The document without its place in a file."""
    return replace(document, line=0)
