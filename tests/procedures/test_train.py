"""The training commands by name, on real files: what they leave, what they refuse."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpora import columns, write_corpus
from safetensors import safe_open
from safetensors.torch import load_file

from nlp_architect_ext import cli
from nlp_architect_ext.students.cnn_lstm import CnnLstm
from nlp_architect_ext.taggers.neural import NeuralTagger

SMALL = ["--tokenizer", "whitespace", "--threads", "1", "-b", "8", "--min_epoch_steps", "1"]
STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
TEACHER = ["--teacher_min_steps", "30", "--teacher_epochs", "2", "--teacher_learning_rate", "3e-3"]


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """A JSON file of a small student's arguments."""
    path = tmp_path_factory.mktemp("student") / "student.json"
    path.write_text(json.dumps(STUDENT))
    return path


@pytest.fixture(scope="module")
def run(student, data):
    """Run a training command in this process; returns its exit code."""

    def call(command, output, *arguments, folder=data):
        places = [
            "--data_dir",
            str(folder),
            "--output_dir",
            str(output),
            "--config_file",
            str(student),
        ]
        return cli.train([command, *places, *SMALL, *map(str, arguments)])

    return call


@pytest.fixture(scope="module")
def distilled(run, encoder, tmp_path_factory):
    """A finished run of the main job."""
    output = tmp_path_factory.mktemp("runs") / "distilled"
    assert (
        run("tagger_kd_pseudo", output, "--teacher", encoder, *TEACHER, "-e", 10, "--lr", 0.02) == 0
    )
    return output


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_the_main_job_leaves_everything(distilled, data):
    files = {path.name for path in distilled.iterdir()}
    assert files >= {
        "config.json",
        "model.safetensors",
        "vocabulary.json",
        "metrics.json",
        "metrics.jsonl",
        "README.md",
        "learning_curve.png",
        "report.html",
        "MANIFEST.json",
        "run.json",
        "teacher",
        "soft_labels",
        "best_dev.txt",
    }
    found = metrics(distilled)
    for scores in (found["dev"], found["test"], found["teacher"]["dev"], found["teacher"]["test"]):
        assert 0 <= scores["f1"] <= 1
        assert scores["per_type"].keys() == {"LOC", "PER"}
    assert found["parameters"]["student"] < found["parameters"]["teacher"]
    assert found["bytes"] == (distilled / "model.safetensors").stat().st_size
    assert {"teacher", "labelling", "student", "evaluation"} <= found["seconds"].keys()
    assert NeuralTagger.load(distilled)("Anna lives in Oslo .")


def test_every_phase_that_makes_something_has_its_operations_and_the_card_says_so(distilled):
    found = metrics(distilled)
    made = {"teacher", "labelling", "word vectors", "student"}
    assert {phase for phase, count in found["operations"].items() if count > 0} == made
    assert (
        found["seconds"].keys() == found["processor_seconds"].keys() == found["operations"].keys()
    )
    card = (distilled / "README.md").read_text()
    rows = [
        line.split("|")[1].strip()
        for line in card.split("## Cost")[1].splitlines()
        if line.startswith("| ")
    ]
    assert set(rows[1:]) == {*made, "all"}
    assert re.search(r"distilled from .+ on \d+ labelled and \d+ raw sentences", card)


@pytest.mark.parametrize("command", ["tagger", "tagger_cvt"])
def test_an_encoder_gives_word_vectors_without_a_teacher(command, run, encoder, tmp_path):
    store = ["--soft_labels_dir", tmp_path / "store"]
    assert run(command, tmp_path / "out", "--word_encoder", encoder, *store, "-e", 1) == 0
    found = metrics(tmp_path / "out")
    assert found["operations"]["word vectors"] > 0
    assert list((tmp_path / "store").glob("words-*/*.safetensors"))
    assert not found["teacher"]
    assert json.loads((tmp_path / "out" / "config.json").read_text())["arguments"]["freeze_words"]
    # What another run has stored costs the same.
    assert run(command, tmp_path / "again", "--word_encoder", encoder, *store, "-e", 1) == 0
    again = metrics(tmp_path / "again")
    assert again["operations"] == found["operations"]
    (stored,) = (tmp_path / "store").glob("words-*/*.safetensors")
    with safe_open(stored, "np") as file:
        assert again["seconds"]["word vectors"] >= float(file.metadata()["seconds"])


def test_no_file_of_a_run_is_a_pickle(distilled):
    names = {path.name for path in distilled.rglob("*") if path.is_file()}
    assert not {name for name in names if name.endswith((".bin", ".pt", ".pth", ".pkl"))}
    for path in distilled.rglob("*"):
        if path.is_file():
            assert not path.read_bytes().startswith(b"\x80"), path


def test_defect_10_the_vocabulary_has_no_word_of_dev_or_test(run, encoder, tmp_path):
    folder = write_corpus(tmp_path / "data")
    for name in ("dev", "test"):
        (folder / f"{name}.txt").write_text(
            columns([[("Zanzibar", "B-LOC"), ("only" + name, "O")]])
        )
    assert (
        run(
            "tagger_kd_pseudo",
            tmp_path / "out",
            "--teacher",
            encoder,
            *TEACHER,
            "-e",
            1,
            folder=folder,
        )
        == 0
    )
    words = json.loads((tmp_path / "out" / "vocabulary.json").read_text())["words"]
    assert "anna" in words
    assert not {"zanzibar", "onlydev", "onlytest"} & set(words)


def test_defect_5_a_second_run_reads_the_teachers_answers(distilled, run, tmp_path, monkeypatch):
    def no_forward(self, sentences):
        raise AssertionError("the teacher was run again")

    monkeypatch.setattr(
        "nlp_architect_ext.teachers.transformer.TransformerTokenClassifier.counted_logits",
        no_forward,
    )
    store = ["--soft_labels_dir", distilled / "soft_labels"]
    assert (
        run(
            "tagger_kd_pseudo",
            tmp_path / "out",
            "--teacher",
            distilled / "teacher",
            *store,
            "-e",
            1,
        )
        == 0
    )
    assert metrics(tmp_path / "out")["teacher"] == metrics(distilled)["teacher"]


def test_defect_9_a_moved_run_works_and_its_teacher_too(distilled, run, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(distilled, moved)
    shutil.rmtree(moved / "checkpoints")
    assert NeuralTagger.load(moved)("Anna lives in Oslo .") == NeuralTagger.load(distilled)(
        "Anna lives in Oslo ."
    )
    assert (
        run("tagger_kd", tmp_path / "out", "--teacher_model_path", moved / "teacher", "-e", 1) == 0
    )


def test_several_teachers_are_an_ensemble(run, encoder, distilled, tmp_path):
    both = ["--teacher", encoder, "--teacher", distilled / "teacher"]
    assert run("tagger_kd", tmp_path / "out", *both, *TEACHER, "-e", 1) == 0
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert [teacher["name"] for teacher in config["teachers"]] == [
        str(encoder),
        str(distilled / "teacher"),
    ]
    one = metrics(distilled)["parameters"]["teacher"]
    assert metrics(tmp_path / "out")["parameters"]["teacher"] == 2 * one


def test_a_trained_tagger_teaches_beside_a_transformer(run, data, distilled, tmp_path, capsys):
    store = ["--soft_labels_dir", tmp_path / "store", "--word_encoder", "none"]
    both = ["--teacher", distilled / "teacher", "--teacher", distilled, *store]
    assert run("tagger_kd_pseudo", tmp_path / "dry", *both, "-e", 1, "--dry_run") == 0
    assert "used as it is; labels" in capsys.readouterr().err
    assert run("tagger_kd_pseudo", tmp_path / "out", *both, "-e", 1) == 0
    found, earlier = metrics(tmp_path / "out"), metrics(distilled)
    assert found["parameters"]["teacher"] == sum(earlier["parameters"].values())
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert [one["name"] for one in config["teachers"]] == [
        str(distilled / "teacher"),
        str(distilled),
    ]
    places = ["--data_dir", str(data), "--soft_labels_dir", str(tmp_path / "store")]
    assert cli.train(["soft_labels", *places, "--teacher", str(distilled), *SMALL[:4]]) == 0


@pytest.mark.parametrize(
    "choice", [["--no_use_crf"], ["--model_type", "id-cnn", "--config_file", "{idcnn}"]]
)
def test_students_and_decoders(run, tmp_path, choice):
    (tmp_path / "idcnn.json").write_text(json.dumps({"word_width": 16, "filters": 16}))
    choice = [argument.format(idcnn=tmp_path / "idcnn.json") for argument in choice]
    assert run("tagger", tmp_path / "out", "-e", 20, "--lr", 0.01, "--patience", 0, *choice) == 0
    assert metrics(tmp_path / "out")["test"]["f1"] > 0.5
    assert metrics(tmp_path / "out")["teacher"] == {}


def test_labeled_size_makes_the_rest_unlabelled(run, encoder, tmp_path, capsys):
    folder = write_corpus(tmp_path / "data", unlabelled=0)
    draw = ["--labeled_size", 10, "--split_seed", 3, "--unlabeled_size", 20]
    assert (
        run(
            "tagger_kd_pseudo",
            tmp_path / "out",
            "--teacher",
            encoder,
            *TEACHER,
            *draw,
            "-e",
            1,
            folder=folder,
        )
        == 0
    )
    rows = [line.split() for line in capsys.readouterr().err.splitlines()]
    assert ["sentences", "10", "15", "15", "20"] in rows


@pytest.mark.parametrize("missing", [["dev"], ["test"], ["dev", "test"]])
def test_defect_8_dev_and_test_may_be_missing(run, tmp_path, missing):
    folder = write_corpus(tmp_path / "data", **dict.fromkeys(missing, 0))
    assert run("tagger", tmp_path / "out", "-e", 2, "--dev_fraction", 0, folder=folder) == 0
    found = metrics(tmp_path / "out")
    assert {"dev", "test"} - set(missing) == found.keys() & {"dev", "test"}
    assert NeuralTagger.load(tmp_path / "out")


def test_word_vectors(run, tmp_path, capsys):
    (tmp_path / "vectors.txt").write_text("the " + "0.5 " * 12 + "\noslo " + "0.25 " * 12 + "\n")
    (tmp_path / "student.json").write_text(json.dumps({"character_filters": 8, "lstm_width": 8}))
    files = [
        "--embedding_file",
        tmp_path / "vectors.txt",
        "--config_file",
        tmp_path / "student.json",
    ]
    assert run("tagger", tmp_path / "out", "-e", 1, *files) == 0
    assert "word vectors: 2 of" in capsys.readouterr().err
    weights = load_file(tmp_path / "out" / "model.safetensors")
    assert weights["student.word_embedding.weight"].shape[1] == 12


def test_settings_from_a_file_and_the_file_of_a_run(run, distilled, tmp_path, capsys):
    again = [
        "--config",
        str(distilled / "run.json"),
        "--output_dir",
        str(tmp_path / "out"),
        "--epochs",
        "1",
    ]
    assert cli.train(["tagger_kd_pseudo", *again]) == 0
    before, after = (
        json.loads((folder / "run.json").read_text()) for folder in (distilled, tmp_path / "out")
    )
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"output_dir", "epochs"}


def test_the_papers_recipe(run, encoder, tmp_path):
    paper = ["--recipe", "paper", "--teacher", encoder, "-e", "1", "--teacher_epochs", 1]
    assert run("tagger_kd_pseudo", tmp_path / "out", *paper) == 0
    settings = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (settings["labeled_ratio"], settings["lr_schedule"], settings["kd_temp"]) == (
        0.0,
        "constant",
        1.0,
    )
    assert settings["epochs"] == 1


@pytest.mark.parametrize("command", ["tagger", "tagger_kd_pseudo", "transformer_token"])
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(
    run, data, encoder, tmp_path, capsys, command
):
    if command == "transformer_token":
        places = [
            "--data_dir",
            str(data),
            "--output_dir",
            str(tmp_path / "out"),
            "--model_name_or_path",
            str(encoder),
        ]
        assert cli.train([command, *places, "--dry_run"]) == 0
    else:
        teacher = ["--teacher", encoder] if command == "tagger_kd_pseudo" else []
        assert run(command, tmp_path / "out", *teacher, "--dry_run") == 0
    shown = capsys.readouterr().err
    assert "nothing was written" in shown
    assert not (tmp_path / "out").exists()


def test_a_transformer_by_itself_and_as_teacher(data, run, encoder, tmp_path, capsys):
    places = [
        "--data_dir",
        str(data),
        "--output_dir",
        str(tmp_path / "out"),
        "--model_name_or_path",
        str(encoder),
    ]
    tuning = [
        "--learning_rate",
        "1e-3",
        "--num_train_epochs",
        "2",
        "--min_steps",
        "4",
        "--threads",
        "1",
    ]
    assert cli.train(["transformer_token", *places, *tuning]) == 0
    assert {"dev", "test", "parameters", "seconds"} <= metrics(tmp_path / "out").keys()
    assert "Examples of errors" in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert run("tagger_kd", tmp_path / "student", "--teacher", tmp_path / "out", "-e", 1) == 0
    assert metrics(tmp_path / "student")["teacher"]["test"] == metrics(tmp_path / "out")["test"]


def test_the_same_seed_the_same_weights_another_seed_others(run, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert run("tagger", tmp_path / name, "-e", 1, "--seed", seed) == 0
    a, b, c = ((tmp_path / name / "model.safetensors").read_bytes() for name in "abc")
    assert a == b != c


def test_a_finished_run_is_not_run_again(distilled, run, encoder, capsys):
    again = ["--teacher", encoder, *TEACHER, "-e", 10, "--lr", 0.02, "--resume"]
    before = (distilled / "MANIFEST.json").stat().st_mtime_ns
    assert run("tagger_kd_pseudo", distilled, *again) == 0
    assert "finished already" in capsys.readouterr().err
    assert (distilled / "MANIFEST.json").stat().st_mtime_ns == before


def test_killed_at_any_moment_and_resumed_the_weights_are_the_same(
    student, data, encoder, distilled, tmp_path
):
    output = tmp_path / "killed"
    command = [
        sys.executable,
        "-c",
        "import sys; from nlp_architect_ext import cli; sys.exit(cli.train())",
        "tagger_kd_pseudo",
        "--data_dir",
        str(data),
        "--output_dir",
        str(output),
        "--config_file",
        str(student),
        *SMALL,
        "--teacher",
        str(encoder),
        *TEACHER,
        "-e",
        "10",
        "--lr",
        "0.02",
        "--resume",
    ]
    draw = random.Random(0)
    marks = ["run.json", "teacher/model.safetensors", "checkpoints/last.safetensors"]
    for mark in marks:  # once after each phase has begun to leave traces
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while not (output / mark).exists() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(draw.random() * 0.2)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, capture_output=True).returncode == 0
    for name in ("model.safetensors", "vocabulary.json", "teacher/model.safetensors"):
        assert (output / name).read_bytes() == (distilled / name).read_bytes(), name


def test_the_curve_of_a_resumed_run_has_no_step_twice(distilled):
    lines = [json.loads(line) for line in (distilled / "metrics.jsonl").read_text().splitlines()]
    epochs = [line["epoch"] for line in lines if line["phase"] == "student" and "dev_f1" in line]
    assert epochs == sorted(set(epochs))


def test_the_learning_curve_is_a_picture(distilled: Path):
    assert (distilled / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (distilled / "report.html").read_text()


def test_a_student_without_word_dropout_takes_the_papers_recipe(run, tmp_path, monkeypatch):
    class Bare(CnnLstm):
        def __init__(self, word_count, character_count, label_count):
            super().__init__(
                word_count, character_count, label_count, lstm_width=8, character_filters=8
            )

    monkeypatch.setattr("nlp_architect_ext.students.base.load", lambda group, name: Bare)
    monkeypatch.setattr("nlp_architect_ext.runs.new_tagger.load", lambda group, name: Bare)
    (tmp_path / "none.json").write_text("{}")
    bare = ["--recipe", "paper", "-e", 1, "--config_file", tmp_path / "none.json"]
    assert run("tagger", tmp_path / "out", *bare) == 0
    assert run("tagger", tmp_path / "other", *bare, "--word_dropout", 0.1) == 2


def test_a_continued_run_needs_the_threads_of_the_first(run, tmp_path, capsys):
    assert run("tagger", tmp_path / "out", "-e", 1) == 0
    assert run("tagger", tmp_path / "out", "-e", 1, "--threads", 2, "--resume") == 2
    assert "threads=2, was 1" in capsys.readouterr().err


def test_replacing_a_run_removes_its_result_file_too(run, tmp_path):
    assert run("tagger", tmp_path / "out", "-e", 1, "--best_result_file", "mine.txt") == 0
    assert run("tagger", tmp_path / "out", "-e", 1, "--overwrite_output_dir") == 0
    assert not (tmp_path / "out" / "mine.txt").exists()
