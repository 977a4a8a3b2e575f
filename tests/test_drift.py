"""Drift: distances, chances and alarms against their definitions; estimates against enumeration."""

import json
import math
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.evaluation.drift.expectation import (
    Counts,
    Expectation,
    fit_expectation,
    true_counts,
)
from nlp_architect_ext.evaluation.drift.features import Features
from nlp_architect_ext.evaluation.drift.known_words import KnownWords
from nlp_architect_ext.evaluation.drift.make_reference import MAXIMUM, make_reference
from nlp_architect_ext.evaluation.drift.monitor import DriftMonitor, Plan
from nlp_architect_ext.evaluation.drift.reference import Reference, stored_reference
from nlp_architect_ext.evaluation.drift.two_samples import (
    BLOCK,
    Sample,
    distance,
    holm,
    inflation,
    p_value,
)
from nlp_architect_ext.runtime.text_tagger import Prediction

LABELS = LabelSet.for_types(["PER", "LOC"])
WORDS = [f"word{number}" for number in range(30)]
KNOWN = KnownWords(
    Vocabulary(WORDS, "abc"), np.random.default_rng(0).normal(size=(32, 4)).astype(np.float32)
)
LENGTHS = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=12)


@given(LENGTHS, LENGTHS)
def test_the_distance_is_that_of_the_definition(one, other):
    def below(numbers, point):
        return sum(number <= point for number in numbers) / len(numbers)

    slow = max(abs(below(one, point) - below(other, point)) for point in [*one, *other])
    assert distance(Sample.of(np.array(one)), Sample.of(np.array(other))) == pytest.approx(slow)


def exact_p(found, size, other):
    """Of all orders in which two samples can be merged, the share that is as far apart."""
    near = {0: 1}  # numbers of the first sample so far, and in how many ways
    for step in range(1, size + other + 1):
        after = {}
        for first, ways in near.items():
            for taken in (first, first + 1):
                rest = step - taken
                is_there = taken <= size and 0 <= rest <= other
                if is_there and abs(taken / size - rest / other) < found - 1e-9:
                    after[taken] = after.get(taken, 0) + ways
        near = after
    return 1 - sum(near.values()) / math.comb(size + other, size)


@pytest.mark.parametrize(("size", "other"), [(1, 1), (1, 9), (3, 3), (4, 7), (8, 8), (5, 30)])
def test_chances_are_never_below_the_exact_ones(size, other):
    steps = {abs(i / size - j / other) for i in range(size + 1) for j in range(other + 1)}
    for found in steps - {0.0}:
        assert p_value(found, size, other) >= exact_p(found, size, other) - 1e-12


@given(st.lists(st.sampled_from([0.001, 0.01, 0.02, 0.04, 0.5]), min_size=1, max_size=6))
def test_holm_refuses_what_closed_testing_does(p_values):
    """A hypothesis is refused if Bonferroni refuses every set of hypotheses that it's in."""
    places = range(len(p_values))
    sets = chain.from_iterable(combinations(places, size) for size in range(1, len(p_values) + 1))
    kept = [one for one in sets if min(p_values[i] for i in one) > 0.05 / len(one)]
    expected = [not any(place in one for one in kept) for place in places]
    assert holm(p_values, 0.05) == expected


def test_neighbours_that_are_alike_count_as_one():
    numbers = np.random.default_rng(0).normal(size=20 * BLOCK)
    assert 1 <= inflation(numbers) < 1.6
    assert inflation(np.repeat(numbers, 10)) == pytest.approx(10, rel=0.3)
    assert inflation(numbers[: 2 * BLOCK - 1]) == inflation(np.zeros(500)) == 1


def tagged(draw, count, *, unknown=0.1, entities=0.2, length=12, sure=0.9, type_="PER", words=30):
    """Sentences whose words, labels and probabilities are drawn independently of each other."""
    sentences, predictions = [], []
    for _ in range(count):
        size = int(draw.integers(length - 4, length + 5))
        known = [WORDS[index] for index in draw.integers(words, size=size)]
        is_new, is_entity = draw.random(size) < unknown, draw.random(size) < entities
        new = [word if known_ else "unheard" for word, known_ in zip(known, ~is_new, strict=True)]
        types = np.where(draw.random(size) < 0.5, "LOC", type_)
        labels = [f"B-{one}" if yes else "O" for one, yes in zip(types, is_entity, strict=True)]
        sentences.append(Sentence(tuple(new)))
        chances = np.clip(draw.normal(sure, 0.05, size), 0.5, 1)
        predictions.append(Prediction(tuple(labels), tuple(chances.tolist())))
    return sentences, predictions


@pytest.fixture(scope="module")
def reference():
    return make_reference(LABELS, KNOWN, *tagged(np.random.default_rng(1), 1000), "dev")


def watched(reference, sentences, predictions, plan=None):
    monitor = DriftMonitor(reference, plan or Plan())
    monitor.add(Features(LABELS, KNOWN, reference.center).rows(sentences, predictions))
    monitor.finish()
    return monitor


SHIFTS = {
    "unknown_words": {"unknown": 0.3},
    "confidence": {"sure": 0.8},
    "length": {"length": 16},
    "vector_distance": {"words": 2},
    "entities": {"entities": 0.5},
    "entities:PER": {"type_": "LOC"},
    "entities:LOC": {"type_": "LOC"},
}


@pytest.mark.parametrize("name", SHIFTS)
def test_a_planted_shift_of_each_feature_is_seen_and_named(reference, name):
    monitor = watched(reference, *tagged(np.random.default_rng(2), 500, **SHIFTS[name]))
    assert monitor.alarm.sentences <= 300
    assert name in [feature.name for feature in monitor.last.drifted]
    if name in ("unknown_words", "confidence"):
        others = {feature.name for feature in monitor.last.drifted} - {"vector_distance"}
        assert others == {name}


def test_a_feature_that_moved_is_told_with_its_means(reference):
    monitor = watched(reference, *tagged(np.random.default_rng(3), 300, unknown=0.4))
    (feature,) = [one for one in monitor.last.features if one.name == "unknown_words"]
    assert feature.reference == pytest.approx(0.1, abs=0.01)
    assert feature.window == pytest.approx(0.4, abs=0.03)


def test_streams_of_the_same_kind_are_flagged_no_more_often_than_stated():
    """References are drawn anew too; 0.3 so that few streams tell much."""
    draw = np.random.default_rng(4)
    streams, alarms, rate = 150, 0, 0.3
    plan = Plan(rate, window=100, check_every=20)
    for _ in range(streams):
        sentences, predictions = tagged(draw, 320)
        own = make_reference(LABELS, KNOWN, sentences[:120], predictions[:120], "dev")
        alarms += watched(own, sentences[120:], predictions[120:], plan).alarm is not None
    deviation = math.sqrt(streams * rate * (1 - rate))
    assert alarms <= streams * rate + 3 * deviation


def test_over_all_checks_levels_sum_to_the_rate():
    plan = Plan(0.01)
    assert 0.0099 < sum(plan.level(check) for check in range(1, 1000)) < 0.01


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_portions_change_nothing(sizes):
    draw = np.random.default_rng(5)
    samples = {name: Sample.of(draw.normal(size=100)) for name in "ab"}
    reference = Reference("dev", 100, 100, samples, None, None)
    rows = draw.normal(0.5, size=(sum(sizes), 2))
    plan = Plan(window=30, check_every=20)
    whole, parts = DriftMonitor(reference, plan), DriftMonitor(reference, plan)
    expected = whole.add(rows)
    found = [parts.add(part) for part in np.split(rows, np.cumsum(sizes)[:-1])]
    assert [check for checks in found for check in checks] == expected
    whole.finish()
    parts.finish()
    assert (parts.last, parts.alarm, parts.checks) == (whole.last, whole.alarm, whole.checks)
    assert whole.checks == -(-len(rows) // 20)


def test_counts_are_the_expected_ones_of_all_worlds():
    """Each word by itself is an entity or none, as likely as the tagger says."""
    labels = LabelSet.plain(["O", "X"])
    chances, chosen = (0.9, 0.7, 0.6, 0.8, 0.95), ("X", "O", "X", "O", "O")
    expected = Counts()
    for world in product([True, False], repeat=len(chances)):
        likely = math.prod(p if right else 1 - p for p, right in zip(chances, world, strict=True))
        other = {"X": "O", "O": "X"}
        gold = [
            label if right else other[label] for label, right in zip(chosen, world, strict=True)
        ]
        counts = true_counts(labels, [gold], [Prediction(chosen, chances)])
        expected += Counts(*(likely * number for number in vars(counts).values()))
    found = Expectation(0, 1, 0, missed=1).counts(labels, [Prediction(chosen, chances)])
    assert vars(found) == pytest.approx(vars(expected))
    assert found.f1 == pytest.approx(2 * 1.5 / (2 + 1.5 + 0.55))


def test_on_the_sentences_that_it_was_fitted_on_an_expectation_is_true():
    draw = np.random.default_rng(6)
    _, predictions = tagged(draw, 400)
    gold = [
        tuple(label if draw.random() < 0.7 else "B-LOC" for label in one.labels)
        for one in predictions
    ]
    true = true_counts(LABELS, gold, predictions)
    found = fit_expectation(LABELS, gold, predictions).counts(LABELS, predictions)
    assert found.f1 == pytest.approx(true.f1, abs=0.005)
    assert found.missed == pytest.approx(true.missed)


@pytest.mark.parametrize("predictions", [[], [Prediction(("O",), (1.0,))]])
def test_without_entities_nothing_is_expected(predictions):
    fitted = fit_expectation(LABELS, [one.labels for one in predictions], predictions)
    counts = fitted.counts(LABELS, predictions)
    assert (counts.f1, counts.precision, counts.recall) == (0, 0, 0)


def test_where_every_word_has_a_label_all_doubts_count():
    labels = LabelSet.plain(["NOUN", "VERB"])
    predictions = [Prediction(("NOUN", "VERB"), (0.8, 0.6))] * 50
    gold = [("NOUN", "VERB"), ("NOUN", "NOUN")] * 25
    fitted = fit_expectation(labels, gold, predictions)
    assert fitted.counts(labels, predictions).f1 == pytest.approx(0.75, abs=0.02)


def with_gold(sentences, predictions):
    pairs = zip(sentences, predictions, strict=True)
    return [Sentence(sentence.words, one.labels) for sentence, one in pairs], predictions


def stored(folder, content):
    (folder / "reference.json").write_text(content)
    write_manifest(folder)
    return stored_reference(folder)


def test_a_reference_comes_back_from_its_file_as_it_was(tmp_path, reference):
    labelled = make_reference(
        LABELS, KNOWN, *with_gold(*tagged(np.random.default_rng(7), 60)), "dev"
    )
    for one in (reference, labelled):
        assert stored(tmp_path, one.text()).to_json() == one.to_json()
    assert reference.quality is None
    assert labelled.quality.f1 == 1


def test_a_reference_stays_small():
    made = make_reference(LABELS, KNOWN, *tagged(np.random.default_rng(8), MAXIMUM + 500), "dev")
    assert made.sentences == MAXIMUM
    assert len(made.text()) < 50_000


def test_a_folder_without_a_reference_has_none(tmp_path):
    write_manifest(tmp_path)
    assert stored_reference(tmp_path) is None


def test_a_copy_of_what_tagging_needs_has_none(tmp_path, reference):
    stored(tmp_path, reference.text())
    (tmp_path / "reference.json").unlink()
    assert stored_reference(tmp_path) is None


def changed(*path, to):
    def change(data):
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = to

    return change


HOSTILE = {
    "another version": changed("format_version", to=2),
    "no number": changed("sentences", to="many"),
    "no sentence": changed("sentences", to=0),
    "true": changed("words", to=True),
    "no object": changed("features", to=[]),
    "no feature": changed("features", "length", to=None),
    "NaN": changed("features", "length", "values", 0, to=math.nan),
    "text": changed("features", "length", "values", 0, to="x"),
    "descending": changed("features", "length", "values", 0, to=1e9),
    "too large": changed("features", "length", "values", 0, to=-(10**400)),
    "negative count": changed("features", "length", "counts", 0, to=-1),
    "other sum": changed("features", "length", "counts", 0, to=900),
    "fewer counts": changed("features", "length", "counts", to=[1000]),
    "nothing": changed("features", "length", "values", to=[]),
    "inflation below 1": changed("features", "length", "inflation", to=0.5),
    "endless inflation": changed("features", "length", "inflation", to=math.inf),
    "half a vector": changed("vectors", "mean", to=[1.0]),
    "negative variance": changed("vectors", "variance", 0, to=-1.0),
    "vectors of text": changed("vectors", to="x"),
    "quality of text": changed("quality", to="x"),
    "rate above 1": changed("quality", to={"f1": 2, "precision": 1, "recall": 1}),
    "no expectation": changed("quality", to={"f1": 1, "precision": 1, "recall": 1}),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(tmp_path, reference, change):
    data = json.loads(reference.text())
    change(data)
    with pytest.raises(UserError, match=r"reference\.json: can't be used") as caught:
        stored(tmp_path, json.dumps(data))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "null", "[" * 100_000, "{", '{"format_version": 1}'])
def test_what_is_no_reference_is_refused_in_one_line(tmp_path, content):
    with pytest.raises(UserError, match=r"reference\.json: can't be used"):
        stored(tmp_path, content)


def test_an_altered_file_is_refused(tmp_path, reference):
    stored(tmp_path, reference.text())
    (tmp_path / "reference.json").write_text(reference.text() + " ")
    with pytest.raises(UserError, match="cut or altered"):
        stored_reference(tmp_path)
