"""The extra `gliner` in an environment of its own: its transformers is older than the others'.

Minutes of pip, so `make test` leaves it out and `make test-install` runs it.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from built_wheel import build_wheel
from fresh_environment import Environment

pytestmark = pytest.mark.install

ROOT = Path(__file__).parents[2]
CHECKS = Path(__file__).with_name("gliner_checks.py")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gliner")
    wheel = build_wheel(folder)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    made = Environment(folder / "venv")
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    torch = re.search(r"^torch==\S+$", constraints, re.MULTILINE)
    assert torch, "the release that everything is tested with"
    made.run("pip", "install", torch[0], f"{wheel}[gliner]", "pytest", "hypothesis")
    return made


def test_the_extra_installs_what_fits_together(environment):
    environment.run("pip", "check")


def test_the_teacher_works_with_the_real_library(environment):
    options = ("-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}")
    assert " passed" in environment.run("pytest", *options, str(CHECKS))
