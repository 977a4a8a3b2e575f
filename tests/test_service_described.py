"""The service keeps to what its page and its OpenAPI say of it."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from served import start
from test_tagger import SOFTMAX

from nlp_architect_ext.core.manifest import ANNOTATE

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
CURL = [line for line in PAGE.splitlines() if line.startswith("curl ")]
SCHEMATHESIS = next(line for line in PAGE.splitlines() if line.startswith("schemathesis "))
# Of all it can do, what fits into some seconds; the page's own command takes a minute.
SHORT = (
    "--phases",
    "examples,coverage",
    "--include-path-regex",
    "^/(v2/)?models/.name./(predict|infer)$",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("described") / "out"
    SOFTMAX.export(path, "int8")
    (path / ANNOTATE).write_text("0.5000\tAnna met Bo in Oslo .\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def service(folder, tmp_path_factory):
    process = start(tmp_path_factory.mktemp("log") / "log", "--model_dir", folder, "--drain_s", 0)
    yield process
    assert process.stop() == 0
    assert not re.search(r" 5\d\d \d", process.log)


def here(line, service):
    """The words of a command of the page, for the port of this service."""
    return shlex.split(line.replace(":8000/", f":{service.port}/"))


@pytest.mark.parametrize("line", CURL)
def test_the_page_s_commands_are_answered(service, line):
    words = here(line, service)
    done = subprocess.run([words[0], "--fail", *words[1:]], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "metrics" in line or json.loads(done.stdout)


def test_the_page_shows_the_answer_s_shape(service):
    shown = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    found = service.predict(shown["text"]).json
    assert list(found) == list(shown)
    assert found["words"] == shown["words"]
    assert found["entities"], "the tagger of this test should find some"
    for entity in shown["entities"]:
        assert shown["text"][entity["start"] : entity["end"]] == entity["word"]
        assert list(entity) == list(found["entities"][0])


def test_the_page_lists_every_endpoint(service):
    table = PAGE.split("| endpoint |")[1].split("\n\n")[0]
    listed = set(re.findall(r"`?(?:GET|POST) (/[^`,]*)`", table))
    paths = set(service.ask("GET", "/openapi.json").json["paths"])
    assert listed - {"/openapi.json"} == {path for path in paths if not path.startswith("/v2")}


def test_schemathesis_finds_nothing(service, tmp_path):
    program, *words = here(SCHEMATHESIS, service)
    place = words.index("--config-file") + 1
    words[place] = str(ROOT / words[place])
    command = [str(Path(sys.executable).with_name(program)), *words, *SHORT]
    if not Path(command[0]).exists():  # a thin environment has its packages' programs elsewhere
        command[:1] = [sys.executable, "-m", "schemathesis.cli"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout


def test_the_page_s_python_makes_an_application(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder.parent)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "page.py").write_text(code, encoding="utf-8")
    app = runpy.run_path(str(tmp_path / "page.py"))["app"]
    assert list(app.state.service.workers) == ["news"]
