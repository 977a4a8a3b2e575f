"""Order and end of cells, with commands that are quick, that fail, or that never end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlp_architect_ext import __version__
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.curve.cell import last_line, start
from nlp_architect_ext.curve.engine import SKIPPED, LocalEngine, run_cells
from nlp_architect_ext.curve.plan import Cell
from nlp_architect_ext.curve.ray_engine import RayEngine

GOOD, BAD = ("--version",), ("tager",)


def cell(folder, name, arguments=GOOD, needs=()):
    place = folder / "5-1" / name
    return Cell(
        5, 1, name, arguments, place, place / "never", tuple(f"5-1/{need}" for need in needs)
    )


@pytest.fixture
def engine():
    engine = LocalEngine(2, 1, no_cuda=True)
    yield engine
    engine.stop()


def run(cells, engine):
    ended = []
    run_cells(cells, engine, lambda cell, code, seconds: ended.append((cell.system, code)))
    return ended


def test_cells_run_after_those_that_they_need(engine, tmp_path):
    cells = [
        cell(tmp_path, "c", needs=["b"]),
        cell(tmp_path, "b", needs=["a"]),
        cell(tmp_path, "a"),
    ]
    assert run(cells, engine) == [("a", 0), ("b", 0), ("c", 0)]
    assert f"nlp-architect-ext {__version__}" in (tmp_path / "5-1" / "a.log").read_text()


def test_a_failure_stops_only_what_needs_it(engine, tmp_path):
    chain = [
        cell(tmp_path, "a", BAD),
        cell(tmp_path, "b", needs=["a"]),
        cell(tmp_path, "c", needs=["b"]),
    ]
    cells = [*chain, cell(tmp_path, "d")]
    ended = run(cells, engine)
    assert dict(ended) == {"a": 2, "b": SKIPPED, "c": SKIPPED, "d": 0}
    assert "no such name is installed" in last_line(cells[0].log)


def test_a_finished_cell_is_not_run_and_what_needs_it_is(engine, tmp_path):
    cells = [cell(tmp_path, "a", BAD), cell(tmp_path, "b", needs=["a"])]
    cells[0].done.parent.mkdir(parents=True)
    cells[0].done.write_text("{}")
    assert run(cells, engine) == [("b", 0)]


def test_no_more_than_the_workers_run_at_once(tmp_path):
    class Counting(LocalEngine):
        most = 0

        def wait(self):
            self.most = max(self.most, len(self._running))
            return super().wait()

    engine = Counting(2, 1, no_cuda=True)
    assert len(run([cell(tmp_path, name) for name in "abcde"], engine)) == 5
    assert engine.most == 2


def test_workers_share_the_cores_or_the_gpus(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 12)
    assert LocalEngine(None, 5, no_cuda=True).workers == 2
    assert LocalEngine(None, 50, no_cuda=True).workers == 1
    monkeypatch.setattr("nlp_architect_ext.curve.engine.gpus", lambda: ["3", "5"])
    with_gpus = LocalEngine(None, 5, no_cuda=False)
    assert with_gpus.workers == 2
    assert [free["CUDA_VISIBLE_DEVICES"] for free in with_gpus._free] == ["3", "5"]
    assert [free["CUDA_VISIBLE_DEVICES"] for free in LocalEngine(3, 5, no_cuda=False)._free] == [
        "3",
        "5",
        "3",
    ]
    assert LocalEngine(None, 5, no_cuda=True)._free == [{"OMP_NUM_THREADS": "5"}] * 2


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def eventually(condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


SLEEPER = """
import sys, time
from pathlib import Path
from nlp_architect_ext.curve.cell import start
from nlp_architect_ext.curve.engine import LocalEngine
from nlp_architect_ext.curve.plan import Cell
engine = LocalEngine(1, 1, True)
place = Path(sys.argv[1])
arguments = ("tagger", "--data_dir", str(place), "--output_dir", str(place / "out"))
engine.start(Cell(5, 1, "a", arguments, place / "a", place))
print(engine._running[0][1].pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def endless(tmp_path):
    """A data folder whose reading never ends: a pipe into which nobody writes."""
    os.mkfifo(tmp_path / "train.txt")
    return tmp_path


def test_stop_ends_what_runs(engine, endless):
    engine.start(
        cell(
            endless,
            "a",
            ("tagger", "--data_dir", str(endless), "--output_dir", str(endless / "out")),
        )
    )
    pid = engine._running[0][1].pid
    assert is_alive(pid)
    engine.stop()
    assert not is_alive(pid)


def test_no_cell_outlives_a_killed_curve(endless):
    parent = subprocess.Popen(
        [sys.executable, "-c", SLEEPER, str(endless)], stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    eventually(lambda: not is_alive(pid))


def test_the_last_line_is_the_last_that_says_something(tmp_path):
    assert last_line(tmp_path / "absent") == "nothing was said"
    (tmp_path / "log").write_text("one\n 10%|#\r 20%|##\rwhat went wrong\n\n  \n")
    assert last_line(tmp_path / "log") == "what went wrong"


def test_the_log_keeps_what_earlier_attempts_said(tmp_path):
    for _ in range(2):
        process = start(["--version"], tmp_path / "log", {}, tmp_path)
        process.wait()
        process.stdin.close()
    assert len((tmp_path / "log").read_text().splitlines()) == 2


def test_without_ray_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)  # as if it weren't installed, where it is
    with pytest.raises(
        UserError,
        match=r"--engine ray: Ray isn't installed.*pip install 'nlp-architect-ext\[ray\]'",
    ):
        RayEngine(None, 1, no_cuda=True)
