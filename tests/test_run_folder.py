"""Runs and their folders: nothing is destroyed, nothing is mixed."""

from dataclasses import replace

import pytest

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.runs.folder import check, open_run
from nlp_architect_ext.settings.training import TaggerSettings


@pytest.fixture
def settings(tmp_path):
    return TaggerSettings(data_dir="data", output_dir=str(tmp_path / "run"))


@pytest.fixture
def files(tmp_path):
    (tmp_path / "train.txt").write_text("a\tO\n")
    return [tmp_path / "train.txt"]


def test_a_new_or_empty_folder_starts_a_run(settings, files, tmp_path):
    (tmp_path / "run").mkdir()
    run = open_run(settings, files)
    assert (run.path / "run.json").exists()
    assert not run.is_finished


def test_a_folder_of_something_else_is_never_touched(settings, files, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("years of work")
    for choice in ({}, {"overwrite_output_dir": True}, {"resume": True}):
        with pytest.raises(UserError, match="holds files that no run wrote"):
            open_run(replace(settings, **choice), files)
    assert (tmp_path / "run" / "thesis.tex").read_text() == "years of work"


def test_an_earlier_run_is_kept_unless_it_may_be_replaced(settings, files):
    run = open_run(settings, files)
    (run.path / "model.safetensors").write_text("weights")
    (run.path / "soft_labels").mkdir()
    with pytest.raises(
        UserError, match=r"holds an earlier run; .* --resume to continue it, --overwrite_output_dir"
    ):
        check(settings, files)
    assert (run.path / "model.safetensors").exists()
    open_run(replace(settings, overwrite_output_dir=True, seed=7), files)
    assert not (run.path / "model.safetensors").exists()
    assert (run.path / "soft_labels").exists()


def test_resume_continues_and_starts_what_is_not_there(settings, files):
    run = open_run(replace(settings, resume=True), files)
    (run.path / "metrics.jsonl").write_text("{}\n")
    open_run(replace(settings, resume=True), files)
    assert (run.path / "metrics.jsonl").exists()


def test_resume_refuses_other_settings_and_other_data(settings, files):
    open_run(settings, files)
    with pytest.raises(
        UserError,
        match=r"lr=0\.5, was 0\.003, use_crf=False, was True; expected the settings of the run",
    ):
        check(replace(settings, resume=True, lr=0.5, use_crf=False), files)
    files[0].write_text("b\tO\n")
    with pytest.raises(UserError, match=r"train\.txt changed since the run began"):
        check(replace(settings, resume=True), files)


def test_an_output_that_is_a_file_is_refused(settings, files, tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(UserError, match="is a file; expected a folder"):
        open_run(settings, files)


def test_the_last_end_of_a_phase_says_what_it_took_in_all(settings, files):
    run = open_run(settings, files)
    for earlier in (1.0, 6.0):
        with run.phase("student") as meter:
            meter.operations, meter.earlier = 5, {"seconds": earlier}
    with pytest.raises(ZeroDivisionError), run.phase("evaluation"):
        raise ZeroDivisionError
    assert run.costs() == {
        "seconds": {"student": pytest.approx(6.0, abs=0.1)},
        "processor_seconds": {"student": pytest.approx(0.0, abs=0.1)},
        "operations": {"student": 5},
    }
