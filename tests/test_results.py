"""`metrics.json` as it is written, and as earlier versions wrote it."""

import json
from pathlib import Path

import pytest

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.evaluation.results import Metrics, SentenceCounts, read_metrics
from nlp_architect_ext.evaluation.scores import (
    Agreement,
    Bin,
    CalibrationError,
    Differing,
    Found,
    Rates,
    Scores,
)

FIXTURES = Path(__file__).parent / "fixtures" / "v0_1"
THIRD = 1 / 3
SCORES = Scores(
    THIRD,
    0.25,
    0.5,
    2,
    0.9,
    {"PER": Rates(THIRD, 0.25, 0.5, 2)},
    {"boundary": 1, "type": 0, "missed": 0, "invented": 3},
    CalibrationError(THIRD, 0.25, (Bin(0.5, THIRD, 3),)),
    Agreement(THIRD, Differing(2, 1, 1, 0), {"both": Found(1, 1)}),
    cross_fitted=True,
)
METRICS = Metrics(
    splits={"dev": SCORES},
    parameters={"student": 3},
    costs={"seconds": {"student": 0.5}},
    device="cpu",
    sentences=SentenceCounts(8, 0, dev_of_train=2),
    bytes=12,
)


def numbers(data):
    """Every number in the data, however deep."""
    if isinstance(data, dict | list):
        values = data.values() if isinstance(data, dict) else data
        return [number for value in values for number in numbers(value)]
    return [data] if isinstance(data, float) else []


@pytest.mark.parametrize("name", ["crf", "distilled"])
def test_what_version_0_1_wrote_is_read_and_written_as_it_was(name):
    before = json.loads((FIXTURES / name / "metrics.json").read_text())
    after = read_metrics(FIXTURES / name / "metrics.json").to_json()

    def shape(data):
        if isinstance(data, dict):
            return {key: shape(value) for key, value in data.items()}
        return [shape(value) for value in data] if isinstance(data, list) else type(data)

    assert shape(after) == shape(before)
    assert numbers(after) == pytest.approx(numbers(before), abs=5e-7)


def test_numbers_are_rounded_where_they_are_written_and_nowhere_else():
    written = json.loads(METRICS.text())
    assert written["dev"]["f1"] == written["dev"]["per_type"]["PER"]["f1"] == 0.333333
    assert written["dev"]["calibration"]["bins"] == [{"score": 0.5, "right": 0.333333, "count": 3}]
    assert METRICS.dev.f1 == THIRD
    again = Metrics.from_json(written)
    assert again.to_json() == written
    assert again.dev.cross_fitted
    assert again.sentences.dev_of_train == 2


def test_what_is_not_there_is_absent():
    alone = Metrics({}, {"teacher": 5}, {}, None).to_json()
    assert alone == {"parameters": {"teacher": 5}}
    plain = Scores(0.5, 0.5, 0.5, 2, 1.0, {}, {}).to_json()
    assert not {"calibration", "agreement", "cross_fitted"} & plain.keys()
    assert METRICS.test is None


@pytest.mark.parametrize("content", ['{"dev": {"f1": 0.5}}', '{"parameters": 3}', "{}"])
def test_a_file_of_another_kind_is_refused(content, tmp_path):
    (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(UserError, match=r"metrics\.json: can't be read"):
        read_metrics(tmp_path / "metrics.json")
