"""What is read of finished cells, and what is shown of it."""

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tagged_sentences

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.curve.comparison import Comparison
from nlp_architect_ext.curve.outcomes import Outcome, read_counts
from nlp_architect_ext.curve.picture import draw, draw_costs
from nlp_architect_ext.curve.statistics import micro_f1
from nlp_architect_ext.curve.table import everything, page, rows
from nlp_architect_ext.data.formats.predictions import format_predictions
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.evaluation.scores import Scores

LABELS = LabelSet.for_types(("PER", "LOC", "creative-work"))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("predictions") / "test_predictions.txt"


@given(st.lists(tagged_sentences(), min_size=1, max_size=5), st.data())
def test_counts_add_up_to_the_score_of_metrics(file, sentences, data):
    predicted = [
        [data.draw(st.sampled_from(LABELS.names)) for _ in sentence.words] for sentence in sentences
    ]
    gold = [sentence.labels for sentence in sentences]
    columns = {"gold": gold, "teacher": gold, "student": predicted}
    file.write_text(format_predictions(sentences, columns), encoding="utf-8", newline="")
    counts = read_counts(file, "IOB2")
    assert len(counts) == len(sentences)
    assert micro_f1(counts.sum(axis=0)) == pytest.approx(score(gold, predicted, LABELS)["f1"])


def test_plain_labels_count_word_by_word(file):
    file.write_text("# word\tgold\tteacher\nthe\tDET\tDET\n#\tO\tX\n\ncat\tNOUN\tO\n")
    assert read_counts(file, "plain").tolist() == [[1, 2, 1], [0, 0, 1]]


def test_a_torn_file_is_refused(file):
    file.write_text("# word\tgold\tteacher\nthe\tO\tO\ncat\tO\n")
    with pytest.raises(
        UserError, match=r"test_predictions.txt:3: 2 columns; expected word, gold, predicted"
    ):
        read_counts(file, "IOB2")


def outcome(size, system, seed, f1, *, counts=None, splits=("dev", "test")):
    scores = dict.fromkeys(splits, Scores(f1, f1, f1, 2, 1.0, {}, {}))
    times = {"student": 60.0, "evaluation": 0.5}
    costs = {
        "seconds": times,
        "processor_seconds": times,
        "operations": {"student": 10**12 * seed},
    }
    is_distilled = system == "default"
    return Outcome(size, seed, system, scores, costs, counts, "cpu", is_distilled)


@pytest.fixture
def comparison():
    """Two sizes, three systems, two seeds.

    The teacher of one size is missing, the plain system has no predictions.
    """
    found = Comparison((10, 1000), ("plain", "teacher", "default"), "test")
    for seed, f1 in ((1, 0.5), (2, 0.6)):
        good = np.array([[1, 1, 2]] * 10) * seed
        found.add(outcome(10, "plain", seed, f1))
        found.add(outcome(10, "teacher", seed, f1 + 0.2, counts=good))
        found.add(outcome(10, "default", seed, f1 + 0.1, counts=np.array([[0, 1, 2]] * 10)))
        found.add(outcome(1000, "plain", seed, 0.8))
    return found


def test_points(comparison):
    found = {
        (point.size, point.system): (point.mean, point.deviation, point.seeds)
        for point in comparison.points()
    }
    assert found[10, "plain"] == (pytest.approx(0.55), pytest.approx(np.std([0.5, 0.6], ddof=1)), 2)
    assert found.keys() == {(10, "plain"), (10, "teacher"), (10, "default"), (1000, "plain")}


def test_every_pair_is_compared_once_with_the_teacher_and_with_the_first_system(comparison):
    pairs = {(pair.one, pair.other): pair.difference for pair in comparison.pairs()}
    assert pairs.keys() == {("plain", "teacher"), ("default", "teacher"), ("default", "plain")}
    assert pairs["plain", "teacher"].mean == pytest.approx(-0.2)
    assert not pairs["plain", "teacher"].by_sentence
    assert pairs["default", "teacher"].by_sentence


def test_only_seeds_that_both_have_are_compared(comparison):
    comparison.add(outcome(10, "default", 3, 0.0))
    pairs = {(pair.one, pair.other): pair.difference for pair in comparison.pairs()}
    assert pairs["default", "plain"].seeds == 2
    assert pairs["default", "plain"].mean == pytest.approx(0.1)


def test_the_table_shows_what_is_missing_and_what_was_resampled(comparison):
    text = page(comparison)
    assert "| sentences | plain | teacher | default |" in text
    assert "| 10 | 55.00 ± 7.07 (2) | 75.00 ± 7.07 (2) | 65.00 ± 7.07 (2) |" in text
    assert "| 1,000 | 80.00 ± 0.00 (2) | - | - |" in text
    assert re.search(
        r"\| 10 \| plain − teacher \| -20.00 \| -20.00 to -20.00 \(seeds alone\) \| 2 \|", text
    )
    assert re.search(r"\| 10 \| default − teacher \| -10.00 \| [-+\d.]+ to [-+\d.]+ \| 2 \|", text)
    assert "seeds alone are resampled" in text
    assert "Sentences are resampled" in text
    assert "dev is used" not in text


def test_without_test_sentences_dev_is_used_and_said():
    comparison = Comparison((10,), ("plain",), "dev")
    comparison.add(outcome(10, "plain", 1, 0.5, splits=("dev",)))
    text = page(comparison)
    assert "dev is used" in text
    assert "| 10 | 50.00 (1) |" in text
    assert "Differences" not in text


def test_the_tidy_table(comparison):
    found = list(csv.DictReader(io.StringIO(rows(comparison))))
    assert len(found) == 2 * len(comparison.outcomes)
    assert found[0] == {
        "size": "10",
        "seed": "1",
        "system": "default",
        "split": "dev",
        "f1": "0.6",
        "precision": "0.6",
        "recall": "0.6",
        "seconds": "60.5",
        "processor_seconds": "60.5",
        "operations": "1000000000000",
    }


def test_a_distilled_student_costs_its_teacher_too_and_scores_at_the_end_cost_nothing(comparison):
    assert comparison.costs(10, "plain") == {
        "seconds": 60,
        "processor_seconds": 60,
        "operations": 1.5e12,
        "watt_hours": pytest.approx(60 * 10 / 3600),
    }
    assert comparison.costs(10, "default") == {
        kind: pytest.approx(2 * value) for kind, value in comparison.costs(10, "plain").items()
    }
    assert comparison.costs(1000, "teacher") == {}
    text = page(comparison)
    assert (
        "| sentences | system | F1 | minutes | processor minutes | operations (10¹²) | energy "
        "(Wh) |"
    ) in text
    assert "| 10 | plain | 55.00 | 1.0 | 1.0 | 1.50 | 0.17 |" in text
    assert "| 10 | default | 65.00 | 2.0 | 2.0 | 3.00 | 0.33 |" in text


def test_what_an_older_run_has_not_counted_is_a_dash():
    comparison = Comparison((10,), ("plain",), "test")
    older = replace(outcome(10, "plain", 1, 0.5), costs={"seconds": {"student": 90.0}}, device=None)
    comparison.add(older)
    assert "| 10 | plain | 50.00 | 1.5 | - | - | - |" in page(comparison)
    comparison.add(outcome(10, "plain", 2, 0.5))
    # The costs are those of the cells that counted them.
    assert "| 10 | plain | 50.00 | 1.2 | 1.0 | 2.00 | 0.17 |" in page(comparison)
    assert next(csv.DictReader(io.StringIO(rows(comparison))))["operations"] == ""


def test_everything_is_json_with_costs_by_phase(comparison):
    found = json.loads(everything(comparison))
    assert found["cells"][0]["device"] == "cpu"
    assert found["cells"][0]["seconds"] == {"student": 60.0, "evaluation": 0.5}
    assert found["points"][0]["seconds"] == 60.0
    assert {(point["size"], point["system"]) for point in found["points"]} == {
        (10, "plain"),
        (10, "teacher"),
        (10, "default"),
        (1000, "plain"),
    }
    assert found["differences"][0]["by_sentence"] is False


def test_the_picture_is_one_also_of_nothing_and_of_one_point(comparison):
    empty, single = Comparison((5, 9), ("plain",), "test"), Comparison((5,), ("plain",), "test")
    single.add(outcome(5, "plain", 1, 0.5))
    pictures = [
        picture(each) for picture in (draw, draw_costs) for each in (empty, single, comparison)
    ]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(set(pictures)) == 6
