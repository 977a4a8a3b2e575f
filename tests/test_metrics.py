import json
import warnings
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import accuracy_score, classification_report
from seqeval.scheme import IOB2
from sklearn.metrics import precision_recall_fscore_support

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.errors import ERRORS
from nlp_architect_ext.evaluation.metrics import score

ENTITIES = LabelSet.for_types(["PER", "LOC", "creative-work"])
WORDS = LabelSet.plain(["O", "NOUN", "VERB"])
NOTHING = {"precision": 0, "recall": 0, "f1-score": 0, "support": 0}
RATES = ("f1", "precision", "recall", "support")


def _pairs(labels):
    """Gold and predicted labels of the same sentences, illegal ones among them."""
    label = st.sampled_from(labels.names)
    sentence = st.lists(st.tuples(label, label), min_size=1, max_size=8)
    return st.lists(sentence, min_size=1, max_size=6).map(
        lambda sentences: tuple(
            [[pair[i] for pair in sentence] for sentence in sentences] for i in (0, 1)
        )
    )


@given(_pairs(ENTITIES))
def test_entities_are_scored_as_by_seqeval_strict(pair):
    gold, predicted = pair
    result = score(gold, predicted, ENTITIES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seqeval warns, or fails, where there is no entity at all
        try:
            report = classification_report(
                gold, predicted, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
            )
        except ValueError:
            report = {}
    everything = {"micro avg": result, **result["per_type"]}
    for name, rates in everything.items():
        expected = report.get(name, NOTHING)
        assert rates["precision"] == pytest.approx(expected["precision"])
        assert rates["recall"] == pytest.approx(expected["recall"])
        assert rates["f1"] == pytest.approx(expected["f1-score"])
        assert rates["support"] == expected["support"]
    assert set(result["per_type"]) == {"PER", "LOC", "creative-work"}
    assert result["accuracy"] == pytest.approx(accuracy_score(gold, predicted))


@given(_pairs(WORDS))
def test_plain_labels_are_scored_by_word_as_by_scikit_learn(pair):
    gold, predicted = pair
    result = score(gold, predicted, WORDS)
    flat = [list(chain.from_iterable(sentences)) for sentences in pair]
    precision, recall, f1, _ = precision_recall_fscore_support(
        *flat, labels=["NOUN", "VERB"], average="micro", zero_division=0
    )
    assert [result["precision"], result["recall"], result["f1"]] == pytest.approx(
        [precision, recall, f1]
    )
    assert result["errors"]["boundary"] == 0
    assert result["errors"]["type"] == sum(
        a != b and "O" not in (a, b) for a, b in zip(*flat, strict=True)
    )


def test_plain_labels_without_outside_give_the_share_of_right_words():
    labels = LabelSet.plain(["NOUN", "VERB"])
    result = score([["NOUN", "VERB", "NOUN", "NOUN"]], [["NOUN", "VERB", "VERB", "NOUN"]], labels)
    assert result["f1"] == result["accuracy"] == 0.75


@given(_pairs(ENTITIES))
def test_every_gold_entity_is_found_or_has_one_kind_of_error(pair):
    result = score(*pair, ENTITIES)
    errors = result["errors"]
    found = round(result["recall"] * result["support"])
    assert errors["boundary"] + errors["type"] + errors["missed"] == result["support"] - found
    mirrored = score(*reversed(pair), ENTITIES)
    assert mirrored["errors"]["missed"] == errors["invented"]
    assert mirrored["f1"] == pytest.approx(result["f1"])


def test_defect_14_sentences_are_not_glued_together():
    """One sentence ends with an entity, the next begins with an I- of its type or a new entity."""
    gold = [["O", "B-PER"], ["B-PER", "O"]]
    assert score(gold, gold, ENTITIES)["support"] == 2
    assert score(gold, gold, ENTITIES)["f1"] == 1.0
    glued = score(gold, [["O", "B-PER"], ["I-PER", "O"]], ENTITIES)
    assert (glued["precision"], glued["recall"]) == (1.0, 0.5)
    assert glued["errors"] == {"boundary": 0, "type": 0, "missed": 1, "invented": 0}


@pytest.mark.parametrize(
    ("gold", "predicted", "errors"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", {}),
        ("B-PER I-PER O", "B-PER O O", {"boundary": 1}),
        ("B-PER I-PER I-PER", "B-PER B-PER I-PER", {"boundary": 1}),  # one entity, broken in two
        ("B-PER B-PER O", "B-PER I-PER O", {"boundary": 2}),  # two entities, made one
        ("B-PER I-PER O", "B-LOC I-LOC O", {"type": 1}),
        ("B-PER I-PER O", "B-LOC O O", {"type": 1}),  # both are wrong: the type counts
        ("B-PER I-PER O", "B-LOC B-PER O", {"boundary": 1}),  # overlaps one of its own type as well
        ("B-PER I-PER O", "O O O", {"missed": 1}),
        ("B-PER O O", "O O B-PER", {"missed": 1, "invented": 1}),
        ("O O O", "B-PER O B-LOC", {"invented": 2}),
        ("B-PER O O", "B-PER O B-LOC", {"invented": 1}),
    ],
)
def test_kinds_of_error(gold, predicted, errors):
    result = score([gold.split()], [predicted.split()], ENTITIES)
    assert result["errors"] == {**dict.fromkeys(ERRORS, 0), **errors}


@pytest.mark.parametrize(
    "sentences", [[], [[]], [["O", "O"]]], ids=["no sentence", "no word", "no entity"]
)
@pytest.mark.parametrize("labels", [ENTITIES, WORDS], ids=["entities", "words"])
def test_nothing_to_find_gives_zeros(sentences, labels):
    result = score(sentences, sentences, labels)
    assert [result[name] for name in RATES] == [0.0, 0.0, 0.0, 0]
    assert result["accuracy"] == (1.0 if any(sentences) else 0.0)
    assert all(result["per_type"][name]["f1"] == 0.0 for name in labels.types)


def test_the_result_is_json_of_plain_numbers():
    result = score([["B-PER", "O"]], [["B-PER", "B-LOC"]], ENTITIES)
    assert json.loads(json.dumps(result)) == result
    assert {type(result[name]) for name in ("f1", "precision", "recall", "accuracy")} == {float}
    assert {type(count) for count in [result["support"], *result["errors"].values()]} == {int}


@pytest.mark.parametrize(("gold", "predicted"), [([["O"]], []), ([["O", "O"]], [["O"]])])
def test_different_sentences_are_refused(gold, predicted):
    with pytest.raises(ValueError, match=r"shorter|predicted labels"):
        score(gold, predicted, ENTITIES)
