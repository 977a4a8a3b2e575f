"""`nlp-train distill_encoder` by name, on real files: what it leaves, what it refuses."""

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
import transformers
from safetensors import safe_open
from tiny_teacher import POSITIONS

from nlp_architect_ext import cli
from nlp_architect_ext.encoders.folder import find

SMALL = ["--threads", "1", "--batch_size", "8", "--epochs", "2", "--lr", "3e-3"]


@pytest.fixture(scope="module")
def run(encoder, data):
    """Run the command in this process; returns its exit code."""

    def call(output, *arguments, text=data / "unlabeled.txt"):
        places = ["--encoder", encoder, "--unlabeled_file", text, "--output_dir", output]
        return cli.train(["distill_encoder", *map(str, [*places, *SMALL, *arguments])])

    return call


@pytest.fixture(scope="module")
def made(run, tmp_path_factory):
    """A finished run of the default recipe: one of two layers."""
    output = tmp_path_factory.mktemp("runs") / "made"
    assert run(output) == 0
    return output


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def loaded(folder):
    """The encoder as anybody loads it; nothing may be missing."""
    model, report = transformers.AutoModel.from_pretrained(
        find(folder).path, add_pooling_layer=False, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    return model


def test_the_result_is_an_ordinary_encoder_with_everything_beside_it(made, encoder):
    names = {path.name for path in made.iterdir()}
    assert names >= {
        "model",
        "metrics.json",
        "metrics.jsonl",
        "learning_curve.png",
        "README.md",
        "MANIFEST.json",
        "run.json",
        "best_dev.txt",
    }
    assert "states" not in names  # they are only kept where they are named
    assert loaded(made).config.num_hidden_layers == 1
    weights, config = made / "model" / "model.safetensors", made / "model" / "config.json"
    assert weights.stat().st_mode == config.stat().st_mode
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (made / "model" / name).read_bytes() == (encoder / name).read_bytes()
    assert (made / "learning_curve.png").read_bytes().startswith(b"\x89PNG")


def test_its_figures_are_those_of_its_journal(made):
    found = metrics(made)
    lines = [json.loads(line) for line in (made / "metrics.jsonl").read_text().splitlines()]
    shares = [1 - line["dev_explained"] for line in lines if "dev_explained" in line]
    assert found["unexplained"]["by_epoch"] == pytest.approx(shares, abs=1e-5)
    assert found["unexplained"]["end"] == pytest.approx(min(shares), abs=1e-5)
    assert found["unexplained"]["end"] < found["unexplained"]["start"]
    assert found["mapping"] == [2]
    assert list(found["seconds"]) == ["teacher states", "importance", "distillation"]
    assert all(value > 0 for value in found["operations"].values())
    assert found["parameters"]["student"] == loaded(made).num_parameters()
    card = (made / "README.md").read_text()
    assert f"{found['parameters']['student']:,} parameters" in card
    assert f"{found['unexplained']['end']:.3f}" in card


def test_a_finished_run_says_so_and_is_left_alone(made, run, capsys):
    before = (made / "MANIFEST.json").stat().st_mtime_ns
    assert run(made, "--resume") == 0
    assert "finished already" in capsys.readouterr().err
    assert run(made) == 2
    assert "holds an earlier run" in capsys.readouterr().err
    assert (made / "MANIFEST.json").stat().st_mtime_ns == before


def test_it_teaches_gives_word_vectors_and_is_fine_tuned(made, data, tmp_path):
    student = {"word_width": 16, "character_filters": 16, "lstm_width": 16}
    (tmp_path / "student.json").write_text(json.dumps(student))
    common = ["--data_dir", data, "--tokenizer", "whitespace", "--threads", 1]
    compact = ["--config_file", tmp_path / "student.json", "-e", 1, "--min_epoch_steps", 1]
    short = ["--teacher_min_steps", 2, "--teacher_epochs", 1]
    for name, command in (
        ("tuned", ["transformer_token", "--model_name_or_path", made, "--min_steps", 2]),
        ("words", ["tagger", "--word_encoder", made, *compact]),
        ("taught", ["tagger_kd", "--teacher", made, *compact, *short]),
    ):
        arguments = [*command, *common, "--output_dir", tmp_path / name]
        assert cli.train(list(map(str, arguments))) == 0
        assert (tmp_path / name / "metrics.json").exists()


@pytest.mark.parametrize(
    ("recipe", "flags", "config"),
    [
        ("tinybert", [], {"model_type": "bert", "hidden_size": 32}),
        ("minilm", ["--hidden", 16], {"hidden_size": 16, "num_attention_heads": 1}),
        ("mobilebert", [], {"model_type": "mobilebert", "num_hidden_layers": 2}),
        ("etd", ["--init", "etd-rand", "--targets", "hidden", "embedding"], {"hidden_size": 32}),
    ],
)
def test_recipes_make_encoders_and_flags_are_stronger(run, tmp_path, recipe, flags, config):
    assert run(tmp_path / "out", "--recipe", recipe, "--epochs", 1, *flags) == 0
    made = loaded(tmp_path / "out").config
    assert {name: getattr(made, name) for name in config} == config
    settings = json.loads((tmp_path / "out" / "run.json").read_text())
    if recipe == "etd":
        assert settings["init"] == "etd-rand"
        assert settings["targets"] == ["hidden", "embedding"]
    phases = metrics(tmp_path / "out")["seconds"]
    assert "importance" not in phases


@pytest.mark.parametrize(
    ("flags", "lessons", "mapping"),
    [
        ([], "embedding, hidden, attention", "2 "),
        (["--layers", 2], "embedding, hidden, attention", "1, 2 "),
        (["--layers", 2, "--mapping", "last"], "embedding, hidden, attention", "0, 2 "),
        (["--layers", 2, "--hidden", 16], "hidden", "0, 2 "),
        (["--layers", 2, "--init", "embeddings"], "hidden", "0, 2 "),
        (["--schedule", "progressive"], "hidden", "2 "),
    ],
)
def test_what_is_taught_where_nobody_says(run, tmp_path, flags, lessons, mapping):
    assert run(tmp_path / "out", "--epochs", 1, *flags) == 0
    card = (tmp_path / "out" / "README.md").read_text()
    assert re.search(rf"lessons\W+{lessons}\W", card)
    assert re.search(rf"mapping\W+{mapping}", card)


def test_stored_states_serve_other_runs(run, tmp_path):
    store = ["--states_dir", tmp_path / "states"]
    assert run(tmp_path / "first", *store, "--init", "embeddings") == 0
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "states").rglob("*.safetensors")}
    assert files
    assert run(tmp_path / "second", *store, "--init", "random") == 0
    again = {path: path.stat().st_mtime_ns for path in (tmp_path / "states").rglob("*.safetensors")}
    assert again == files
    first, second = (metrics(tmp_path / name)["operations"] for name in ("first", "second"))
    assert first["teacher states"] == second["teacher states"]  # what they take from scratch


def test_parts_of_an_epoch_are_scored(run, tmp_path):
    assert run(tmp_path / "out", "--parts", 3, "--epochs", 2) == 0
    assert len(metrics(tmp_path / "out")["unexplained"]["by_epoch"]) == 6


def test_a_dry_run_says_sizes_and_writes_nothing(run, tmp_path, capsys):
    assert run(tmp_path / "out", "--dry_run") == 0
    said = capsys.readouterr().err
    for part in ("parameters", "on disk", "steps", "nothing was written"):
        assert part in said
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_refused_before_anything_is_written(
    run, tmp_path, capsys, monkeypatch
):
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    for flags in ([], ["--dry_run"]):
        assert run(tmp_path / "out", *flags) == 2
        assert "--states_dir" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--hidden", 20], "a multiple of 16"),
        (["--layers", 3], "1 to 2"),
        (["--mapping", "1,2"], "has 2 numbers for 1 layers"),
        (["--mapping", "3"], "layer 3 of a teacher that has 2"),
        (["--mapping", "upper"], "uniform, last"),
        (["--mapping", "0", "--targets", "hidden"], "nothing is taught"),
        (["--hidden", 16, "--targets", "attention"], "as many heads"),
        (["--schedule", "progressive", "--targets", "embedding", "hidden"], "embeddings are never"),
        (["--architecture", "mobilebert", "--init", "etd-rand"], "embeddings"),
        (["--encoder", "no/such/folder"], "no such folder"),
        (["--max_seq_len", POSITIONS + 1], f"at most {POSITIONS}"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_line(run, tmp_path, capsys, flags, said):
    assert run(tmp_path / "out", *flags) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert said in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["", "\n \n", "Anna lives in Oslo .\n"])
def test_too_little_text_is_refused(run, tmp_path, capsys, content):
    (tmp_path / "text.txt").write_text(content)
    assert run(tmp_path / "out", text=tmp_path / "text.txt") == 2
    assert "text" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_held_out_lines_are_never_learnt_from(run, tmp_path, capsys):
    lines = [f"Anna met Bruno in {place} ." for place in ("Oslo", "Lima", "Rome")] * 20
    (tmp_path / "text.txt").write_text("\n".join(lines))
    assert run(tmp_path / "out", "--dry_run", text=tmp_path / "text.txt") == 0
    said = capsys.readouterr().err
    assert "2 windows of word pieces to learn from and 1 held out" in said
    assert "57 repeated" in said


PHASES = ["--schedule", "progressive", "--mapping", "uniform", "--layers", 2, "--init", "random"]


def test_killed_inside_a_phase_and_resumed_the_weights_are_the_same(run, encoder, data, tmp_path):
    steps = ["--save_steps", 1, "--epochs", 6]
    assert run(tmp_path / "whole", *PHASES, *steps) == 0
    output = tmp_path / "killed"
    flags = ["--encoder", encoder, "--unlabeled_file", data / "unlabeled.txt", *SMALL, *PHASES]
    program = "import sys; from nlp_architect_ext import cli; sys.exit(cli.train())"
    command = [sys.executable, "-c", program, "distill_encoder", "--resume", *flags, *steps]
    command = list(map(str, [*command, "--output_dir", output]))
    draw = random.Random(0)
    for mark in ("checkpoints/last.safetensors", "checkpoints/best.safetensors"):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while not (output / mark).exists() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(draw.random() * 0.1)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert not (output / "MANIFEST.json").exists()
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0
    assert "continuing after step" in finished.stderr
    killed, whole = (tensors(folder / "model") for folder in (output, tmp_path / "whole"))
    assert killed == whole
    assert metrics(output)["unexplained"] == metrics(tmp_path / "whole")["unexplained"]


def tensors(folder: Path):
    with safe_open(folder / "model.safetensors", framework="np") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118
