"""The page of examples/browser: a model that runs in Chromium, without a server behind it."""

import functools
import http.server
import shutil
import subprocess
from pathlib import Path
from threading import Thread

import pytest
from browser.conftest import missing
from test_tagger import new_tagger

from nlp_architect_ext.runtime import Tagger

EXAMPLE = Path(__file__).parents[2] / "examples" / "browser"
PLACES = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
TEXT = "Anna met 👩\u200d🚀 Bo in Oslo today . " * 3


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A static server that says nothing."""

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    new_tagger(tokenizer="whitespace").export(folder, "fp32")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory, export):
    """A folder with the page, the kernel and a model."""
    if not shutil.which("em++"):
        missing("there is no em++", "apt-get install emscripten")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build"))
    command = ["make", "-s", "-C", EXAMPLE, f"OUT={folder / 'build'}"]
    subprocess.run(command, check=True)
    shutil.copytree(export, folder / "model")
    return folder


@pytest.fixture(scope="module")
def address(site):
    """Where a static server serves it."""
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def ready(page, address):
    page.goto(address)
    page.get_by_role("status").filter(has_text=" words,").wait_for()


def test_what_is_typed_is_tagged_as_in_python(page_at, address, export):
    page = page_at()
    ready(page, address)
    page.get_by_label("Text").fill(TEXT)
    expected = Tagger.load(export)(TEXT)
    assert expected
    rows = [row.locator("td").all_inner_texts() for row in page.locator("tbody tr").all()]
    assert [row[:2] for row in rows] == [[entity.word, entity.entity_group] for entity in expected]
    scores = [float(row[2]) for row in rows]
    assert scores == pytest.approx([entity.score for entity in expected], abs=2e-3)
    marks = [mark.evaluate("mark => mark.firstChild.data") for mark in page.locator("mark").all()]
    assert marks == [entity.word for entity in expected]


def test_the_threshold_leaves_out_what_scores_below(page_at, address):
    page = page_at()
    ready(page, address)
    page.get_by_label("Text").fill(TEXT)
    assert page.locator("mark").count() > 0
    page.get_by_label("Least score").fill("1")
    assert page.locator("mark").count() == 0


@pytest.mark.parametrize(("width", "scheme"), PLACES)
def test_nothing_keeps_people_out(page_at, address, violations, width, scheme):
    page = page_at(width, scheme)
    ready(page, address)
    page.get_by_label("Text").fill(TEXT)
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_damaged_model_is_said_to_be_one(page_at, address, site):
    config = site / "model" / "config.json"
    content = config.read_bytes()
    config.write_bytes(content + b" ")
    try:
        page = page_at()
        page.goto(address)
        page.get_by_text("config.json isn't the file that MANIFEST.json describes").wait_for()
    finally:
        config.write_bytes(content)
