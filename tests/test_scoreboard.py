"""Rows of the scoreboard in small, and that each can fail; R2 is in `test_malformed_folders.py`."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
IN_SOURCE = "import sys; sys.path.insert(0, sys.argv[1]); from checks.pickles import *; "


def scoreboard(*arguments):
    call = [sys.executable, BENCHMARKS / "reliability.py", *arguments]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout, done.stderr


def test_offsets_and_entities_are_the_same_everywhere():
    code, said, why = scoreboard("offsets", "--count", "300")
    assert code == 0, said + why
    pattern = r"R11 300 Unicode texts, [\d,]+ entities: 0 wrong offsets, 0 texts with .*\n.*\n"
    assert re.fullmatch(pattern, said)


def test_nothing_is_pickled():
    code, said, why = scoreboard("pickles")
    assert code == 0, said + why
    assert re.match(r"R4 \d+ source files: 0 uses of .*; 0 loads in a run; 0 of \d+ written", said)


def test_commands_start_without_heavy_packages():
    _, said, _ = scoreboard("start", "--count", "1")  # how fast, a busy machine can't say
    assert re.match(r"R17 nlp-train --help \d\.\d\d s, .*; of torch, .* they load nothing\n", said)


@pytest.mark.parametrize(
    ("write", "is_found"),
    [
        (lambda path: path.write_bytes(pickle.dumps({"a": [1]})), True),
        (lambda path: torch.save({"a": torch.zeros(1)}, path), True),
        (lambda path: path.write_bytes(b"\x80" + bytes(range(200))), False),
        (lambda path: path.write_text('{"a": 1}\n'), False),
    ],
)
def test_a_pickle_would_be_seen(tmp_path, write, is_found):
    write(tmp_path / "file")
    code = f"{IN_SOURCE}print(is_pickle(Path(sys.argv[2])))"
    call = [sys.executable, "-c", code, BENCHMARKS, tmp_path / "file"]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(is_found)


@pytest.mark.parametrize("use", ["import pickle", "from dill import load", "eval('1')"])
def test_a_use_would_be_seen(use):
    code = f"{IN_SOURCE}print(len([*uses_in(sys.argv[2], Path('x'))]))"
    call = [sys.executable, "-c", code, BENCHMARKS, use]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
