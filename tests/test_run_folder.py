"""Runs and their folders: nothing is destroyed, nothing is mixed."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.runs.place import RunPlace
from nlp_architect_ext.settings.fields import built
from nlp_architect_ext.settings.training import TaggerSettings


@pytest.fixture
def train(tmp_path):
    (tmp_path / "train.txt").write_text("a\tO\n")
    return tmp_path / "train.txt"


@pytest.fixture
def place(train, tmp_path):
    """The place of a run with these settings."""

    def of(**settings):
        output = {"data_dir": "data", "output_dir": str(tmp_path / "run")}
        chosen = built(TaggerSettings, {**output, **settings})
        return RunPlace(chosen.run, chosen, [train])

    return of


def test_a_new_or_empty_folder_starts_a_run(place, tmp_path):
    (tmp_path / "run").mkdir()
    with place().opened() as run:
        assert (run.path / "run.json").exists()
        assert not run.is_finished
    assert not (run.path / ".lock").exists()


def test_a_folder_of_something_else_is_never_touched(place, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("years of work")
    for choice in ({}, {"overwrite_output_dir": True}, {"resume": True}):
        with (
            pytest.raises(UserError, match="holds files that no run wrote"),
            place(**choice).opened(),
        ):
            pass
    assert (tmp_path / "run" / "thesis.tex").read_text() == "years of work"


def test_an_earlier_run_is_kept_unless_it_may_be_replaced(place):
    with place().opened() as run:
        (run.path / "model.safetensors").write_text("weights")
        (run.path / "soft_labels").mkdir()
    with pytest.raises(
        UserError, match=r"holds an earlier run; .* resume to continue it, overwrite_output_dir"
    ):
        place().check()
    assert (run.path / "model.safetensors").exists()
    with place(overwrite_output_dir=True, seed=7).opened():
        assert not (run.path / "model.safetensors").exists()
        assert (run.path / "soft_labels").exists()


def finish(run, weights):
    (run.path / "model.safetensors").write_text(weights)
    (run.path / "MANIFEST.json").write_text("{}")


def contents(folder):
    files = [path for path in folder.iterdir() if path.is_file() and path.name != ".lock"]
    return {path.name: path.read_bytes() for path in files}


def test_an_earlier_result_stays_whole_until_the_new_one_is_there(place, tmp_path):
    with place().opened() as run:
        finish(run, "old weights")
    before = contents(run.path)
    (run.path / "export").mkdir()  # somebody else's
    replaced, again = run.path / "run.replaced", {"overwrite_output_dir": True, "seed": 7}
    for failure in (OSError(28, "No space left on device"), KeyboardInterrupt()):
        with suppress(OSError, KeyboardInterrupt), place(**again).opened() as run:
            (run.path / "model.safetensors").write_text("half of the new")
            raise failure
        assert contents(replaced) == before
        assert not (run.path / "MANIFEST.json").exists()
    with place(resume=True, seed=7).opened() as run:
        assert contents(replaced) == before
        finish(run, "new weights")
    assert not replaced.exists()
    assert (run.path / "model.safetensors").read_text() == "new weights"
    assert (run.path / "export").exists()


@pytest.mark.parametrize("moved", range(5))
def test_a_kill_while_an_earlier_result_is_set_aside_loses_nothing(place, moved, monkeypatch):
    with place().opened() as run:
        finish(run, "old weights")
    before = contents(run.path)
    left, rename = moved, Path.rename

    def killed(path, target):
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt), place(overwrite_output_dir=True).opened():
        pass
    monkeypatch.undo()
    aside = run.path / "run.replaced"
    with place(resume=True).opened():
        assert contents(aside if aside.exists() else run.path) == before


def test_a_folder_with_only_what_is_to_be_replaced_isn_t_taken_unasked(place):
    with place().opened() as run:
        finish(run, "old weights")
    run.path.rename(run.path.with_name("other"))
    run.path.mkdir()
    run.path.with_name("other").rename(run.path / "run.replaced")
    with pytest.raises(UserError, match="holds an earlier run"):
        place().check()
    place(overwrite_output_dir=True).check()


def test_resume_continues_and_starts_what_is_not_there(place):
    with place(resume=True).opened() as run:
        (run.path / "metrics.jsonl").write_text("{}\n")
    with place(resume=True).opened():
        assert (run.path / "metrics.jsonl").exists()


def test_resume_refuses_other_settings_and_other_data(place, train):
    with place().opened():
        pass
    with pytest.raises(
        UserError,
        match=r"lr=0\.5, was 0\.003, use_crf=False, was True; expected the settings of the run",
    ):
        place(resume=True, lr=0.5, use_crf=False).check()
    train.write_text("b\tO\n")
    with pytest.raises(UserError, match=r"train\.txt changed since the run began"):
        place(resume=True).check()


def test_two_runs_in_one_folder_exclude_each_other(place):
    taken = pytest.raises(UserError, match="another run is writing there")
    with place().opened(), taken, place(resume=True).opened():
        pass
    with place(resume=True).opened() as run:
        assert not run.is_finished


HOLD = """
import sys, time
from pathlib import Path
from nlp_architect_ext.core.output_folder import OutputFolder
with OutputFolder(Path(sys.argv[1]), "run", (), is_ours=bool).locked():
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_of_a_dead_run_is_taken_over(place, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "run"], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="another run is writing there"), place().opened():
            pass
        other.kill()
        other.wait()
        with place().opened() as run:
            assert (run.path / "run.json").exists()


def folder_of_exports(path):
    return OutputFolder(path, "export", ("graph",), is_ours=lambda names: "graph" in names)


def written(place, text, overwrite=True):
    with place.swapped(overwrite=overwrite) as new:
        new.mkdir()
        (new / "graph").write_text(text)


def test_two_that_write_into_one_place_never_share_a_file(tmp_path):
    place = folder_of_exports(tmp_path / "export")
    written(place, "first")
    taken = pytest.raises(UserError, match="export: another export is writing there")
    with place.swapped(overwrite=True) as new:
        new.mkdir()
        (new / "graph").write_text("second")
        with taken:
            written(place, "third")
        assert (place.path / "graph").read_text() == "first"
        assert (new / "graph").read_text() == "second"
    assert (place.path / "graph").read_text() == "second"
    with pytest.raises(UserError, match="holds an earlier export"):
        written(place, "fourth", overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_a_swap_that_was_killed_or_failed_loses_nothing(tmp_path, monkeypatch):
    place = folder_of_exports(tmp_path / "export")
    written(place, "first")
    with pytest.raises(KeyboardInterrupt), place.swapped(overwrite=True):
        raise KeyboardInterrupt
    assert (place.path / "graph").read_text() == "first"
    place.path.rename(tmp_path / ".export.replaced")  # as a kill between two renames leaves it
    with pytest.raises(UserError, match="holds an earlier export"):
        written(place, "second", overwrite=False)
    assert (place.path / "graph").read_text() == "first"
    monkeypatch.chdir(place.path)
    written(folder_of_exports(Path()), "third")
    assert (place.path / "graph").read_text() == "third"
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_what_a_killed_export_left_in_the_folder_is_removed(place):
    with place().opened() as run:
        (run.path / ".export.partial").mkdir()
    with place(resume=True).opened() as run:
        assert not (run.path / ".export.partial").exists()


def test_an_output_that_is_a_file_is_refused(place, tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(UserError, match="is a file; expected a folder"):
        place().check()


def test_the_last_end_of_a_phase_says_what_it_took_in_all(place):
    with place().opened() as run:
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
