"""`--rounds`: teacher and student in turn, the last round's files those of any run."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from nlp_architect_ext import cli
from nlp_architect_ext.taggers.neural import NeuralTagger

STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
SMALL = ["--tokenizer", "whitespace", "--threads", "1", "-b", "8", "-e", "3", "--lr", "0.02"]
SMALL += ["--min_epoch_steps", "1"]
TEACHER = ["--teacher_min_steps", "20", "--teacher_epochs", "1", "--labeled_size", "20"]
TEACHER += ["--teacher_learning_rate", "3e-3"]


@pytest.fixture(scope="module")
def arguments(data, encoder, tmp_path_factory):
    """Of a small run, without its folder."""
    student = tmp_path_factory.mktemp("student") / "student.json"
    student.write_text(json.dumps(STUDENT))
    places = ["--data_dir", str(data), "--config_file", str(student), "--teacher", str(encoder)]
    return ["tagger_kd_pseudo", *places, *SMALL, *TEACHER, "--unlabeled_size", "60"]


@pytest.fixture(scope="module")
def two_rounds(arguments, tmp_path_factory):
    """A finished run."""
    folder = tmp_path_factory.mktemp("rounds") / "out"
    assert cli.train([*arguments, "--rounds", "2", "--output_dir", str(folder)]) == 0
    return folder


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


def teacher_steps(folder):
    """How many steps the teacher's fine-tuning took."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return max(line["step"] for line in lines if line["phase"] == "teacher")


def test_the_first_of_two_rounds_is_a_run_of_one(arguments, two_rounds, tmp_path):
    alone = tmp_path / "alone"
    assert cli.train([*arguments, "--output_dir", str(alone)]) == 0
    assert weights(two_rounds / "earlier_round") == weights(alone)
    assert not (alone / "earlier_round").exists()


def test_the_second_teacher_reads_the_raw_text_as_well(two_rounds):
    assert teacher_steps(two_rounds / "earlier_round") >= 20  # on 20 sentences
    assert teacher_steps(two_rounds) == 2 * (20 + 60) / 8  # two passes in batches of 8
    assert weights(two_rounds / "teacher") != weights(two_rounds / "earlier_round" / "teacher")
    earlier = NeuralTagger.load(two_rounds / "earlier_round")
    assert NeuralTagger.load(two_rounds).config.teachers != earlier.config.teachers


def test_what_the_first_round_took_is_counted(two_rounds):
    costs, before = metrics(two_rounds), metrics(two_rounds / "earlier_round")
    made = {phase for phase in before["operations"] if "evaluation" not in phase}
    assert made >= {"teacher", "labelling", "student"}
    for kind in ("seconds", "operations"):
        whole = sum(before[kind][phase] for phase in made)
        assert costs[kind]["earlier round"] == pytest.approx(whole, abs=0.1)


@pytest.mark.parametrize("mark", ["earlier_round/MANIFEST.json", "teacher"])
def test_killed_in_either_round_it_goes_on(arguments, two_rounds, tmp_path, mark):
    folder = tmp_path / "out"
    program = [
        sys.executable,
        "-c",
        "import sys; from nlp_architect_ext.cli import train; sys.exit(train())",
    ]
    more = ["--rounds", "2", "--resume", "--output_dir", str(folder)]
    process = subprocess.Popen([*program, *arguments, *more], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (folder / mark).exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert cli.train([*arguments, *more]) == 0
    assert weights(folder) == weights(two_rounds)
    assert weights(folder / "earlier_round") == weights(two_rounds / "earlier_round")


def test_teachers_that_never_learn_are_refused(arguments, tmp_path, capsys):
    names = tmp_path / "names.txt"
    names.write_text("PER\tAda Lovelace\n")
    changed = [*arguments]
    changed[changed.index("--teacher") + 1] = f"names:{names}"
    out = tmp_path / "out"
    assert cli.train([*changed, "--rounds", "2", "--output_dir", str(out)]) == 2
    assert "rounds 2: no teacher learns from labels" in capsys.readouterr().err
    assert not out.exists()


def test_a_dry_run_counts_every_round(arguments, tmp_path, capsys):
    more = ["--rounds", "3", "--dry_run", "--output_dir", str(tmp_path / "out")]
    assert cli.train([*arguments, *more]) == 0
    told = capsys.readouterr().err
    assert "2 further rounds: teachers are fine-tuned on 80 sentences" in told
    assert not (tmp_path / "out").exists()
