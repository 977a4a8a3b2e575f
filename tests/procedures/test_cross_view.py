"""`nlp-train tagger_cvt` by name, on real files."""

import json

import pytest
from safetensors.torch import load_file

from nlp_architect_ext import cli
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.taggers.neural import NeuralTagger

SMALL = [
    "--tokenizer",
    "whitespace",
    "--threads",
    "1",
    "-b",
    "8",
    "--min_epoch_steps",
    "1",
    "--view_width",
    "8",
]
STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """Run the command in this process; returns its exit code."""
    student = tmp_path_factory.mktemp("student") / "student.json"
    student.write_text(json.dumps(STUDENT))

    def call(output, *arguments, command="tagger_cvt"):
        places = [
            "--data_dir",
            str(data),
            "--output_dir",
            str(output),
            "--config_file",
            str(student),
        ]
        return cli.train([command, *places, *SMALL, *map(str, arguments)])

    return call


@pytest.fixture(scope="module")
def trained(run, tmp_path_factory):
    """A finished run."""
    output = tmp_path_factory.mktemp("runs") / "cross-view"
    assert run(output, "-e", 6, "--lr", 0.02, "--logging_steps", 4) == 0
    return output


def test_the_result_is_a_student_like_any_other(trained, model, tmp_path):
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["test"]["f1"] > 0.5
    assert metrics["teacher"] == {}
    assert (
        load_file(trained / "model.safetensors").keys()
        == load_file(model / "model.safetensors").keys()
    )
    tagger = NeuralTagger.load(trained)
    tagger.export(tmp_path / "export", "fp32")
    words = ("Anna", "lives", "in", "Oslo", ".")
    assert Tagger.load(tmp_path / "export").predict_labels([tagger.sentence(words)])[0].labels == (
        tagger.predict_labels([tagger.sentence(words)])[0].labels
    )


def test_words_of_raw_text_alone_say_nothing_at_first(run, data, tmp_path):
    assert run(tmp_path / "out", "-e", 1, "--lr", 1e-8) == 0
    lines = (data / "train.txt").read_text().splitlines()
    labelled = {line.split()[0].lower() for line in lines if line.strip()}
    words = json.loads((tmp_path / "out" / "vocabulary.json").read_text())["words"]
    vectors = load_file(tmp_path / "out" / "model.safetensors")["student.word_embedding.weight"][2:]
    sizes = dict(zip(words, vectors[: len(words)].abs().amax(dim=1).tolist(), strict=True))
    assert labelled < sizes.keys()
    assert all((size > 1e-3) == (word in labelled) for word, size in sizes.items())


def test_both_kinds_of_steps_are_in_the_log(trained):
    lines = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    steps = [line for line in lines if line["phase"] == "student" and "loss" in line]
    assert len(steps) > 10
    assert all(line.keys() >= {"task", "views"} for line in steps)


def test_a_run_that_stops_half_way_ends_the_same(run, trained, tmp_path, monkeypatch):
    import nlp_architect_ext.training.cross_view as objectives

    whole, steps = objectives.soft_cross_entropy, 0

    def failing(*arguments):
        nonlocal steps
        steps += 1
        if steps == 60:  # five heads a step
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(objectives, "soft_cross_entropy", failing)
    flags = ["-e", 6, "--lr", 0.02, "--logging_steps", 4, "--save_steps", 3, "--resume"]
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        raise SystemExit(run(tmp_path / "out", *flags))
    monkeypatch.undo()
    assert not (tmp_path / "out" / "metrics.json").exists()
    assert run(tmp_path / "out", *flags) == 0
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == (
        trained / "model.safetensors"
    ).read_bytes()


def test_the_papers_recipe_runs(run, tmp_path):
    assert run(tmp_path / "out", "--recipe", "paper", "-e", 2, "-b", 8) == 0
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["decoder"] == "softmax"
    assert config["arguments"]["head_width"] == 100
    settings = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (settings["optimizer"], settings["lr_schedule"], settings["ema_decay"]) == (
        "sgd",
        "warmup",
        0.998,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model_type", "id-cnn"], "student 'id-cnn': has no views, view_widths; expected what"),
        (["--label_smoothing", "0.1"], "label_smoothing: a CRF has no labels to smooth"),
        (["--unlabeled_filename", "none.txt"], "none.txt"),
        (["--view_w", "-1"], "--view_w: -1.0; expected at least 0"),
    ],
)
def test_what_cannot_be_trained_ends_in_one_line(run, tmp_path, capsys, arguments, said):
    if "id-cnn" in arguments:
        (tmp_path / "student.json").write_text("{}")
        arguments = [*arguments, "--config_file", tmp_path / "student.json"]
    assert run(tmp_path / "out", *arguments) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert said in last
    assert not (tmp_path / "out").exists()


def test_views_and_a_teacher(run, encoder, tmp_path, model):
    tuning = ["--teacher_min_steps", 30, "--teacher_epochs", 2, "--teacher_learning_rate", "3e-3"]
    teacher = ["--teacher", encoder, *tuning]
    assert (
        run(
            tmp_path / "out",
            *teacher,
            "-e",
            4,
            "--lr",
            0.02,
            "--view_teacher_w",
            0.7,
            command="tagger_kd_cvt",
        )
        == 0
    )
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["test"]["f1"] > 0.5
    assert metrics["teacher"]["test"]["f1"] > 0
    assert (
        load_file(tmp_path / "out" / "model.safetensors").keys()
        == load_file(model / "model.safetensors").keys()
    )
    lines = [
        json.loads(line) for line in (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()
    ]
    steps = [line for line in lines if line["phase"] == "student" and "loss" in line]
    assert all(line.keys() >= {"task", "distillation", "views"} for line in steps)
