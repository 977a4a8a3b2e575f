"""`--pretrain` of the tagger commands, on real files: a stage, and an ordinary tagger."""

import json

import pytest
from safetensors.torch import load_file

from nlp_architect_ext import cli
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.taggers.neural import NeuralTagger

SMALL = ["--tokenizer", "whitespace", "--threads", "1", "-b", "8", "--min_epoch_steps", "1"]
STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
TUNING = ["--teacher_min_steps", "30", "--teacher_epochs", "2", "--teacher_learning_rate", "3e-3"]
STEADY = ["--save_steps", 3, "--logging_steps", 1, "-e", 2]


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """Run a command in this process; returns its exit code."""
    student = tmp_path_factory.mktemp("student") / "student.json"
    student.write_text(json.dumps(STUDENT))

    def call(command, output, *arguments):
        places = ["--data_dir", data, "--output_dir", output, "--config_file", student]
        return cli.train([command, *map(str, [*places, *SMALL, *arguments])])

    return call


@pytest.fixture(scope="module")
def trained(run, encoder, data, tmp_path_factory):
    """A run with the stage."""
    output = tmp_path_factory.mktemp("runs") / "pretrained"
    text = ["--pretrain_file", data / "unlabeled.txt"]
    assert (
        run("tagger", output, "--word_encoder", encoder, "--pretrain", "both", *text, *STEADY) == 0
    )
    return output


def lines(folder, phase):
    found = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line for line in found if line["phase"] == phase]


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


def test_the_stage_is_in_journal_costs_and_card_and_the_result_is_an_ordinary_tagger(
    trained, model, tmp_path
):
    steps = lines(trained, "pretraining")
    assert [line["step"] for line in steps] == list(range(1, 3 * 8 + 1))  # 60 sentences in eights
    assert all(line.keys() >= {"loss", "sentence", "words", "lr"} for line in steps)
    for part in ("sentence", "words"):
        assert sum(line[part] for line in steps[-5:]) < sum(line[part] for line in steps[:5])
    found = json.loads((trained / "metrics.json").read_text())
    made = {"encoder states", "pretraining", "word vectors", "student"}
    assert {phase for phase, count in found["operations"].items() if count > 0} == made
    card = (trained / "README.md").read_text().split("## Cost")[1]
    assert all(f"| {phase} |" in card for phase in made)
    assert json.loads((trained / "run.json").read_text())["pretrain"] == "both"
    tensors = load_file(trained / "model.safetensors")
    assert tensors.keys() == load_file(model / "model.safetensors").keys()
    tagger = NeuralTagger.load(trained)
    tagger.export(tmp_path / "export", "fp32")
    words = tagger.sentence(("Anna", "lives", "in", "Oslo", "."))
    assert Tagger.load(tmp_path / "export").predict_labels([words])[0].labels == (
        tagger.predict_labels([words])[0].labels
    )


def test_without_epochs_it_is_a_run_without_the_stage_and_words_stay_as_they_were(
    run, encoder, trained, tmp_path
):
    flags = ["--word_encoder", encoder, *STEADY]
    assert run("tagger", tmp_path / "plain", *flags) == 0
    assert (
        run("tagger", tmp_path / "none", *flags, "--pretrain", "both", "--pretrain_epochs", 0) == 0
    )
    assert weights(tmp_path / "none") == weights(tmp_path / "plain") != weights(trained)
    assert not lines(tmp_path / "none", "pretraining")
    plain, found = (load_file(one / "model.safetensors") for one in (tmp_path / "plain", trained))
    words = "student.word_embedding.weight"
    assert plain[words].equal(found[words])


@pytest.mark.parametrize("stop", [2, 13, 24, 30])
def test_a_run_that_stops_in_the_stage_or_after_it_ends_the_same(
    run, encoder, data, trained, tmp_path, monkeypatch, stop
):
    """Before any checkpoint, between two, at the last step, in the student's training."""
    import nlp_architect_ext.training.loop as loop

    whole, steps = loop._step, 0

    def failing(*arguments):
        nonlocal steps
        steps += 1
        if steps == stop:
            raise KeyboardInterrupt
        return whole(*arguments)

    text = ["--pretrain_file", data / "unlabeled.txt", "--resume"]
    flags = ["--word_encoder", encoder, "--pretrain", "both", *text, *STEADY]
    monkeypatch.setattr(loop, "_step", failing)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        raise SystemExit(run("tagger", tmp_path / "out", *flags))
    monkeypatch.undo()
    assert not (tmp_path / "out" / "metrics.json").exists()
    assert run("tagger", tmp_path / "out", *flags) == 0
    assert weights(tmp_path / "out") == weights(trained)
    for phase in ("pretraining", "student"):
        assert lines(tmp_path / "out", phase) == lines(trained, phase)


def test_a_teacher_is_the_encoder_and_the_runs_sentences_are_the_text(run, encoder, tmp_path):
    flags = ["--teacher", encoder, *TUNING, "--pretrain", "words", "--pretrain_epochs", 1]
    assert run("tagger_kd_pseudo", tmp_path / "out", *flags, *STEADY) == 0
    steps = lines(tmp_path / "out", "pretraining")
    assert len(steps) == 13  # 60 unlabelled and 40 labelled sentences in eights
    assert all("words" in line and "sentence" not in line for line in steps)
    assert json.loads((tmp_path / "out" / "metrics.json").read_text())["test"]["f1"] >= 0


def test_a_stage_of_its_own_encoder_trains_random_words_along(run, encoder, tmp_path):
    flags = ["--pretrain", "sentence", "--pretrain_encoder", encoder, "--pretrain_size", 20]
    assert run("tagger_cvt", tmp_path / "out", *flags, *STEADY, "--view_width", 8) == 0
    steps = lines(tmp_path / "out", "pretraining")
    assert len(steps) == 9
    assert all("sentence" in line and "words" not in line for line in steps)


def test_a_dry_run_speaks_of_the_stage(run, encoder, tmp_path, capsys):
    flags = ["--word_encoder", encoder, "--pretrain", "both", "--dry_run"]
    assert run("tagger", tmp_path / "out", *flags) == 0
    assert "pre-training: 40 sentences read by" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pretrain", "both"], "pretrain: no encoder is named, and no teacher is made of one"),
        (["--pretrain", "both", "--pretrain_encoder", "./none"], "./none: no such folder"),
        (["--pretrain", "words", "--pretrain_file", "none.txt"], "none.txt"),
        (["--pretrain", "words", "--model_type", "id-cnn"], "student 'id-cnn': has no views"),
        (["--pretrain_lr", "0"], "--pretrain_lr: 0.0; expected at least"),
    ],
)
def test_what_cannot_be_used_ends_in_one_line(run, encoder, tmp_path, capsys, arguments, said):
    if "none.txt" in arguments or "id-cnn" in arguments:
        arguments = [*arguments, "--pretrain_encoder", encoder]
    if "id-cnn" in arguments:
        (tmp_path / "student.json").write_text("{}")
        arguments = [*arguments, "--config_file", tmp_path / "student.json"]
    assert run("tagger", tmp_path / "out", *arguments) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_a_tagger_as_teacher_is_no_encoder(run, trained, tmp_path, capsys):
    flags = ["--teacher", trained, "--word_encoder", "none", "--pretrain", "both"]
    assert run("tagger_kd", tmp_path / "out", *flags) == 2
    assert "no teacher is made of one" in capsys.readouterr().err.strip().splitlines()[-1]
