import json
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOB1, IOB2, IOBES, Entities
from strategies import ENTITY_SCHEMES, TYPES, span_lists

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import (
    Span,
    TagError,
    convert,
    detect_scheme,
    irregular,
    spans,
    tags,
)

ALPHABETS = {
    "IOB1": ["O", "B-A", "I-A", "B-B", "I-B"],
    "IOB2": ["O", "B-A", "I-A", "B-B", "I-B"],
    "IOBES": ["O", *(f"{letter}-{type_}" for letter in "BIES" for type_ in "AB")],
    "BILOU": ["O", *(f"{letter}-{type_}" for letter in "BILU" for type_ in "AB")],
}
SEQEVAL = {"IOB1": IOB1, "IOB2": IOB2, "IOBES": IOBES, "BILOU": BILOU}


def every_sequence(scheme, most):
    for length in range(most + 1):
        yield from map(list, product(ALPHABETS[scheme], repeat=length))


def every_span_list(length, start=0):
    if start >= length:
        yield []
        return
    yield from every_span_list(length, start + 1)
    for end in range(start + 1, length + 1):
        for rest in every_span_list(length, end):
            yield from ([Span(type_, start, end), *rest] for type_ in "AB")


@given(
    st.sampled_from(ENTITY_SCHEMES),
    st.integers(0, 9).flatmap(lambda n: st.tuples(st.just(n), span_lists(n))),
)
def test_spans_and_tags_are_inverse(scheme, drawn):
    length, expected = drawn
    assert spans(tags(expected, length, scheme), scheme) == expected


@pytest.mark.parametrize("scheme", ENTITY_SCHEMES)
def test_legal_sequences_are_exactly_those_that_entities_can_have(scheme):
    for length in range(4):
        legal = {tuple(tags(found, length, scheme)) for found in every_span_list(length)}
        assert len(legal) == len(list(every_span_list(length)))
        for sequence in product(ALPHABETS[scheme], repeat=length):
            assert (irregular(sequence, scheme) == []) == (sequence in legal)


@pytest.mark.parametrize("scheme", ENTITY_SCHEMES)
def test_legal_sequences_mean_what_seqeval_strict_says(scheme):
    for found in every_span_list(4):
        sequence = tags(found, 4, scheme)
        entities = Entities([sequence], SEQEVAL[scheme]).entities[0]
        assert [Span(entity.tag, entity.start, entity.end) for entity in entities] == spans(
            sequence, scheme
        )


@pytest.mark.parametrize("scheme", ["IOB1", "IOB2", "IOBES"])
def test_any_sequence_is_read_as_conlleval_reads_it(scheme):
    for sequence in every_sequence(scheme, 4):
        expected = [Span(type_, start, last + 1) for type_, start, last in get_entities(sequence)]
        assert spans(sequence, scheme) == expected, sequence


@given(
    st.sampled_from(ENTITY_SCHEMES),
    st.lists(st.integers(0, 9).flatmap(lambda n: st.tuples(st.just(n), span_lists(n))), max_size=5),
)
def test_a_detected_scheme_gives_the_entities_that_were_meant(scheme, corpus):
    sequences = [tags(found, length, scheme) for length, found in corpus]
    detected = detect_scheme(sequences)
    assert [spans(sequence, detected) for sequence in sequences] == [found for _, found in corpus]
    assert not any(irregular(sequence, detected) for sequence in sequences)


@pytest.mark.parametrize(
    ("sequences", "scheme"),
    [
        ([["O", "B-A", "I-A"]], "IOB2"),
        ([["I-A", "I-A", "O", "I-A"]], "IOB1"),
        ([["I-A", "B-A", "I-A"], ["O"]], "IOB1"),
        ([["O", "I-A", "O", "B-A"]], "IOB2"),  # stray I-A and B-A at a start: neither; read as IOB2
        ([["I-B", "B-A"]], "IOB2"),  # in IOB1, B- separates entities of one type only
        ([["S-A"], ["B-A", "E-A"]], "IOBES"),
        ([["U-A"], ["B-A", "I-A", "L-A"]], "BILOU"),
        ([["O", "O"], []], "IOB2"),
        ([["NOUN", "-LRB-", "PRP$", ",", "X", "O", "B", "NN-TL", "A-PRO", "o"]], "plain"),
        ([["0", "1"], ["0"]], "plain"),
        ([["o"]], "plain"),
    ],
)
def test_detected_schemes(sequences, scheme):
    assert detect_scheme(sequences) == scheme


@pytest.mark.parametrize(
    ("sequences", "place", "tag"),
    [
        ([["O", "B-PER"], ["O", "PERSON"]], (1, 1), "PERSON"),
        ([["PERSON"], ["O", "O", "B-PER"]], (1, 2), "B-PER"),
        ([["B-A", "E-A"], ["L-A"]], (1, 0), "L-A"),
        ([["U-A", "S-A"]], (0, 1), "S-A"),
        ([["O", "b-per"]], (0, 1), "b-per"),
        ([["O"], ["B_PER"]], (1, 0), "B_PER"),
        ([["o", "i-per", "b-per"]], (0, 1), "i-per"),
        ([["O", "B", "I"]], (0, 1), "B"),
        ([["O", "PER-B", "PER-I"]], (0, 1), "PER-B"),
        ([["B-PER", "M-PER"]], (0, 1), "M-PER"),
        ([["B-PER", "B-"]], (0, 1), "B-"),
        ([["B-PER", "o"]], (0, 1), "o"),
    ],
)
def test_mixtures_are_refused_at_the_first_tag_that_contradicts(sequences, place, tag):
    with pytest.raises(TagError) as caught:
        detect_scheme(sequences)
    assert (caught.value.sentence, caught.value.word) == place
    assert repr(tag) in caught.value.wrong


@pytest.mark.parametrize(
    ("tag", "scheme"),
    [
        ("E-A", "IOB2"),
        ("L-A", "IOBES"),
        ("S-A", "BILOU"),
        ("PER", "IOB1"),
        ("B-", "IOB2"),
        ("", "IOB2"),
        ("-", "IOB2"),
    ],
)
def test_a_tag_outside_the_scheme_is_refused_with_its_place(tag, scheme):
    with pytest.raises(TagError) as caught:
        spans(["O", "O", tag], scheme)
    assert caught.value.word == 2


def test_conversion_keeps_entities_and_counts_what_broke_the_rules():
    assert convert(["I-A", "I-A", "B-A", "I-B"], "IOB1") == ["B-A", "I-A", "B-A", "B-B"]
    assert convert(["U-A", "B-A", "L-A", "O"], "BILOU", "IOBES") == ["S-A", "B-A", "E-A", "O"]
    assert irregular(["O", "I-A", "I-A", "I-B"], "IOB2") == [1, 3]
    assert irregular(["B-A", "O"], "IOBES") == [0]


@pytest.mark.parametrize(
    ("found", "scheme"),
    [
        ([Span("A", 0, 2), Span("B", 1, 3)], "IOB2"),
        ([Span("A", 0, 4)], "IOB2"),
        ([Span("A", 1, 1)], "IOB2"),
        ([Span("A", -1, 1)], "IOB2"),
        ([Span("A", 0, 2)], "plain"),
    ],
)
def test_impossible_spans_are_refused(found, scheme):
    with pytest.raises(ValueError, match="Span"):
        tags(found, 3, scheme)


def test_plain_labels_are_spans_of_one_word():
    sequence = ["NOUN", "O", "B-x", "NOUN"]
    assert spans(sequence, "plain") == [Span("NOUN", 0, 1), Span("B-x", 2, 3), Span("NOUN", 3, 4)]
    assert tags(spans(sequence, "plain"), 4, "plain") == sequence


def test_legal_paths_of_a_label_set_are_the_legal_sequences():
    labels = LabelSet(("I-A", "B-B", "O", "B-A", "I-B"), "IOB2")  # a teacher's order, not ours
    for length in range(1, 5):
        for path in product(range(len(labels)), repeat=length):
            allowed = labels.legal_start[path[0]] and all(
                labels.legal[a, b] for a, b in pairwise(path)
            )
            assert allowed == (irregular([labels.names[label] for label in path], "IOB2") == [])


def test_label_sets():
    labels = LabelSet.for_types(["PER", "creative-work", "PER"])
    assert labels.names == ("O", "B-PER", "I-PER", "B-creative-work", "I-creative-work")
    assert labels.types == ("PER", "creative-work")
    assert labels.outside == 0
    assert labels.ids["I-PER"] == 2
    assert labels.spans(["B-PER", "I-PER", "O"]) == [Span("PER", 0, 2)]
    plain = LabelSet.plain(["VERB", "O", "NOUN", "NOUN"])
    assert plain.names == ("O", "NOUN", "VERB")
    assert plain.types == ("NOUN", "VERB")
    assert plain.legal.all()
    assert plain.legal_start.all()
    assert LabelSet.plain(["B-x"]).outside is None


@given(st.lists(st.sampled_from(TYPES), min_size=1))
def test_label_sets_survive_json(types):
    for labels in (LabelSet.for_types(types), LabelSet.plain(types)):
        assert LabelSet.from_json(json.loads(json.dumps(labels.to_json()))) == labels


@pytest.mark.parametrize(
    ("names", "scheme"),
    [
        ((), "plain"),
        (("A", "A"), "plain"),
        (("O", "B-A"), "IOB1"),
        (("O", "I-A"), "IOB2"),
        (("O", "A"), "IOB2"),
    ],
)
def test_impossible_label_sets_are_refused(names, scheme):
    with pytest.raises(ValueError, match=r"label|tag"):
        LabelSet(names, scheme)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"scheme": "IOB2"},
        {"scheme": "IOB2", "names": "O"},
        {"scheme": "IOB2", "names": [1]},
        {"names": ["O", "B-A"]},
    ],
)
def test_damaged_json_is_refused(data):
    with pytest.raises(ValueError, match="labels"):
        LabelSet.from_json(data)
