"""Offsets in code points and UTF-16, and spans of characters as labels of words."""

import pytest
from documents import SPLITTER, TEXTS, WILD, documents, spans
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tags import spans as entities
from nlp_architect_ext.data.alignment import Remarks, snapped, to_sentence
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.offsets import MarkedRange, code_points, utf16_offsets


def sentence_of(text, *marked):
    remarks = Remarks("file")
    document = Document(text, tuple(TextSpan(*one) for one in marked), line=7)
    return to_sentence(document, SPLITTER, remarks), remarks.lines()


@given(st.data(), TEXTS)
def test_utf16_offsets_are_those_of_the_encoded_text(data, text):
    places = utf16_offsets(text)
    assert places[-1] == len(text.encode("utf-16-le")) // 2
    for span in data.draw(spans(text)):
        encoded = text.encode("utf-16-le")[2 * places[span.start] : 2 * places[span.end]]
        assert encoded.decode("utf-16-le") == text[span.start : span.end]


@pytest.mark.parametrize("convention", ["codepoint", "utf16"])
@pytest.mark.parametrize("unit", ["codepoint", "utf16"])
@given(data=st.data(), text=TEXTS.filter(bool))
def test_the_texts_of_spans_prove_the_unit(unit, convention, data, text):
    """Either the unit is found, or the other one fits all texts just as well."""
    marked = data.draw(spans(text))
    places = utf16_offsets(text) if unit == "utf16" else range(len(text) + 1)
    ranges = [
        MarkedRange(places[span.start], places[span.end], text[span.start : span.end])
        for span in marked
    ]
    found = code_points(text, ranges, unit="auto", convention=convention, where="x:1")
    assert [text[start:end] for start, end in found] == [one.text for one in ranges]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (MarkedRange(1, 3), "within a character"),
        (MarkedRange(0, 99), "outside"),
        (MarkedRange(-1, 2), "outside"),
        (MarkedRange(3, 3), "empty"),
        (MarkedRange(4, 3), "empty"),
        (MarkedRange(3, 6, "da"), "'Ada', not 'da'"),
    ],
)
def test_offsets_that_can_not_be_are_refused(place, wrong):
    with pytest.raises(UserError, match=wrong):
        code_points("😀 Ada", [place], unit="auto", convention="utf16", where="x:1")


def test_a_span_that_cuts_a_word_takes_it():
    sentence, lines = sentence_of("Adas hat", (0, 3, "PER"))
    assert sentence.labels == ("B-PER", "O")
    assert lines == [
        "1 span: begins or ends within a word and takes the whole word; first PER 'Ada' at file:7"
    ]


def test_white_space_around_a_span_is_no_part_of_it():
    sentence, lines = sentence_of("see Ada  .", (3, 9, "PER"))
    assert sentence.labels == ("O", "B-PER", "O")
    assert lines == []


@pytest.mark.parametrize("order", [1, -1])
def test_the_longest_of_overlapping_spans_stays(order):
    marked = [(0, 8, "LOC"), (4, 13, "ORG"), (0, 3, "X"), (0, 13, "CITY")][::order]
    sentence, lines = sentence_of("New York City", *marked)
    assert sentence.labels == ("B-CITY", "I-CITY", "I-CITY")
    assert lines[0].startswith("3 spans: shares a word with a longer one")


def test_of_equally_long_spans_the_first_stays():
    sentence, _ = sentence_of("New York City", (4, 13, "ORG"), (0, 8, "LOC"))
    assert sentence.labels == ("B-LOC", "I-LOC", "O")
    sentence, _ = sentence_of("New York", (0, 8, "A"), (0, 8, "B"))
    assert sentence.labels == ("B-A", "I-A")


def test_types_with_spaces_and_spans_without_words_are_reported():
    sentence, lines = sentence_of("Ada  came", (0, 3, "first name"), (3, 5, "GAP"))
    assert sentence.labels == ("B-first_name", "O")
    assert [line.split(";")[1].strip() for line in lines] == [
        "first GAP '  ' at file:7",
        "first first name 'Ada' at file:7",
    ] or [line.split(";")[1].strip() for line in lines] == [
        "first first name 'Ada' at file:7",
        "first GAP '  ' at file:7",
    ]


@given(documents())
def test_every_span_is_kept_or_reported(document):
    remarks = Remarks("file")
    sentence = to_sentence(document, SPLITTER, remarks)
    kept = entities(sentence.labels) if sentence.labels is not None else []
    gone = sum(count for rule, count in remarks.counts.items() if rule.endswith("is left out"))
    assert len(kept) + gone == len(document.spans or ())


@given(documents())
def test_snapped_spans_are_those_of_the_sentence(document):
    """And snapping again changes nothing."""
    remarks = Remarks("file")
    once = snapped(document, SPLITTER, remarks)
    before, after = (to_sentence(one, SPLITTER, Remarks("x")) for one in (document, once))
    assert (before.words, before.labels) == (after.words, after.labels)
    again = Remarks("file")
    assert snapped(once, SPLITTER, again) == once
    assert again.counts == {}
    if document.spans:
        assert {span.score for span in once.spans} <= {span.score for span in document.spans}


@pytest.mark.parametrize("document", WILD[:3], ids=lambda one: one.text[:3])
def test_wild_texts_keep_their_entities(document):
    sentence = to_sentence(document, SPLITTER, Remarks("x"))
    found = [sentence.span_text(span.start, span.end)[0] for span in entities(sentence.labels)]
    assert found == [document.text[span.start : span.end] for span in document.spans]
