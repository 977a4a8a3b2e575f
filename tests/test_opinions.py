"""What is said of each teacher, against counting by hand; and their stored mean."""

import json

import numpy as np
import pytest

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.opinions import Opinions, opinions
from nlp_architect_ext.evaluation.results import Metrics, SentenceCounts
from nlp_architect_ext.teachers.stored_mean import StoredMean, mean, mean_answers

LABELS = LabelSet.for_types(["PER"])
OUT, BEGIN, _ = np.eye(3)
NO = np.zeros(3)


def rows(*words):
    return np.array(words, np.float16)


def test_coverage_and_precision():
    train = [rows(OUT, NO, BEGIN), rows(NO), rows(NO, NO, NO, BEGIN)]
    dev = [Sentence(("Anna", "Bell", "ran"), ("B-PER", "I-PER", "O")), Sentence(("No",), ("O",))]
    found = opinions("x", train, [rows(BEGIN, OUT, OUT), rows(NO)], dev, LABELS)
    assert found.words == pytest.approx(3 / 8)
    assert found.sentences == pytest.approx(2 / 3)
    assert found.precision == pytest.approx(2 / 3)
    assert found.marked_precision == 1
    assert "37.5 % of the words, right in 66.7 % on dev (100.0 %" in str(found)
    silent = opinions("x", train, [rows(NO, NO, NO), rows(NO)], dev, LABELS)
    assert (silent.precision, silent.marked_precision) == (None, None)
    assert "of no dev word" in str(opinions("x", train, [], [], LABELS))
    assert opinions("x", [], [], [], LABELS) == Opinions("x", 0.0, 0.0)


def test_what_it_is_worth_beside_others_is_said():
    one = Opinions("x", 0.25, 0.5, 0.75, 0.5, conflicts=0.125, weight=0.5, f1_without=0.5)
    expected = "overruled in 12.5 %, tells 50 % of what there is to know, F1 50.0 without it"
    assert str(one).endswith(expected)
    assert Opinions.from_json(one.to_json()) == one


def test_metrics_keep_them():
    teachers = (Opinions("names:x", 0.25, 0.5, 0.75), Opinions("y", 1.0, 1.0, 0.5, 0.5))
    counts = SentenceCounts(1, 1)
    metrics = Metrics({}, {"student": 1}, {}, "cpu", sentences=counts, teachers=teachers)
    assert Metrics.from_json(json.loads(metrics.text())).teachers == teachers


class Says:
    labels = LABELS

    def __init__(self, fingerprint, seed):
        self.fingerprint, self.seed, self.asked = fingerprint, seed, 0

    def logits(self, sentences):
        self.asked += len(sentences)
        draw = np.random.default_rng(self.seed)
        found = [draw.normal(size=(len(one), 3)).astype(np.float32) for one in sentences]
        for one in found:
            one[0] = 0  # no opinion of the first word
        return found


def test_the_mean_of_stored_answers_is_that_of_the_teachers(tmp_path):
    sentences = [Sentence(("Anna", "ran")), Sentence(("Nothing", "ever", "happened"))]
    one, other = Says("a" * 32, 1), Says("b" * 32, 2)
    found = mean_answers(StoredMean(tmp_path, [one, other]).each(sentences, "test"))
    expected = map(np.stack, zip(one.logits(sentences), other.logits(sentences), strict=True))
    for rows, logits in zip(found, expected, strict=True):
        assert rows.dtype == np.float16
        np.testing.assert_allclose(rows, mean(logits), atol=5e-3)
        assert not rows[0].any()
    # A third teacher costs its own answers only.
    asked, third = one.asked, Says("c" * 32, 3)
    StoredMean(tmp_path, [third, other, one]).each(sentences, "test")
    assert (one.asked, third.asked) == (asked, 2)
