"""`nlp-train learning_curve` with a tiny teacher: results, continuation, failures, refusals."""

import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpora import WORDS, columns, write_corpus
from tiny_teacher import tiny_classifier

from nlp_architect_ext import cli

STUDENT = {"word_width": 8, "character_filters": 8, "lstm_width": 8}
SYSTEMS = ["teacher", "plain", "default"]
# `nlp-train`; a shell's background jobs, and so their children, would ignore what Ctrl-C sends.
PROGRAM = """
import signal, sys
from nlp_architect_ext import cli
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(cli.train())
"""
WEIGHTS = {
    "teacher": "model/model.safetensors",
    "plain": "model.safetensors",
    "default": "model.safetensors",
}


@pytest.fixture(scope="module")
def arguments(data, encoder, tmp_path_factory):
    """The arguments of a quick curve, for a folder."""
    student = tmp_path_factory.mktemp("student") / "student.json"
    student.write_text(json.dumps(STUDENT))

    def give(
        output,
        *more,
        sizes=(20, 10),
        seeds=2,
        systems=SYSTEMS,
        folder=data,
        teacher=encoder,
        epochs=2,
    ):
        return [
            "learning_curve",
            "--data_dir",
            str(folder),
            "--output_dir",
            str(output),
            "--teacher",
            str(teacher),
            "--sizes",
            *map(str, sizes),
            "--seeds",
            str(seeds),
            "--systems",
            *systems,
            "--tokenizer",
            "whitespace",
            "--no_cuda",
            "--workers",
            "2",
            "--student_flags",
            f"-e {epochs} --min_epoch_steps 4 -b 8 --config_file {shlex.quote(str(student))}",
            "--teacher_flags",
            "--num_train_epochs 1 --min_steps 8 --learning_rate 3e-3",
            *map(str, more),
        ]

    return give


@pytest.fixture(scope="module")
def curve(arguments, tmp_path_factory):
    """A finished curve of three systems, two sizes and two seeds."""
    output = tmp_path_factory.mktemp("curve") / "out"
    assert cli.train(arguments(output)) == 0
    return output


def everything(folder):
    return json.loads((folder / "curve.json").read_text())


def times(folder):
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_the_curve_has_every_cell_in_every_file(curve):
    found = everything(curve)
    cells = {(cell["size"], cell["seed"], cell["system"]) for cell in found["cells"]}
    assert cells == {
        (size, seed, system) for size in (10, 20) for seed in (1, 2) for system in SYSTEMS
    }
    assert {(point["size"], point["system"], point["seeds"]) for point in found["points"]} == {
        (size, system, 2) for size in (10, 20) for system in SYSTEMS
    }
    rows = list(csv.DictReader((curve / "curve.csv").open()))
    assert {(int(row["size"]), int(row["seed"]), row["system"], row["split"]) for row in rows} == {
        (*cell, split) for cell in cells for split in ("dev", "test")
    }
    for row in rows:
        cell = curve / "cells" / f"{row['size']}-{row['seed']}" / row["system"]
        metrics = json.loads((cell / "metrics.json").read_text())
        assert float(row["f1"]) == metrics[row["split"]]["f1"]
        assert float(row["seconds"]) == pytest.approx(sum(metrics["seconds"].values()), abs=0.01)
    text = (curve / "curve.md").read_text()
    assert "| - |" not in text
    assert "| sentences | teacher | plain | default |" in text
    assert (curve / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert "F1 by size and system" in (curve / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_every_pair_has_an_interval_over_sentences(curve):
    differences = everything(curve)["differences"]
    assert {(found["size"], found["one"], found["other"]) for found in differences} == {
        (size, one, "teacher") for size in (10, 20) for one in ("plain", "default")
    }
    for found in differences:
        assert found["by_sentence"]
        assert found["low"] <= found["mean"] <= found["high"]


@pytest.mark.slow
def test_the_seed_decides_draw_and_training(curve):
    for seed in (1, 2):
        settings = json.loads((curve / "cells" / f"10-{seed}" / "plain" / "run.json").read_text())
        assert (settings["labeled_size"], settings["split_seed"], settings["seed"]) == (
            10,
            seed,
            seed,
        )


@pytest.mark.slow
def test_the_teacher_labels_once_and_students_find_everything(curve):
    places = sorted(path.name for path in (curve / "soft_labels").iterdir())
    used = []
    for cell in sorted((curve / "cells").iterdir()):
        (teacher,) = json.loads((cell / "default" / "config.json").read_text())["teachers"]
        used.append(teacher["fingerprint"][:16])
        labelled = (cell / "soft_labels.json").stat().st_mtime_ns
        shards = list((curve / "soft_labels" / used[-1]).glob("*.safetensors"))
        assert shards
        assert all(shard.stat().st_mtime_ns <= labelled for shard in shards)
        assert labelled <= (cell / "default" / "run.json").stat().st_mtime_ns
        assert not (cell / "default" / "teacher").exists()
    assert sorted(used) == [name for name in places if name in used]
    assert len(set(used)) == 4


@pytest.mark.slow
def test_a_finished_curve_runs_nothing_again(curve, arguments, capsys):
    before = times(curve / "cells") | times(curve / "soft_labels")
    shown = {
        name: (curve / name).read_bytes()
        for name in ("curve.md", "curve.csv", "curve.json", "curve.png")
    }
    assert cli.train(arguments(curve, "--resume")) == 0
    assert "16 cells, 16 of them finished" in capsys.readouterr().err
    assert times(curve / "cells") | times(curve / "soft_labels") == before
    assert {name: (curve / name).read_bytes() for name in shown} == shown


@pytest.mark.slow
def test_cells_are_added_and_a_failure_leaves_the_others(curve, arguments, tmp_path, capsys):
    output = tmp_path / "out"
    shutil.copytree(curve, output)
    before = times(output / "cells")
    bad = ["--variant", f"bad=--embedding_file {tmp_path}/absent.txt"]
    choice = {"sizes": [10], "seeds": 1, "systems": ["plain", "plain-crf"]}
    assert cli.train(arguments(output, "--resume", *bad, **choice)) == 2
    log = output / "cells" / "10-1" / "bad.log"
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"{log}: 1 of 5 cells failed ({tmp_path}/absent.txt: can't be read")
    assert "absent.txt" in log.read_text()
    assert "| sentences | plain | plain-crf | bad |" in (output / "curve.md").read_text()
    assert (output / "curve.md").read_text().count("| - |") == 1
    assert before.items() <= times(output / "cells").items()
    assert {point["system"] for point in everything(output)["points"]} == {"plain", "plain-crf"}
    capsys.readouterr()
    other = ["--variant", "bad=--kd_temp 3"]
    assert cli.train(arguments(output, "--resume", *other, **choice)) == 2
    assert "variant bad='--kd_temp 3', was '--embedding_file" in capsys.readouterr().err


@pytest.mark.slow
def test_interrupted_killed_and_continued_by_one_worker_the_cells_are_the_same(
    curve, arguments, tmp_path
):
    output = tmp_path / "out"
    cell = output / "cells" / "10-1"
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        *arguments(output, "--resume", "--workers", "1", sizes=[10], seeds=1),
    ]

    def until(mark, number):
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            # The log of a cell is there a moment before its process.
            eventually(lambda: (mark.exists() and running(output)) or process.poll() is not None)
            before = running(output)
            os.kill(process.pid, number)
            said = process.stderr.read()
        eventually(lambda: not running(output))
        assert before
        return process.returncode, said

    code, said = until(cell / "teacher" / "run.json", signal.SIGINT)
    assert code == 130
    assert "0 of 4 cells are finished; the same command with --resume goes on" in said
    code, _ = until(cell / "soft_labels.log", signal.SIGKILL)
    assert code == -signal.SIGKILL
    teacher = times(cell / "teacher")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert times(cell / "teacher") == teacher
    for system, weights in WEIGHTS.items():
        same = curve / "cells" / "10-1" / system / weights
        assert (cell / system / weights).read_bytes() == same.read_bytes(), system


def eventually(condition):
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def running(output):
    """Cells of this folder that run on this machine."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue  # ended meanwhile
        if b"nlp_architect_ext.curve.cell" in words and any(
            str(output).encode() in word for word in words
        ):
            found.append(process)
    return found


@pytest.fixture
def refused(capsys):
    """Assert that a curve is refused in one line before anything is written, and give the line."""

    def call(output, command):
        before = times(output) if output.exists() else None
        capsys.readouterr()
        assert cli.train(command) == 2
        assert (times(output) if output.exists() else None) == before
        last = capsys.readouterr().err.splitlines()[-1]
        assert "; expected " in last
        return last

    return call


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (
            {"sizes": [10, 41]},
            "--sizes: 10 41, and train has 40 sentences; expected sizes from 1 to 40",
        ),
        ({"sizes": [0]}, "--sizes: 0; expected at least 1"),
        ({"systems": ["plain", "papre"]}, "--systems papre: no such system"),
        ({"teacher": "./nowhere"}, "./nowhere: no such folder"),
    ],
)
def test_mistakes(arguments, refused, tmp_path, values, complaint):
    output = tmp_path / "out"
    assert complaint in refused(output, arguments(output, **values))


def test_a_teacher_that_is_fine_tuned_already(arguments, refused, tmp_path):
    tiny_classifier(tmp_path / "teacher", WORDS, ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"])
    output = tmp_path / "out"
    command = arguments(output, teacher=tmp_path / "teacher")
    assert "is a token classifier already; expected an encoder" in refused(output, command)


def test_data_that_is_no_basis_for_a_curve(arguments, refused, tmp_path):
    output = tmp_path / "out"
    bare = write_corpus(tmp_path / "bare", dev=0, test=0)
    assert "has neither test nor dev sentences" in refused(output, arguments(output, folder=bare))
    whole = write_corpus(tmp_path / "whole", unlabelled=0)
    assert "40 is all of train, and there is no unlabeled.txt" in refused(
        output, arguments(output, folder=whole, sizes=[40])
    )
    absent = ["--unlabeled_filename", "absent.txt"]
    assert "absent.txt: no such file" in refused(output, arguments(output, *absent))


def test_a_dry_run_shows_the_commands_and_writes_nothing(arguments, tmp_path, capsys):
    assert cli.train(arguments(tmp_path / "out", "--dry_run")) == 0
    said = capsys.readouterr().err.splitlines()
    commands = [line.split()[1] for line in said if line.startswith("nlp-train ")]
    assert commands == ["transformer_token", "soft_labels", "tagger", "tagger_kd_pseudo"]
    assert "would run 16 cells like these" in said[-1]
    assert not (tmp_path / "out").exists()


@pytest.fixture
def begun(tmp_path, arguments, data):
    """The folder of a curve whose cells all fail, because the student's arguments are wrong."""
    output, student = tmp_path / "begun", tmp_path / "student.json"
    student.write_text('{"word_width": 0}')
    shutil.copytree(data, tmp_path / "data")
    folder = tmp_path / "data"

    def give(*more, flags=f"--config_file {student}", **values):
        command = arguments(
            output, *more, folder=folder, sizes=[10], seeds=1, systems=["plain"], **values
        )
        return [*command, "--student_flags", flags]

    assert cli.train(give()) == 2
    return output, give


@pytest.mark.slow
def test_what_a_continued_curve_may_change(begun, refused, encoder, tmp_path):
    output, give = begun
    folder = Path(give()[2])
    assert "holds an earlier curve" in refused(output, give())
    assert "student_flags='-e 3', was '--config_file" in refused(
        output, give("--resume", flags="-e 3")
    )
    assert "dev_sample=7, was 1000" in refused(output, give("--resume", "--dev_sample", "7"))
    elsewhere = tmp_path / "encoder"
    shutil.copytree(encoder, elsewhere)
    assert f"teacher='{elsewhere}', was '{encoder}'" in refused(
        output, give("--resume", teacher=elsewhere)
    )
    (folder / "dev.txt").write_text(columns([[("Anna", "B-PER"), ("sleeps", "O")]]))
    assert "dev.txt changed since the curve began" in refused(output, give("--resume"))
    (folder / "dev.txt").unlink()
    assert "dev.txt changed since the curve began" in refused(output, give("--resume"))


@pytest.mark.slow
def test_replacing_a_curve(begun, refused, data):
    output, give = begun
    shutil.copytree(data, output / "cells" / "data")
    inside = [
        "learning_curve",
        "--data_dir",
        str(output / "cells" / "data"),
        "--output_dir",
        str(output),
        "--sizes",
        "10",
        "--systems",
        "plain",
        "--overwrite_output_dir",
    ]
    assert "overwrite_output_dir would remove it" in refused(output, inside)
    (output / "soft_labels").mkdir()
    (output / "notes.txt").write_text("mine")
    (output / "cells" / "10-1" / "plain.log").write_text("from before")
    assert cli.train(give("--overwrite_output_dir")) == 2
    assert (output / "notes.txt").read_text() == "mine"
    assert (output / "soft_labels").exists()
    assert not (output / "cells" / "data").exists()
    assert "from before" not in (output / "cells" / "10-1" / "plain.log").read_text()


def test_a_folder_of_something_else(arguments, refused, tmp_path):
    output = tmp_path / "out"
    output.mkdir()
    (output / "thesis.tex").write_text("years of work")
    for choice in ([], ["--overwrite_output_dir"], ["--resume"]):
        assert "holds files that no curve wrote" in refused(output, arguments(output, *choice))
    assert "is a file; expected a folder" in refused(output, arguments(output / "thesis.tex"))
