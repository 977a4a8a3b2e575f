"""Experiment trackers get the numbers of a run, and change nothing of it."""

import json

import pytest
from corpora import write_corpus
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from nlp_architect_ext import cli, train
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.runs import trackers

STUDENT = {"word_width": 8, "character_filters": 8, "lstm_width": 8, "dropout": 0.3}
STEPS = 8


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("data"), unlabelled=0)


def run(data, folder, **settings):
    """A short run, logged at every second step and saved at every third."""
    config = folder.parent / "student.json"
    config.write_text(json.dumps(STUDENT))
    short = {"epochs": 2, "min_epoch_steps": STEPS // 2, "max_epoch_steps": STEPS // 2}
    often = {"logging_steps": 2, "save_steps": 3, "tokenizer": "whitespace", "device": "cpu"}
    options = {**short, **often, "config_file": str(config), **settings}
    return train(data, output_dir=folder, **options)


@pytest.fixture(scope="module")
def plain(data, tmp_path_factory):
    """The folder of the run without a tracker."""
    folder = tmp_path_factory.mktemp("plain") / "out"
    run(data, folder)
    return folder


def same_weights(*folders):
    first, *others = ((folder / "model.safetensors").read_bytes() for folder in folders)
    return all(other == first for other in others)


def curves(folder):
    """The points (step, value) of every curve in TensorBoard's files."""
    events = EventAccumulator(str(folder / "tensorboard")).Reload()
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def test_tensorboard_gets_the_numbers_and_the_weights_stay_the_same(data, plain, tmp_path):
    result = run(data, tmp_path / "out", report_to="tensorboard")
    assert same_weights(plain, tmp_path / "out")
    assert not (plain / "tensorboard").exists()
    found = curves(tmp_path / "out")
    lines = Journal(plain / "metrics.jsonl").read("student")
    for name in ("loss", "task", "lr", "gradient_norm", "dev_f1"):
        told = [(line["step"], pytest.approx(line[name])) for line in lines if name in line]
        assert found[f"student/{name}"] == told, name
    assert found["final/student/test/f1"] == [(0, pytest.approx(result.f1["test"]))]
    assert "costs/student/seconds" in found
    (file,) = (tmp_path / "out" / "tensorboard").glob("*/hparams.yml")
    text = file.read_text()
    assert "lr: 0.003" in text
    assert "output_dir: out\n" in text
    assert str(tmp_path) not in text  # nobody's business


def test_a_continued_run_goes_on_in_the_same_place(data, plain, tmp_path):
    def stop(progress):
        if progress.label == "epoch 2/2" and progress.done == 3:
            raise KeyboardInterrupt

    options = {"report_to": "tensorboard"}
    with pytest.raises(KeyboardInterrupt):
        run(data, tmp_path / "out", progress=stop, **options)
    assert max(step for step, _ in curves(tmp_path / "out")["student/loss"]) == STEPS - 2
    run(data, tmp_path / "out", resume=True, **options)
    assert same_weights(plain, tmp_path / "out")
    points = dict(curves(tmp_path / "out")["student/loss"])
    lines = Journal(plain / "metrics.jsonl").read("student")
    assert points == {line["step"]: pytest.approx(line["loss"]) for line in lines if "loss" in line}
    assert len([*(tmp_path / "out" / "tensorboard").glob("*/hparams.yml")]) == 1
    files = {*(tmp_path / "out" / "tensorboard").rglob("*")}
    run(data, tmp_path / "out", resume=True, **options)  # finished: nothing to tell
    assert {*(tmp_path / "out" / "tensorboard").rglob("*")} == files
    run(data, tmp_path / "out", overwrite_output_dir=True)
    assert not (tmp_path / "out" / "tensorboard").exists()
    assert not (tmp_path / "out" / trackers.IDS).exists()


@pytest.mark.parametrize("name", ["tensorboard", "wandb", "mlflow"])
@pytest.mark.parametrize("command", ["tagger", "transformer_token"])
def test_a_missing_package_is_said_before_any_work(name, command, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(trackers, "find_spec", lambda package: None)
    needed = ["--data_dir", "nowhere", "--output_dir", str(tmp_path / "out"), "--report_to", name]
    model = ["--model_name_or_path", "nothing"] if command == "transformer_token" else []
    assert cli.train([command, *needed, *model]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"report_to {name}: needs {name}, which isn't installed; expected the extra {name}; "
        f"call pip install 'nlp-architect-ext[{name}]'\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_tracker_that_fails_costs_no_run(data, tmp_path, monkeypatch, caplog):
    from accelerate.tracking import TensorBoardTracker

    def fail(self, values, step=None, **options):
        raise ConnectionError("gone")

    monkeypatch.setattr(TensorBoardTracker, "log", fail)
    with caplog.at_level("INFO", "nlp_architect_ext"):
        result = run(data, tmp_path / "out", report_to="tensorboard")
    assert result.metrics.dev is not None
    said = [line for line in caplog.messages if "tensorboard fails" in line]
    assert said == ["tensorboard fails (ConnectionError: gone); it gets no more numbers"]


def test_a_tracker_that_cannot_start_is_said_in_one_line(data, tmp_path, monkeypatch):
    def fail(folder, id):
        raise RuntimeError("no key\nsecond line")

    monkeypatch.setitem(trackers.OPENERS, "tensorboard", fail)
    with pytest.raises(UserError, match=r"report_to tensorboard: can't be started .*no key\)"):
        run(data, tmp_path / "out", report_to="tensorboard")
    assert not (tmp_path / "out" / "run.json").exists()
    run(data, tmp_path / "out")  # nothing is in the way of another attempt


def test_without_a_folder_there_is_no_tracker(data):
    with pytest.raises(UserError, match="expected an output_dir"):
        train(data, report_to="tensorboard")


def test_wandb_works_offline(data, plain, tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    run(data, tmp_path / "out", report_to="wandb")
    assert same_weights(plain, tmp_path / "out")
    id = json.loads((tmp_path / "out" / trackers.IDS).read_text())["wandb"]
    (written,) = (tmp_path / "out" / "wandb").glob("offline-run-*/run-*.wandb")
    assert written.name == f"run-{id}.wandb"
    content = written.read_bytes()
    for name in (b"student/loss", b"student/dev_f1", b"final/student/test/f1"):
        assert name in content
    assert str(data).encode() not in content


def test_mlflow_works_with_a_store_of_its_own(data, plain, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    mlflow.set_tracking_uri(store)
    monkeypatch.chdir(tmp_path)

    def stop(progress):
        if progress.label == "epoch 2/2" and progress.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(data, tmp_path / "out", report_to="mlflow", progress=stop)
    run(data, tmp_path / "out", report_to="mlflow", resume=True)
    assert same_weights(plain, tmp_path / "out")
    id = json.loads((tmp_path / "out" / trackers.IDS).read_text())["mlflow"]
    client = mlflow.MlflowClient(store)
    steps = {point.step for point in client.get_metric_history(id, "student/loss")}
    assert steps == {2, 4, 6, 8}
    found = client.get_run(id).data
    assert found.params["lr"] == "0.003"
    assert found.params["output_dir"] == "out"
    assert "final/student/test/f1" in found.metrics
