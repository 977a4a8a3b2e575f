"""`nlp-inference monitor`, with the reference that training and export write."""

import json
import shutil
import subprocess
import sys

import pytest

from nlp_architect_ext import cli
from nlp_architect_ext.core.manifest import write_manifest

STRANGE = "zxq 17 wvk !! kjh zzz\n" * 30


def monitor(*arguments):
    return cli.inference(["monitor", *map(str, arguments)])


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("monitored") / "export"
    assert cli.train(["export", "--model_dir", str(model), "--output_dir", str(folder)]) == 0
    return folder


@pytest.fixture
def old(model, tmp_path):
    """A model of before there was a monitor."""
    shutil.copytree(model, tmp_path / "old")
    (tmp_path / "old" / "reference.json").unlink()
    write_manifest(tmp_path / "old")
    return tmp_path / "old"


@pytest.fixture
def strange(tmp_path):
    (tmp_path / "strange.txt").write_text(STRANGE)
    return tmp_path / "strange.txt"


def test_an_export_carries_the_reference_of_its_model(model, exported):
    content = (model / "reference.json").read_bytes()
    assert (exported / "reference.json").read_bytes() == content
    reference = json.loads(content)
    assert (reference["source"], reference["sentences"]) == ("dev", 15)
    labelled = json.loads((model / "metrics.json").read_text())["dev"]["support"]
    assert labelled > 0
    assert 0 < reference["quality"]["f1"] <= 1


def test_drift_is_found_without_torch_and_told_as_json(exported, strange, tmp_path):
    blocked = "import sys; sys.modules.update(dict.fromkeys(('torch', 'spacy', 'transformers')))"
    code = f"{blocked}; from nlp_architect_ext import cli; sys.exit(cli.inference())"
    arguments = ["--model_dir", exported, "--data_file", strange, "--check_every", 10]
    places = [*arguments, "--output_file", tmp_path / "report.json"]
    done = subprocess.run(
        [sys.executable, "-c", code, "monitor", *map(str, places)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "drifted, as seen after " in done.stdout
    assert "unknown_words" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["drifted"] is True
    assert report["alarm"]["features"]["unknown_words"]["drifted"] is True
    assert report["last"]["sentences"] == report["sentences"] == 30
    assert report["words"] == 180
    assert list(report) == REPORT
    assert list(report["last"]) == ["number", "sentences", "window", "level", "features"]
    assert list(report["reference"]) == ["source", "sentences", "words"]
    assert list(report["f1"]) == ["estimate", "precision", "recall", "reference"]
    assert list(report["last"]["features"]) == [
        "length",
        "unknown_words",
        "confidence",
        "vector_distance",
        "entities",
        "entities:LOC",
        "entities:PER",
    ]
    assert {tuple(one) for one in report["last"]["features"].values()} == {
        ("reference", "window", "distance", "p", "drifted")
    }


REPORT = [
    "format_version",
    "model",
    "data",
    "sentences",
    "words",
    "reference",
    "false_alarms",
    "window",
    "check_every",
    "checks",
    "drifted",
    "alarm",
    "last",
    "f1",
]


def test_its_own_kind_of_text_is_none(model, exported, data, tmp_path):
    for number, folder in enumerate((model, exported)):
        place = tmp_path / f"{number}.json"
        arguments = ["--model_dir", folder, "--data_file", data / "test.txt", "--format", "columns"]
        assert monitor(*arguments, "--output_file", place) == 0
    reports = [json.loads((tmp_path / f"{number}.json").read_text()) for number in (0, 1)]
    for report in reports:
        assert (report["drifted"], report["alarm"]) == (False, None)
        del report["model"]
    assert reports[0]["f1"] == pytest.approx(reports[1]["f1"], abs=0.02)
    assert reports[0]["last"]["features"]["length"] == reports[1]["last"]["features"]["length"]


def test_an_older_model_says_what_to_do_and_takes_a_file(old, data, strange, capsys):
    arguments = ["--model_dir", old, "--data_file", strange]
    assert monitor(*arguments) == 2
    (line,) = [one for one in capsys.readouterr().err.splitlines() if "expected" in one]
    assert "no reference.json" in line
    assert "--reference_file" in line
    assert monitor(*arguments, "--reference_file", data / "dev.txt") == 0
    assert "on the reference" in capsys.readouterr().out
    assert monitor(*arguments, "--reference_file", data / "unlabeled.txt") == 0
    shown = capsys.readouterr().out
    assert "drifted, as seen after 30 sentences" in shown
    assert "F1 isn't estimated: the reference has no labels" in shown


def test_an_export_of_an_older_model_gets_a_reference(old, model, tmp_path):
    assert cli.train(["export", "--model_dir", str(old), "--output_dir", str(tmp_path / "e")]) == 0
    made = json.loads((tmp_path / "e" / "reference.json").read_text())
    trained = json.loads((model / "reference.json").read_text())
    assert made["features"]["length"] == trained["features"]["length"]
    assert made["sentences"] == trained["sentences"]


def test_one_sentence_is_never_drift_by_chance_alone(exported, tmp_path, capsys):
    (tmp_path / "one.txt").write_text("Anna lives in Oslo .\n")
    assert monitor("--model_dir", exported, "--data_file", tmp_path / "one.txt") == 0
    assert "no drift seen in 1 check" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "\n \n\n"])
def test_a_file_without_sentences_is_refused(exported, tmp_path, capsys, content):
    (tmp_path / "empty.txt").write_text(content)
    assert monitor("--model_dir", exported, "--data_file", tmp_path / "empty.txt") == 2
    assert "empty.txt: no sentence; expected text" in capsys.readouterr().err
    arguments = ["--model_dir", exported, "--data_file", tmp_path / "empty.txt"]
    assert monitor(*arguments, "--reference_file", tmp_path / "empty.txt") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_earlier_report_stays_unless_it_may_go(exported, strange, tmp_path, capsys):
    (tmp_path / "report.json").write_text("mine")
    arguments = ["--model_dir", exported, "--data_file", strange]
    arguments += ["--output_file", tmp_path / "report.json"]
    assert monitor(*arguments) == 2
    assert (tmp_path / "report.json").read_text() == "mine"
    assert "give --overwrite_output_dir" in capsys.readouterr().err
    assert monitor(*arguments, "--overwrite_output_dir") == 0
    assert json.loads((tmp_path / "report.json").read_text())["drifted"] is True


def test_a_reference_of_another_tagger_is_refused(exported, strange, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "other")
    data = json.loads((tmp_path / "other" / "reference.json").read_text())
    del data["features"]["entities:PER"]
    (tmp_path / "other" / "reference.json").write_text(json.dumps(data))
    write_manifest(tmp_path / "other")
    assert monitor("--model_dir", tmp_path / "other", "--data_file", strange) == 2
    assert "reference.json: is of another tagger" in capsys.readouterr().err
