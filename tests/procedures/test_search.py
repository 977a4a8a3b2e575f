"""`nlp-train search` by name, on real files: what it leaves, what it refuses, how it goes on."""

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from nlp_architect_ext import cli
from nlp_architect_ext.taggers.neural import NeuralTagger

SMALL = ["--tokenizer", "whitespace", "--threads", 1, "-b", 8, "--min_epoch_steps", 1, "-e", 2]
TEACHER = ["--teacher_min_steps", 20, "--teacher_epochs", 1, "--teacher_learning_rate", 3e-3]
SPACE = ["--widths", 32, 48, "--operations", "conv3", "attention", "--depth", 2]
SEARCH = ["--supernet_epochs", 3, "--warmup_epochs", 1, "--bins", 2, "--sample", 4, "--keep", 1]
OTHERS = ["--rank_networks", 1, "--hand_made_widths", 16]
BUDGETS = ["--budgets", "900us", "20ms"]


def command(data, encoder, output, *more, budgets=BUDGETS):
    places = ["--data_dir", data, "--output_dir", output, "--teacher", encoder]
    parts = [*places, *SMALL, *TEACHER, *SPACE, *SEARCH, *OTHERS, *budgets, *more]
    return ["search", *map(str, parts)]


@pytest.fixture(scope="module")
def searched(data, encoder, tmp_path_factory):
    output = tmp_path_factory.mktemp("searches") / "out"
    assert cli.train(command(data, encoder, output)) == 0
    return output


def table(folder):
    with (folder / "table.csv").open() as file:
        return list(csv.DictReader(file))


def test_it_leaves_the_best_tagger_that_meets_each_budget(searched):
    rows = table(searched)
    groups = [row["group"] for row in rows]
    assert groups.count("hand-made") == 2
    assert groups.count("rank") == 1
    assert "search" in groups
    for name, limit in (("0.9ms", 0.9), ("20ms", 20.0)):
        meeting = [row for row in rows if float(row["ms"]) <= limit]
        best = max(float(row["dev_f1"]) for row in meeting)
        (winner,) = [row for row in meeting if name in row["budgets"].split()]
        assert float(winner["dev_f1"]) == best
        tagger = NeuralTagger.load(searched / name)
        assert tagger("Anna lives in Oslo .") is not None
        found = json.loads((searched / name / "metrics.json").read_text())
        assert f"{100 * found['dev']['f1']:.2f}" == winner["dev_f1"]
        assert tagger.config == NeuralTagger.load(searched / "networks" / winner["network"]).config
        assert not (searched / name / "checkpoints").exists()
    assert (searched / "pareto.png").read_bytes().startswith(b"\x89PNG")


def test_a_winner_is_an_ordinary_tagger(searched, data, tmp_path):
    chain = next(row["network"] for row in table(searched) if row["group"] == "search")
    model = ["--model_dir", str(searched / "networks" / chain)]
    assert cli.train(["export", *model, "--output_dir", str(tmp_path / "dist"), "--force"]) == 0
    text = ["--data_file", str(data / "unlabeled.txt"), "--output_dir", str(tmp_path / "tagged")]
    assert cli.inference(["tagger", *model, *text]) == 0


def test_killed_within_the_supernet_it_goes_on_to_the_same_chains(searched, data, encoder):
    """Times stay as they were measured; what follows from them is computed again."""
    names = ("shrinking.json", "supernet_scores.json", "chosen.json", "table.csv")
    before = {name: (searched / name).read_text() for name in names}
    shutil.rmtree(searched / "checkpoints")
    for name in (*names, "MANIFEST.json"):
        (searched / name).unlink()
    again = command(data, encoder, searched, "--resume")
    code = "import sys; from nlp_architect_ext import cli; sys.exit(cli.train(sys.argv[1:]))"
    call = [sys.executable, "-c", code, *again]
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (searched / "shrinking.json").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not (searched / "supernet_scores.json").exists()
    assert cli.train(again) == 0
    assert {name: (searched / name).read_text() for name in names} == before
    left = [len(names) for names in json.loads(before["shrinking.json"]).values()]
    assert left == sorted(left, reverse=True)
    assert left[-1] < 12


def test_a_dry_run_tells_the_plan_and_writes_nothing(data, encoder, tmp_path, capsys):
    assert cli.train(command(data, encoder, tmp_path / "out", "--dry_run")) == 0
    said = capsys.readouterr()
    text = said.out + said.err
    assert re.search(r"measure about 12 of 12 chains, .* supernet of them for 3 epochs", text)
    assert "at most 5 networks alone for 2 each" in text
    assert "student: at most 13 epochs" in text
    assert "nothing was written" in text
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--budgets", "0.1"], "--budgets: '0.1'; expected a time above 0 with its unit"),
        (["--budgets", "1ms", "0us"], "--budgets: '0us'; expected a time above 0"),
        (["--budgets", "fast"], "--budgets: 'fast'"),
        (["--budgets", "0.0001us", "1s"], "nothing meets 1e-07ms; expected at least .*chain-32-"),
        (["--widths", "40"], "--widths, --operations, --depth: width 40; expected a multiple of"),
        (["--depth", "17"], "chains of up to 17 operations; expected 1 to 100,000"),
        (["--operations", "lstm", "lstm"], "expected at least one, none of them twice"),
        (["--model_type", "id-cnn"], "--model_type: a search chooses students"),
        (["--config_file", "x.json"], "--config_file: a search chooses students"),
        (["--pretrain", "words"], "--pretrain: chains have no states"),
    ],
)
def test_what_cant_be_used_is_refused_in_one_line(
    arguments, message, data, encoder, tmp_path, capsys
):
    assert cli.train(command(data, encoder, tmp_path / "out", *arguments)) != 0
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert re.search(message, last), last
    assert not (tmp_path / "out").exists()


def test_without_dev_sentences_nothing_can_be_chosen(data, encoder, tmp_path, capsys):
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    (folder / "dev.txt").unlink()
    call = command(folder, encoder, tmp_path / "out", "--dev_fraction", 0)
    assert cli.train(call) != 0
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("dev: there are no dev sentences; expected labelled sentences")
    assert not (tmp_path / "out").exists()
