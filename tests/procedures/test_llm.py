"""A language model teaches in the commands: a whole run, its estimate, a killed one, its key."""

import json
import shutil
import signal
import subprocess
import sys
import time

import pytest
from llm_server import serving

from nlp_architect_ext import cli
from nlp_architect_ext.teachers import llm_client

KEY = "sk-very-secret-0123456789"
SMALL = ["--tokenizer", "whitespace", "--threads", "1"]
LEARNING = ["-b", 8, "-e", 12, "--lr", 0.02, "--min_epoch_steps", 20]
STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
COMMAND = "import sys; from nlp_architect_ext import cli; sys.exit(cli.train(sys.argv[1:]))"


@pytest.fixture
def endpoint(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(llm_client, "RETRIES", 1)
    with serving() as running:
        yield running


@pytest.fixture
def run(endpoint, tmp_path, data):
    """Run a training command in this process; returns its exit code."""
    (tmp_path / "student.json").write_text(json.dumps(STUDENT))
    (tmp_path / "words.json").write_text('{"PER": "people", "LOC": "places"}')
    described = ["--label_descriptions", tmp_path / "words.json"]

    def call(*arguments, folder=data):
        places = ["--data_dir", folder, "--output_dir", tmp_path / "out"]
        student = ["--config_file", tmp_path / "student.json"]
        given = ["--teacher", f"llm:{endpoint.url}#m", *described, *places, *student, *arguments]
        return cli.train(["tagger_kd_pseudo", *SMALL, *map(str, [*LEARNING, *given])])

    return call


def test_a_whole_run_with_an_interruption(run, endpoint, tmp_path, capsys):
    prices = ["--llm_price", 1, 2]
    assert run(*prices, "--dry_run") == 0
    assert "(by characters, an estimate), about 0.0" in capsys.readouterr().err
    assert endpoint.asked == []
    gold, down = endpoint.answer, (401, {}, f'{{"error": {{"message": "no {KEY}"}}}}')
    endpoint.answer = lambda sentence: down if len(endpoint.asked) > 20 else gold(sentence)
    assert run(*prices) == 2
    assert "refuses the key" in capsys.readouterr().err.splitlines()[-1]
    log = next((tmp_path / "out" / "soft_labels" / "llm").iterdir())
    paid = len(log.read_text().splitlines())
    assert paid >= 16
    endpoint.asked.clear()
    endpoint.answer = gold
    assert run(*prices, "--resume") == 0
    said = capsys.readouterr().err
    assert "tokens_in" in said
    found = json.loads((tmp_path / "out" / "metrics.json").read_text())
    (teacher,) = found["teachers"]
    assert teacher["precision"] == teacher["marked_precision"] == 1
    assert teacher["costs"]["malformed"] == 0
    assert teacher["costs"]["tokens_in"] == 100 * teacher["costs"]["requests"]
    assert len(set(endpoint.sentences)) == len(endpoint.sentences)
    assert teacher["costs"]["requests"] == paid + len(endpoint.sentences)
    assert found["test"]["f1"] > 0.6
    assert endpoint.keys == {f"Bearer {KEY}"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in said


def test_nothing_labelled_but_types_described(run, data, endpoint, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(data / "unlabeled.txt", folder)
    assert run("-e", 1, folder=folder) == 0
    assert "- PER: people" in endpoint.asked[0]["messages"][0]["content"]


def test_a_killed_run_asks_only_for_what_is_missing(endpoint, data, tmp_path):
    endpoint.seconds = 0.02
    command = ["soft_labels", *SMALL, "--data_dir", data, "--soft_labels_dir", tmp_path / "store"]
    command += ["--teacher", f"llm:{endpoint.url}#m", "--llm_concurrency", 2]
    arguments = list(map(str, command))
    running = subprocess.Popen([sys.executable, "-c", COMMAND, *arguments])
    until = time.monotonic() + 120
    while len(endpoint.asked) < 20 and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    before = endpoint.sentences
    assert len(before) >= 20
    assert cli.train(arguments) == 0
    asked = endpoint.sentences
    assert len(asked) > len(before)
    # At most those twice that were on their way.
    assert len(asked) - len(set(asked)) <= 2
    assert cli.train(arguments) == 0
    assert len(endpoint.asked) == len(asked)


@pytest.mark.parametrize(
    ("further", "message"),
    [
        (["--llm_price", 1], "llm_price: 1 numbers"),
        (["--label_descriptions", "unknown.json"], "describes 'ORG', which the data doesn't have"),
    ],
)
def test_mistakes_end_in_one_line_and_write_nothing(
    run, endpoint, tmp_path, monkeypatch, capsys, further, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unknown.json").write_text('{"ORG": "firms"}')
    assert run(*further) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert endpoint.asked == []
    assert not (tmp_path / "out").exists()
