"""What `README.md` promises of each way to install: its own lines, run in fresh environments.

Minutes of pip, so `make test` leaves it out and `make test-install` runs it.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
from built_wheel import build_wheel
from corpora import write_corpus
from fresh_environment import Environment

pytestmark = pytest.mark.install

ROOT = Path(__file__).parents[2]
TRAINING = ("torch", "transformers", "spacy", "seqeval", "safetensors", "onnx")
TEXT = "Anna lives in Oslo .\n\nFrom Lima to Rome it takes two hours .\n"
WORDS = TEXT.split()


def install_lines() -> list[list[str]]:
    """The lines for pip of each block of the README's section about installing."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Install\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    lines = [[line for line in block.splitlines() if line[:4] == "pip "] for block in blocks]
    return [block for block in lines if block]


PLAIN, RUNTIME, DEVELOPMENT = install_lines()


def is_reachable(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def of_the_wheel(line: str, wheel: Path) -> list[str]:
    """A line of the README that installs the wheel instead of the checkout around it."""
    words = [word for word in shlex.split(line) if word != "-e"]
    for place, word in enumerate(words):
        if word == "." or word.startswith(".["):
            words[place] = f"{wheel}{word[1:]}"
        elif word.endswith(".txt"):
            words[place] = str(ROOT / word)
    if "--extra-index-url" in words:  # pip would wait minutes for one that it can't reach
        place = words.index("--extra-index-url")
        if not is_reachable(words[place + 1]):
            del words[place : place + 2]
    return words


def made(folder: Path, lines: list[str], wheel: Path) -> Environment:
    """A fresh environment in which these lines were run."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    environment = Environment(folder)
    for line in lines:
        environment.run(*of_the_wheel(line, wheel))
    return environment


@pytest.fixture(scope="module")
def scratch():
    """A folder that is gone afterwards: environments are large, and pytest would keep three."""
    with tempfile.TemporaryDirectory(prefix="environments-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def wheel(scratch):
    return build_wheel(scratch)


@pytest.fixture(scope="module")
def plain(scratch, wheel):
    return made(scratch / "plain", PLAIN, wheel)


@pytest.fixture(scope="module")
def runtime(scratch, wheel):
    return made(scratch / "runtime", RUNTIME, wheel)


@pytest.fixture(scope="module")
def development(scratch, wheel):
    return made(scratch / "development", DEVELOPMENT, wheel)


@pytest.fixture(scope="module")
def data(scratch):
    return write_corpus(scratch / "data")


@pytest.fixture(scope="module")
def notes(scratch):
    path = scratch / "notes.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(scratch, plain, data):
    """A tagger, trained for a moment in the plain environment."""
    folder = scratch / "model"
    short = ("--epochs", "1", "--min_epoch_steps", "20", "--threads", "1")
    plain.run("nlp-train", "tagger", "--data_dir", str(data), "--output_dir", str(folder), *short)
    return folder


@pytest.fixture(scope="module")
def export(scratch, plain, model):
    folder = scratch / "export"
    arguments = ("--model_dir", str(model), "--output_dir", str(folder), "--force")
    plain.run("nlp-train", "export", *arguments)
    return folder


def tagged_words(environment, model, notes):
    """The words of what `nlp-inference tagger` writes, each with its tag behind it."""
    arguments = ("--model_dir", str(model), "--data_file", str(notes), "--output_dir", "-")
    shown = environment.run("nlp-inference", "tagger", *arguments, "--threads", "1")
    rows = [line.split() for line in shown.splitlines() if line.strip()]
    assert all(len(row) == 2 for row in rows), shown
    return [word for word, _ in rows]


def where(environment, module):
    return Path(environment.run("python", "-c", f"import {module}; print({module}.__file__)"))


def test_a_plain_installation_is_that_of_the_wheel(plain):
    assert where(plain, "nlp_architect_ext").is_relative_to(plain.folder)
    assert plain.run("python", "-m", "pip", "check")


def test_a_plain_installation_trains_and_tags(plain, model, notes):
    assert tagged_words(plain, model, notes) == WORDS


def test_a_plain_installation_exports_and_tags_with_the_export(plain, export, notes):
    assert tagged_words(plain, export, notes) == WORDS


def test_a_plain_installation_knows_itself(plain):
    assert "not installed" not in plain.run("nlp-train", "doctor")


def test_a_runtime_installation_has_nothing_of_training(runtime):
    find = f"from importlib.util import find_spec; print(list(filter(find_spec, {TRAINING!r})))"
    assert runtime.run("python", "-c", find).strip() == "[]"
    assert where(runtime, "nlp_architect_ext").is_relative_to(runtime.folder)


def test_a_runtime_installation_tags_with_an_export(runtime, export, notes):
    assert tagged_words(runtime, export, notes) == WORDS


def test_a_runtime_installation_tags_from_python(runtime, export):
    code = f"""
from nlp_architect_ext import load
print(load({str(export)!r}).labels.names)
"""
    assert "PER" in runtime.run("python", "-c", code)


def test_a_runtime_installation_says_in_one_line_that_it_does_not_train(runtime, data):
    arguments = ("--data_dir", str(data), "--output_dir", "out")
    done = runtime.call("nlp-train", "tagger", *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "which isn't installed" in line


def test_a_runtime_installation_knows_itself(runtime):
    assert re.search(r"^torch +not installed$", runtime.run("nlp-train", "doctor"), re.MULTILINE)


def test_a_development_installation_has_its_tools(development):
    for tool in ("pytest", "mypy", "ruff", "build", "mkdocs"):
        development.run("python", "-m", tool, "--version")


def test_a_development_installation_has_the_encoder_of_the_demo(development):
    code = f"""
import sys
sys.path.insert(0, {str(ROOT / "examples" / "demo")!r})
import demo
print(demo.bundled_encoder())
"""
    folder = Path(development.run("python", "-c", code).strip())
    assert folder.is_relative_to(development.folder)


def test_a_development_installation_knows_itself(development):
    assert "not installed" not in development.run("nlp-train", "doctor")
