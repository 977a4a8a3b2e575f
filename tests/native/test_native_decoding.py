"""Native decoding and entities against those in Python and against every sequence there is."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from native.decoding_driver import COMPILER, KERNELS, Driver, built, loaded_with

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.decoding import Decoding, PairScores, marginals
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")

TIE = 1e-9
BIO = LabelSet.for_types(["LOC", "PER"])


@pytest.fixture(scope="module")
def every_library(tmp_path_factory):
    return built(tmp_path_factory.mktemp("decoding"))


@pytest.fixture(scope="module", params=KERNELS)
def library(request, every_library, tmp_path_factory):
    found = loaded_with(every_library, request.param, tmp_path_factory.mktemp("chosen"))
    if found is None:
        pytest.skip(f"this processor can't run {request.param}")
    return found


def pair_scores(generator, labels, strength):
    count = len(labels)
    shapes = (count, count), count, count
    return PairScores(*(generator.normal(0, strength, size).astype(np.float32) for size in shapes))


@st.composite
def label_sets(draw):
    """IOB2 in any order, some without O or I-, and plain ones; from one label to three vectors."""
    if draw(st.booleans()):
        return LabelSet.plain(f"L{number}" for number in range(draw(st.integers(1, 40))))
    types = [f"T{number}" for number in range(draw(st.integers(1, 20)))]
    names = [f"B-{type_}" for type_ in types]
    names += [f"I-{type_}" for type_ in types if draw(st.integers(0, 5))]
    names += ["O"] * draw(st.booleans())
    return LabelSet(tuple(draw(st.permutations(names))), "IOB2")


@st.composite
def cases(draw):
    """A label set, pair scores or None, a bias of O, and emissions (words, labels)."""
    labels = draw(label_sets())
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    words = draw(st.integers(1, 60))
    strength = draw(st.sampled_from([0.1, 1.0, 5.0, 40.0, 1000.0]))
    emissions = generator.normal(0, strength, (words, len(labels))).astype(np.float32)
    if draw(st.booleans()):
        emissions = np.round(emissions)  # ties
    pairs = None
    if draw(st.booleans()):
        pairs = pair_scores(generator, labels, draw(st.sampled_from([0.0, 0.5, 3.0, 20.0])))
    return labels, pairs, draw(st.sampled_from([0.0, -1.5, 0.7])), emissions


def in_python(labels, pairs, bias, emissions):
    decoding = Decoding(labels, pairs, bias)
    best, chances = decoding.decode(emissions[None].copy(), np.array([len(emissions)]))
    return best[0], chances[0]


def ties(labels, pairs, bias, emissions):
    """Whether the two most probable labels of some word are equally so (words,)."""
    biased = emissions.copy()
    if labels.outside is not None:
        biased[:, labels.outside] += bias
    chances = np.sort(marginals(biased[None], np.array([len(biased)]), pairs)[0])
    return chances.shape[1] > 1 and bool((chances[:, -1] - chances[:, -2] < TIE).any())


@settings(max_examples=300)
@given(case=cases())
def test_labels_and_probabilities_are_pythons(library, case):
    labels, pairs, bias, emissions = case
    expected, chances = in_python(*case)
    best, found = Driver(library, labels, pairs, bias).decode(emissions)
    if best.tolist() != expected.tolist():
        assert pairs is not None
        assert ties(*case)
        return
    tolerance = 1e-6 if pairs is None else 1e-12
    assert found == pytest.approx(chances, abs=tolerance, rel=0)


@pytest.mark.parametrize("with_pairs", [False, True])
@pytest.mark.parametrize("words", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_no_legal_sequence_is_better(library, words, with_pairs, seed):
    generator = np.random.default_rng(seed)
    emissions = generator.normal(0, 2, (words, len(BIO))).astype(np.float32)
    pairs = pair_scores(generator, BIO, 1.0) if with_pairs else None
    driver = Driver(library, BIO, pairs)
    zero = pair_scores(generator, BIO, 0.0)
    score = sequence_score(emissions, pairs or zero)
    sequences = list(itertools.product(range(len(BIO)), repeat=words))
    best, chances = driver.decode(emissions)
    assert tuple(best) == max(filter(is_legal, sequences), key=score)
    weights = np.exp([score(sequence) for sequence in sequences])
    for word, label in enumerate(best):
        with_label = [sequence[word] == label for sequence in sequences]
        share = weights[with_label].sum() / weights.sum()
        assert chances[word] == pytest.approx(share, abs=1e-6)


def is_legal(sequence):
    return bool(BIO.legal_start[sequence[0]]) and all(
        BIO.legal[pair] for pair in itertools.pairwise(sequence)
    )


def sequence_score(emissions, pairs):
    def score(sequence):
        steps = sum(float(pairs.transitions[pair]) for pair in itertools.pairwise(sequence))
        own = sum(float(emissions[word, label]) for word, label in enumerate(sequence))
        return own + steps + float(pairs.start[sequence[0]]) + float(pairs.end[sequence[-1]])

    return score


@pytest.mark.parametrize("strength", [1.0, 20.0])
def test_a_long_sentence_keeps_its_numbers(library, strength):
    generator = np.random.default_rng(3)
    pairs = pair_scores(generator, BIO, 2.0)
    emissions = generator.normal(0, strength, (5000, len(BIO))).astype(np.float32)
    expected, chances = in_python(BIO, pairs, -0.5, emissions)
    best, found = Driver(library, BIO, pairs, -0.5).decode(emissions)
    assert best.tolist() == expected.tolist()
    assert found == pytest.approx(chances, abs=1e-12, rel=0)


def test_what_lies_in_the_padding_changes_nothing(library):
    generator = np.random.default_rng(1)
    emissions = generator.normal(0, 3, (20, len(BIO))).astype(np.float32)
    for pairs in (None, pair_scores(generator, BIO, 1.0)):
        driver = Driver(library, BIO, pairs, 0.3)
        best, chances = driver.decode(emissions, padding=0)
        for padding in (1e30, -1e30):
            other, others = driver.decode(emissions, padding)
            assert (other.tolist(), others.tolist()) == (best.tolist(), chances.tolist())


def test_labels_stay_labels_whatever_the_emissions(library):
    pairs = pair_scores(np.random.default_rng(0), BIO, 1.0)
    for wrong in (np.nan, np.inf, -np.inf):
        emissions = np.full((7, len(BIO)), wrong, np.float32)
        for given_pairs in (None, pairs):
            best, _ = Driver(library, BIO, given_pairs).decode(emissions)
            assert set(best.tolist()) <= set(range(len(BIO)))


class Spans(TextTagger):
    """Python's reading of labels, without a network."""

    engine = "none"

    def __init__(self, labels, calibration):
        super().__init__(labels, labels.scheme, "whitespace", "en")
        self.calibration = calibration

    def predict_labels(self, sentences, batch_size=100):
        raise AssertionError("not asked")


PROBABILITIES = st.sampled_from([0.0, 1.0, 0.5, 1e-9]) | st.floats(0, 1)
CALIBRATIONS = st.none() | st.builds(Calibration, st.floats(0.1, 5), st.floats(-5, 5))


@settings(max_examples=200)
@given(data=st.data(), labels=label_sets(), calibration=CALIBRATIONS, threshold=st.floats(0, 1))
def test_entities_are_pythons(library, data, labels, calibration, threshold):
    ids = st.integers(0, len(labels) - 1)
    words = data.draw(st.lists(st.tuples(ids, PROBABILITIES), max_size=30))
    prediction = Prediction(
        tuple(labels.names[label] for label, _ in words), tuple(chance for _, chance in words)
    )
    expected = [
        (span.type, span.start, span.end, score)
        for span, score in Spans(labels, calibration).scored_spans(prediction)
        if score >= threshold
    ]
    driver = Driver(library, labels, calibration=calibration)
    found = driver.entities([label for label, _ in words], prediction.scores, threshold)
    assert found == expected


TEXTS = st.text(st.sampled_from("BIO-aé😀\ud800"), max_size=4)
NAMES = st.sampled_from(["O", "B-a", "I-a", "B-b-c", "I-", "B-", "-", "b-a", "BI-a", ""]) | TEXTS


@given(names=st.lists(NAMES, max_size=5), scheme=st.sampled_from(["IOB2", "plain", "IOB1"]))
@example(names=["I-a"], scheme="IOB2")
@example(names=["O", "O"], scheme="plain")
@example(names=[], scheme="plain")
def test_label_sets_are_refused_as_in_python(library, names, scheme):
    text = json.dumps({"scheme": scheme, "names": names})
    try:
        expected = LabelSet(tuple(names), scheme)
    except ValueError:
        with pytest.raises(ValueError, match="label"):
            Driver(library, text)
        return
    driver = Driver(library, text)
    for label, name in enumerate(names):
        found = [entity[0] for entity in driver.entities([label], [1.0])]
        assert found == [span.type for span in expected.spans([name])]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"scheme": "IOB2"}',
        '{"scheme": "IOB2", "names": "O"}',
        '{"scheme": "IOB2", "names": [1]}',
        '{"names": ["O"]}',
        '{"scheme": 1, "names": ["O"]}',
    ],
)
def test_what_is_no_label_set_is_refused(library, text):
    with pytest.raises(ValueError, match=r"JSON|labels"):
        Driver(library, text)


def test_more_labels_than_a_table_holds_are_refused(library):
    labels = LabelSet.plain(f"L{number}" for number in range(8193))
    with pytest.raises(ValueError, match="8193 labels; expected at most 8192"):
        Driver(library, labels)
