"""Which sentences to annotate next."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_tagger import CRF, SOFTMAX, WORDS, new_tagger

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.base import ReadOptions, format_named
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.evaluation import annotate
from nlp_architect_ext.evaluation.annotate import uncertainty
from nlp_architect_ext.evaluation.annotation_rules import RULES, TINY
from nlp_architect_ext.runs.annotation import check_rule, to_annotate
from nlp_architect_ext.runs.queue import write_queue
from nlp_architect_ext.settings.annotation import AnnotationSettings


def most_uncertain(tagger, sentences, known, seed, most=None, teacher=None, **settings):
    """Without diversity unless it's asked for."""
    chosen = {"annotate_diverse": False, "annotate_sentences": most, **settings}
    return to_annotate(AnnotationSettings(**chosen), tagger, sentences, known, seed, teacher)


def pool(count, seed=0):
    draw = np.random.default_rng(seed)
    return [
        Sentence(tuple(draw.choice(WORDS, draw.integers(4, 12)).tolist())) for _ in range(count)
    ]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_uncertainty_is_one_minus_the_geometric_mean(probabilities):
    expected = 1 - np.prod(np.maximum(probabilities, TINY) ** (1 / len(probabilities)))
    assert uncertainty(probabilities) == pytest.approx(expected, abs=1e-9)
    assert 0 <= uncertainty(probabilities) <= 1


def test_length_does_not_matter_and_certainty_does():
    assert uncertainty([0.5] * 3) == pytest.approx(uncertainty([0.5] * 30))
    assert uncertainty([1.0] * 5) == 0
    assert uncertainty([0.9, 0.4]) > uncertainty([0.9, 0.5])


def test_the_most_uncertain_sentences_come_first():
    sentences = pool(50)
    found = most_uncertain(SOFTMAX, sentences, [], seed=1, most=7)
    expected = {
        row.words: uncertainty(SOFTMAX.predict_labels([row])[0].scores) for row in sentences
    }
    assert [row.uncertainty for row in found.sentences] == pytest.approx(
        sorted(expected.values(), reverse=True)[:7], abs=1e-5
    )
    assert (found.looked_at, found.pool) == (len(expected), 50)
    for row in found.sentences:
        assert row.tags == tuple(SOFTMAX.tags(SOFTMAX.predict_labels([Sentence(row.words)])[0]))


def test_each_sentence_once_without_short_known_and_unwritable_ones():
    one, other, known = pool(3)
    short, odd = Sentence(("Anna", "met", "Bo")), Sentence(("An na", "met", "Bo", "."))
    texted = replace(one, text=" ".join(one.words), offsets=one.with_text().offsets)
    found = most_uncertain(
        SOFTMAX, [one, short, other, known, odd, texted, one], [replace(known, line=7)], seed=0
    )
    assert {row.words for row in found.sentences} == {one.words, other.words}
    assert found.looked_at == 2


def test_a_large_pool_is_sampled_by_the_seed(monkeypatch):
    monkeypatch.setattr(annotate, "LOOKED_AT", 20)
    sentences = pool(200)
    one, same, another = (most_uncertain(SOFTMAX, sentences, [], seed) for seed in (1, 1, 2))
    assert one == same != another
    assert one.looked_at <= 20
    assert one.pool == 200


def test_nothing_that_is_worth_annotating():
    found = most_uncertain(SOFTMAX, [Sentence(("Anna",))], [], seed=0)
    assert found.sentences == ()
    assert (found.lines(), found.columns()) == ("", "")


def test_the_files_can_be_read(tmp_path):
    tagger = new_tagger(scheme="BILOU")
    found = most_uncertain(tagger, pool(30), [], seed=0, most=10)
    rows = [line.split("\t") for line in found.lines().splitlines()]
    assert [row[1] for row in rows] == [" ".join(one.words) for one in found.sentences]
    values = [float(row[0]) for row in rows]
    assert values == sorted(values, reverse=True)
    assert not any(math.isnan(value) for value in values)
    (tmp_path / "next.conll").write_text(found.columns(), encoding="utf-8")
    read = [(one.words, one.labels) for one in read_columns(tmp_path / "next.conll")]
    assert read == [(one.words, one.tags) for one in found.sentences]


PLAIN = new_tagger(labels=LabelSet.plain(["NOUN", "VERB", "X"]).to_json(), scheme="plain")
TOOLS = {
    "argilla": "json",
    "conllu": "conllu",
    "datasets": "parquet",
    "doccano": "jsonl",
    "gliner": "json",
    "json": "jsonl",
    "label_studio": "json",
    "prodigy": "jsonl",
    "spacy": "spacy",
}


def places(document):
    return [(span.start, span.end, span.label) for span in document.spans]


@pytest.mark.parametrize("tagger", [SOFTMAX, PLAIN], ids=["spans", "plain"])
@pytest.mark.parametrize(("name", "ending"), TOOLS.items())
def test_the_queue_is_written_as_the_labelled_data_came(name, ending, tagger, tmp_path):
    found = most_uncertain(tagger, pool(20), [], seed=0)
    write_queue(tmp_path, found, name)
    path = tmp_path / f"annotate_next.{ending}"
    read = list(format_named(name).read(path, ReadOptions()))
    assert [one.text for one in read] == [" ".join(one.words) for one in found.sentences]
    if tagger is SOFTMAX:
        assert [places(one) for one in read] == [places(one) for one in found.documents()]


@pytest.mark.parametrize("tagger", [SOFTMAX, CRF, new_tagger(outside_bias=-1.5)])
@pytest.mark.parametrize("rule", [name for name in RULES if name != "disagreement"])
def test_a_rule_orders_by_its_mean_over_the_words(tagger, rule):
    sentences = pool(20)
    found = most_uncertain(tagger, sentences, [], seed=0, most=20, annotate_by=rule)
    measured = [one.uncertainty for one in found.sentences]
    assert measured == sorted(measured, reverse=True)
    assert len(set(measured)) > 10
    assert found.rule == rule


def test_least_confidence_and_tags_are_those_of_the_tagger_with_its_bias_of_o():
    tagger = new_tagger(decoder="crf", outside_bias=-2.0)
    found = most_uncertain(tagger, pool(10), [], seed=0, annotate_by="margin")
    for one in found.sentences:
        prediction = tagger.predict_labels([Sentence(one.words)])[0]
        assert one.tags == tuple(tagger.tags(prediction))
        by_score = most_uncertain(tagger, [Sentence(one.words)], [], seed=0)
        expected = uncertainty(prediction.scores)
        assert by_score.sentences[0].uncertainty == pytest.approx(expected, abs=1e-5)


def test_a_teacher_is_asked_only_by_the_rule_that_needs_it_and_of_what_is_compared():
    sentences = [Sentence(("Bo", "met")), *pool(20)]
    asked = []

    def teacher(places):
        asked.extend(places)
        return [
            np.eye(5, dtype=np.float16)[[place % 5] * len(sentences[place])] for place in places
        ]

    most_uncertain(SOFTMAX, sentences, [], 0, teacher=teacher, annotate_by="entropy")
    assert asked == []
    found = most_uncertain(
        SOFTMAX, sentences, sentences[1:3], 0, teacher=teacher, annotate_by="disagreement"
    )
    assert not {0, 1, 2} & set(asked)
    assert found.looked_at == len(asked)
    assert len(found.sentences) == len(asked)


def test_a_rule_without_its_teacher_is_refused():
    settings = AnnotationSettings(annotate_by="disagreement")
    with pytest.raises(UserError, match="no teacher to disagree with"):
        check_rule(settings, has_teacher=False, remedy="give one")
    check_rule(settings, has_teacher=True, remedy="give one")


def test_the_words_that_are_told_are_those_most_in_doubt():
    (one,) = most_uncertain(SOFTMAX, pool(1), [], seed=0).sentences
    scores = SOFTMAX.predict_labels([Sentence(one.words)])[0].scores
    assert list(one.doubtful) == np.argsort(scores, kind="stable")[:3].tolist()
    (reason,) = most_uncertain(SOFTMAX, pool(1), [], seed=0).reasons()
    assert [told["word"] for told in reason["doubtful"]] == one.doubtful_words.split(", ")
    assert [told["tag"] for told in reason["doubtful"]] == [one.tags[i] for i in one.doubtful]


def test_how_many_are_chosen():
    sentences = pool(200)
    count = len({sentence.words for sentence in sentences})
    assert len(most_uncertain(SOFTMAX, sentences, [], 0).sentences) == annotate.MAXIMUM
    few = most_uncertain(SOFTMAX, sentences, [], 0, annotate_words=60)
    assert 60 - 12 < few.words <= 60
    many = most_uncertain(SOFTMAX, sentences, [], 0, annotate_words=10**6)
    assert len(many.sentences) == count > annotate.MAXIMUM
    both = most_uncertain(SOFTMAX, sentences, [], 0, most=2, annotate_words=10**6)
    assert len(both.sentences) == 2
