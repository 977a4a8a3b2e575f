"""`nlp-train distill_encoder --mapping ga`, as its users call it."""

from __future__ import annotations

import csv
import json
import sys

import pytest
from safetensors.torch import load_file

from nlp_architect_ext import cli

QUICK = ["--epochs", 1, "-b", 8, "--search_steps", 3, "--search_repeats", 2, "--init", "etd-rand"]


@pytest.fixture
def search(data, encoder):
    """Run the command on a teacher of two layers; 0 if it ends well."""

    def run(folder, *arguments, layers=2, data_dir=data):
        places = ["--encoder", encoder, "--unlabeled_file", data / "unlabeled.txt"]
        places += ["--output_dir", folder, "--layers", layers, "--mapping", "ga"]
        if data_dir is not None:
            places += ["--data_dir", data_dir]
        return cli.train(["distill_encoder", *map(str, [*places, *QUICK, *arguments])])

    return run


def evaluations(output):
    return sum(line.startswith("mapping ") for line in output.splitlines())


def test_a_search_leaves_its_report_and_an_encoder_that_was_taught_so(search, tmp_path, capsys):
    pytest.importorskip("optuna", reason="the `search` extra isn't installed")
    out = tmp_path / "out"
    assert search(out, "--search_evaluations", 4, "--states_dir", tmp_path / "states") == 0
    output = capsys.readouterr().err
    report = json.loads((out / "search.json").read_text())
    assert [one["mapping"] for one in report["history"]["ga"][:2]] == ["1,2", "0,2"]
    assert {name: len(one) for name, one in report["history"].items()} == {"ga": 4, "random": 4}
    rows = list(csv.DictReader((out / "search.csv").open()))
    assert [row["search"] for row in rows] == ["ga"] * 4 + ["random"] * 4
    assert [float(row["f1"]) for row in rows[:4]] == [one["f1"] for one in report["history"]["ga"]]
    assert (out / "search.png").read_bytes().startswith(b"\x89PNG")
    assert report["verdict"] in output
    mapping = [int(part) for part in report["recommended"].split(",")]
    assert json.loads((out / "metrics.json").read_text())["mapping"] == mapping
    # Another run, told the mapping that was found, gives the same encoder.
    again = tmp_path / "again"
    assert search(again, "--mapping", report["recommended"]) == 0
    weights = [load_file(one / "model" / "model.safetensors") for one in (out, again)]
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])


def test_a_stored_fitness_is_not_computed_again(search, tmp_path, capsys):
    states = ["--search_evaluations", 9, "--states_dir", tmp_path / "states"]
    assert search(tmp_path / "one", *states) == 0
    assert evaluations(capsys.readouterr().err) == 9 + 2  # all there are, and the repeats
    first = (tmp_path / "one" / "search.json").read_text()
    (next((tmp_path / "states" / "fitness").iterdir())).unlink()
    assert search(tmp_path / "two", *states) == 0
    assert evaluations(capsys.readouterr().err) == 1
    assert (tmp_path / "two" / "search.json").read_text() == first


def test_a_dry_run_counts_the_steps_of_the_search(search, tmp_path, capsys):
    assert search(tmp_path / "out", "--search_evaluations", 9, "--dry_run") == 0
    assert f"search: {(9 + 2) * 3} steps" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_search_without_labelled_data_is_refused(search, tmp_path, capsys):
    assert search(tmp_path / "out", "--search_evaluations", 9, data_dir=None) == 2
    assert "mapping 'ga': no labelled data" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_search_without_the_extra_is_refused_before_it_starts(
    search, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert search(tmp_path / "out", "--search_evaluations", 8) == 2
    assert "nlp-architect-ext[search]" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
