"""Runs that version 0.1 began are continued, and what can't be is refused with what to do."""

import shutil
from pathlib import Path

import pytest

from nlp_architect_ext import cli
from nlp_architect_ext.core.journal import Journal

FIXTURES = Path(__file__).parents[1] / "fixtures" / "v0_1"
# The command that was killed, word for word.
COMMAND = (
    "tagger --tokenizer whitespace --threads 1 -b 8 --min_epoch_steps 1 --config_file student.json "
    "--data_dir data --output_dir unfinished -e 30 --save_steps 5 --lr 0.02 --patience 0"
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """What version 0.1 left, to be written to."""
    shutil.copytree(FIXTURES, tmp_path / "of_0_1")
    monkeypatch.chdir(tmp_path / "of_0_1")
    return tmp_path / "of_0_1"


def test_an_unfinished_run_goes_on(place, capsys):
    before = Journal(place / "unfinished" / "metrics.jsonl").read("student")
    assert cli.train([*COMMAND.split(), "--resume"]) == 0
    assert "continuing after step" in capsys.readouterr().err
    after = Journal(place / "unfinished" / "metrics.jsonl").read("student")
    assert (
        after[: len(before) - 1] == before[:-1]
    )  # the last lines may be newer than the checkpoint
    assert (place / "unfinished" / "MANIFEST.json").exists()
    assert not (place / "unfinished" / ".lock").exists()


def test_other_settings_are_refused(place, capsys):
    assert cli.train([*COMMAND.split(), "--resume", "--lr", "0.01"]) == 2
    assert "lr=0.01, was 0.02" in capsys.readouterr().err
    assert not (place / "unfinished" / "MANIFEST.json").exists()
