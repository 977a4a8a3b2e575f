"""Teachers joined by a model of how each errs."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.runs.joined_teachers import join
from nlp_architect_ext.runs.worth_of_teachers import informed_share, without, worth
from nlp_architect_ext.teachers.hidden_chain import HiddenChain
from nlp_architect_ext.teachers.joining import Judged, joined, label_model, taught, witnesses
from nlp_architect_ext.teachers.label_counts import LabelCounts
from nlp_architect_ext.teachers.label_model import Seen, seen, votes
from nlp_architect_ext.teachers.label_model_fit import by_agreement, expected_counts, gold_counts
from nlp_architect_ext.teachers.pooled_rates import pooled_rates
from nlp_architect_ext.teachers.word_shapes import SHAPES, word_shapes

LABELS = LabelSet.for_types(["LOC", "PER"])


def enumerated(chain, evidence):
    """Marginals, pairs and likelihood of one sentence, by all courses of labels."""
    words, labels = evidence.shape
    total, marginals, pairs = 0.0, np.zeros_like(evidence), np.zeros((labels, labels))
    for course in product(range(labels), repeat=words):
        weight = chain.start[course[0]] * evidence[0, course[0]]
        for word in range(1, words):
            weight *= (
                chain.transitions[course[word - 1], course[word]] * evidence[word, course[word]]
            )
        total += weight
        for word, label in enumerate(course):
            marginals[word, label] += weight
            if word:
                pairs[course[word - 1], label] += weight
    return marginals / total, pairs / total, np.log(total)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 3), st.integers(1, 4))
def test_the_chain_equals_enumeration(seed, words, sentences, labels):
    random = np.random.default_rng(seed)
    start = random.dirichlet(np.ones(labels))
    transitions = random.dirichlet(np.ones(labels), labels)
    transitions[0, -1] = 0.0  # something illegal
    transitions[0, 0] += 0.01
    chain = HiddenChain(start, transitions)
    evidence = random.random((sentences, words, labels)) + 1e-3
    found = chain.smoothed(evidence)
    expected = [enumerated(chain, one) for one in evidence]
    assert found.labels == pytest.approx(np.stack([one[0] for one in expected]))
    assert found.pairs == pytest.approx(sum(one[1] for one in expected))
    assert found.log_likelihood == pytest.approx(sum(one[2] for one in expected))


def test_long_sentences_do_not_underflow():
    chain = HiddenChain(np.array([0.5, 0.5]), np.array([[0.9, 0.1], [0.2, 0.8]]))
    found = chain.smoothed(np.full((1, 3000, 2), 1e-8))
    assert found.labels[0, 1500] == pytest.approx([2 / 3, 1 / 3])


def test_rates_of_rows_without_counts_are_those_of_their_group():
    counts = np.array([[90.0, 10, 0], [0, 0, 0], [0, 0, 30]])
    classes = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    groups, prior = np.array([0, 0, 1]), np.zeros((2, 2))
    found = pooled_rates(counts, groups, classes, prior, np.ones(3))
    assert found.sum(axis=1) == pytest.approx([1, 1, 1])
    assert found[1] == pytest.approx([0.05, 0.9, 0.05], abs=1e-6)
    assert found[0, :2] == pytest.approx([0.9, 0.1], abs=0.01)
    assert found[2, 2] == pytest.approx(1, abs=1e-6)


def test_what_cannot_be_stays_impossible_and_what_was_never_seen_does_not():
    found = pooled_rates(
        np.array([[5.0, 0, 0]]), np.array([0]), np.array([[0, 1, -1]]), np.zeros((1, 2)), np.ones(3)
    )
    assert found[0, 2] == 0
    assert 0 < found[0, 1] < 1e-5


def test_shapes():
    words = ("The", "mayor", "of", "Oslo", "met", "UN", "2", ",", "McDonald", "iPhone", "A")
    names = [SHAPES[shape] for shape in word_shapes(words)]
    assert names == [
        "capital, first word",
        "small letters",
        "small letters",
        "capital",
        "small letters",
        "all capitals",
        "with a digit",
        "without letters",
        "capital",
        "other",
        "capital",
    ]


def rows(*labels):
    """Answers of a teacher that is certain: None is silence."""
    found = np.zeros((len(labels), len(LABELS)), np.float16)
    for place, label in enumerate(labels):
        if label is not None:
            found[place] = np.log(0.02)
            found[place, LABELS.ids[label]] = np.log(0.9)
    return found


def test_votes_are_shares_and_silence_is_the_last():
    said = rows("O", None)
    certain, unsure = votes(said, is_certain=True), votes(said, is_certain=False)
    assert certain.tolist() == [[1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]]
    assert unsure.sum(axis=1) == pytest.approx([1, 1])
    assert unsure[0, 0] == pytest.approx(0.9 / 0.98, abs=1e-3)
    assert votes(np.zeros((0, 5), np.float16), is_certain=False).shape == (0, 6)


FIRST = ("Anna", "Bo", "Cy", "Dora", "Eli", "Finn")
PLACES = ("Oslo", "Rome", "Bern", "Kyiv")


def sentences(count, seed):
    """``X met Y in Z .``, with gold labels."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        one, other = random.choice(FIRST, 2)
        words = ("then", str(one), "met", str(other), "in", str(random.choice(PLACES)), ".")
        found.append(Sentence(words, ("O", "B-PER", "O", "B-PER", "O", "B-LOC", "O")))
    return found


def lists(sentence, known, wrong=()):
    """A list that knows some names, and takes some words for places."""
    said = []
    for word, label in zip(sentence.words, sentence.labels, strict=True):
        said.append("B-LOC" if word in wrong else label if word in known else None)
    return rows(*said)


KNOWN = {*FIRST[:3], *PLACES[:2]}
WRONG = {"then", "met"}


def seen_of(some):
    good = [lists(one, KNOWN) for one in some]
    bad = [lists(one, PLACES[2:], WRONG) for one in some]
    pairs = zip(some, good, bad, strict=True)
    return [seen(one.words, [(x, True), (y, True)]) for one, x, y in pairs]


GIVEN = [
    np.array([name in ("B-PER", "B-LOC") for name in LABELS.names]),
    np.array([name == "B-LOC" for name in LABELS.names]),
]


def likely_labels(model, some):
    return model.labels(some, lambda likely: likely)


def best(model, some):
    return [
        [LABELS.names[label] for label in one.argmax(axis=1)] for one in likely_labels(model, some)
    ]


def test_gold_tells_what_a_witness_is_worth():
    train, fresh = sentences(30, 0), sentences(50, 1)
    model = gold_counts(train, seen_of(train), LABELS, 2).model(LABELS, GIVEN)
    told = model.confusions[1]
    place = LABELS.ids["B-LOC"]
    assert told[LABELS.ids["O"], place] == pytest.approx(0.5, abs=0.08)
    assert model.confusions[0][LABELS.ids["O"], -1] > 0.95
    assert best(model, seen_of(fresh)) == [list(one.labels) for one in fresh]


def test_agreement_alone_is_no_worse_than_the_good_list():
    raw = sentences(300, 2)
    model = by_agreement(seen_of(raw), LABELS, GIVEN)
    found = best(model, seen_of(raw))
    right = np.mean(
        [a == b for x, y in zip(found, raw, strict=True) for a, b in zip(x, y.labels, strict=True)]
    )
    list_alone = [[label or "O" for label in one] for one in silent_as_outside(raw)]
    alone = np.mean(
        [
            a == b
            for x, y in zip(list_alone, raw, strict=True)
            for a, b in zip(x, y.labels, strict=True)
        ]
    )
    assert right >= alone


def silent_as_outside(some):
    return [
        [label if word in KNOWN else "O" for word, label in zip(one.words, one.labels, strict=True)]
        for one in some
    ]


def test_expectations_of_certainty_are_counts():
    train = sentences(20, 3)
    model = gold_counts(train, seen_of(train), LABELS, 2).model(LABELS, GIVEN)
    counts = expected_counts(model, seen_of(train))
    words = sum(map(len, train))
    assert counts.shapes.sum() == pytest.approx(words)
    assert counts.starts.sum() == pytest.approx(len(train))
    assert counts.pairs.sum() == pytest.approx(words - len(train))
    assert all(one.sum() == pytest.approx(words) for one in counts.confusions)


def test_an_unheard_of_vote_breaks_nothing():
    train = sentences(10, 4)
    model = gold_counts(train, seen_of(train), LABELS, 2).model(LABELS, GIVEN)
    strange = seen(("Oslo",), [(rows("I-PER"), True)] * 2)
    likely = likely_labels(model, [strange, seen((), [(rows(), True)] * 2)])
    assert np.isfinite(likely[0]).all()
    assert likely[0].sum() == pytest.approx(1)
    assert likely[1].shape == (0, len(LABELS))


def test_plain_labels_have_a_model_too():
    labels = LabelSet.plain(["NOUN", "VERB"])
    said = np.array([[2.0, 0], [0, 2.0], [0, 0]], np.float16)
    one = Sentence(("dogs", "bark", "."), ("NOUN", "VERB", "VERB"))
    what = [seen(one.words, [(said, False)])] * 5
    model = gold_counts([one] * 5, what, labels, 1).model(labels, [np.array([True, True])])
    assert [labels.names[at] for at in likely_labels(model, what)[0].argmax(axis=1)] == list(
        one.labels
    )


def test_networks_count_as_one_witness_and_alone_as_their_mean():
    sure, unsure, some = rows("O", "B-PER"), rows("B-LOC", "B-PER"), rows(None, "B-PER")
    given = witnesses({"train": [[sure], [some], [unsure]]}, [True, False, True], ["train"])
    assert given.members == ((0, 2), (1,))
    assert (given.is_complete, given.is_certain) == ((True, False), (False, True))
    assert given.need_a_model
    assert not witnesses({"train": [[sure], [unsure]]}, [True, True], ["train"]).need_a_model
    assert witnesses({"train": [[some]]}, [False], ["train"]).need_a_model
    certain = witnesses({"train": [[sure]]}, [False], ["train"])
    assert certain.need_a_model  # another system's answers: probabilities are a convention


def test_a_network_is_judged_on_what_it_has_not_learnt():
    train, dev, fresh = sentences(30, 5), sentences(30, 6), sentences(20, 7)

    def by_heart(one):
        return rows(*one.labels)

    def wrong(one):
        return rows(*("B-PER" if label == "B-LOC" else label for label in one.labels))

    answers = {
        "train": [[by_heart(one) for one in train], [lists(one, PLACES) for one in train]],
        "dev": [[wrong(one) for one in dev], [lists(one, PLACES) for one in dev]],
        "raw": [[wrong(one) for one in fresh], [lists(one, PLACES) for one in fresh]],
    }
    given = witnesses(answers, [True, False], ["train", "raw"])
    of = {
        name: given.seen(name, part)
        for name, part in (("train", train), ("dev", dev), ("raw", fresh))
    }
    everywhere = [one for part in of.values() for one in part]
    model = label_model(
        given, LABELS, everywhere, Judged(train, of["train"]), Judged(dev, of["dev"])
    )
    assert best(model, of["raw"]) == [list(one.labels) for one in fresh]
    said = joined(model, of["raw"])
    assert said[0].dtype == np.float16
    assert np.exp(said[0].astype(float)).sum(axis=1) == pytest.approx(np.ones(7), abs=0.01)
    assert all(one.any(axis=1).all() for one in said)


def test_nothing_counted_is_what_is_believed_beforehand():
    size = len(LABELS)
    model = LabelCounts.zero(size, 2).model(LABELS, GIVEN)
    right = LABELS.ids["B-PER"]
    assert model.confusions[0][right].argmax() == right
    assert model.confusions[1][right].argmax() == size  # it never marks this type
    assert (model.chain.transitions[~LABELS.legal] == 0).all()


def test_worth_of_a_witness():
    train, dev = sentences(40, 8), sentences(40, 9)
    model = gold_counts(train, seen_of(train), LABELS, 2).model(LABELS, GIVEN)
    good, bad = worth(
        model,
        seen_of(train),
        joined(model, seen_of(train)),
        Judged(dev, seen_of(dev)),
        LABELS,
    )
    assert good.conflicts == 0
    assert bad.conflicts > 0.3  # "then", "met"
    assert good.weight > bad.weight > 0
    # The others are what they are without it: a model of them alone says the same.
    others = [Seen(one.said[1:], one.shapes) for one in seen_of(train)]
    fitted = gold_counts(train, others, LABELS, 1).model(LABELS, GIVEN[1:])
    said = best(fitted, [Seen(one.said[1:], one.shapes) for one in seen_of(dev)])
    expected = score([one.labels for one in dev], list(map(tuple, said)), LABELS)["f1"]
    assert good.f1_without == pytest.approx(expected, abs=0.02)
    alone = gold_counts(train, seen_of(train), LABELS, 2).model(LABELS, GIVEN)
    first = [Seen(one.said[:1], one.shapes) for one in seen_of(train)]
    single = without(alone, 1)
    only = worth(single, first, joined(single, first), Judged([], []), LABELS)
    assert only[0].f1_without is None


def test_informed_share_against_known_cases():
    assert informed_share(np.diag([3.0, 5.0])) == pytest.approx(1)
    assert informed_share(np.outer([2, 6], [1, 3]).astype(float)) == pytest.approx(0)
    assert informed_share(np.array([[4.0, 2.0]])) == 0
    half = np.array([[1.0, 0, 1], [0, 1, 1]])  # speaks of half of the words, always right
    assert informed_share(half) == pytest.approx(0.5)


def test_a_student_is_not_taught_what_nobody_knows():
    train = sentences(60, 10)
    names = [seen(one.words, [(lists(one, FIRST[:2]), True)]) for one in train]
    ever = [np.array([name == "B-PER" for name in LABELS.names])]
    model = gold_counts(train, names, LABELS, 1).model(LABELS, ever)
    rows_ = joined(model, names)
    kept_rows = taught(model, names, rows_, is_counted=True)
    for sentence, one, kept in zip(train, rows_, kept_rows, strict=True):
        left_out = ~kept.any(axis=1)
        assert (one[~left_out] == kept[~left_out]).all()
        for word, gone in zip(sentence.words, left_out, strict=True):
            assert gone == (word[0].isupper() and word not in FIRST[:2])


def test_without_labels_silence_alone_makes_nobody_sure():
    raw = sentences(300, 11)
    known = {FIRST[0], PLACES[0]}
    names = [seen(one.words, [(lists(one, known), True)]) for one in raw]
    ever = [np.array([name in ("B-PER", "B-LOC") for name in LABELS.names])]
    model = by_agreement(names, LABELS, ever)
    rows_ = joined(model, names)
    learnt = taught(model, names, rows_, is_counted=False)
    words = [word for sentence in raw for word in sentence.words]
    pairs = zip(words, np.concatenate(learnt).any(axis=1), strict=True)
    taught_words = {word for word, is_taught in pairs if is_taught}
    assert known < taught_words
    assert not any(word[0].isupper() for word in taught_words - known)
    deaf = model.deaf_to_silence()
    assert (deaf.confusions[0][:, -1] == 1).all()
    assert (model.confusions[0][:, -1] < 1).all()


def test_what_a_student_is_taught_does_not_depend_on_dev_and_test():
    train, raw, dev, test = (sentences(20, seed) for seed in (12, 13, 14, 15))
    teachers = [Certain(), Certain()]
    for labelled in (train, []):
        whole, without_test = (
            join(answers_to(parts), teachers, corpus_of(parts))
            for parts in (
                {"train": labelled, "unlabelled": raw, "dev": dev, "test": test},
                {"train": labelled, "unlabelled": raw},
            )
        )
        for split, rows_ in without_test.taught.items():
            for one, other in zip(rows_, whole.taught[split], strict=True):
                assert (one == other).all()


class Certain:
    says_how_sure = False


def answers_to(parts):
    return {
        split: [
            [lists(one, KNOWN) for one in some],
            [lists(one, PLACES[2:], WRONG) for one in some],
        ]
        for split, some in parts.items()
        if some
    }


def corpus_of(parts):
    raw = [one.without_labels() for one in parts["unlabelled"]]
    return Corpus(parts["train"], parts.get("dev"), parts.get("test"), raw, LABELS, "IOB2")
