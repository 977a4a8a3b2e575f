"""The page as its users get it: from the service, with a tagger behind it."""

import pytest
from playwright.sync_api import expect
from served import in_thread
from test_tagger import SOFTMAX

from nlp_architect_ext.core.manifest import ANNOTATE
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.serving.http.models import ServedModel
from nlp_architect_ext.serving.http.server import PAGE
from nlp_architect_ext.settings.serving import LimitSettings

LETTERS = "only-for-the-page"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A small tagger, which is its own teacher, with sentences to look at."""
    folder = tmp_path_factory.mktemp("page") / "run"
    SOFTMAX.export(folder, "fp32")
    lines = "0.5000\tAnna met Bo in Oslo .\n0.2500\tBo met Anna today .\n"
    (folder / ANNOTATE).write_text(lines, encoding="utf-8")
    tagger = Tagger.load(folder)
    return ServedModel("run", tagger, folder, lambda: tagger)


def test_tag_compare_review_and_download(model, page_at, violations, tmp_path):
    with in_thread([model], LimitSettings(), page=PAGE) as service:
        page = page_at(1280)
        page.goto(f"http://{service.host}:{service.port}/")
        page.get_by_role("textbox", name="Text").fill("👩‍🚀 Anna met Bo.\nOslo")
        page.keyboard.press("Control+Enter")
        page.get_by_label("Compare with the teacher").check()
        expect(
            page.get_by_text("They agree on all").or_(page.get_by_text("Neither"))
        ).to_be_visible()
        assert page.locator("[data-word]").all_inner_texts()[-5:] == [
            "Anna",
            "met",
            "Bo",
            ".",
            "Oslo",
        ]
        assert violations(page) == []
        page.get_by_role("link", name="Review").click()
        expect(page.get_by_role("heading", name="Sentence 1 of 2")).to_be_visible()
        page.locator("[data-word]", has_text="Oslo").dblclick()
        page.get_by_role("button", name="LOC", exact=True).click()
        page.get_by_role("button", name="Accept", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("button", name="CoNLL").click()
        path = tmp_path / "reviewed.txt"
        download.value.save_as(path)
        (sentence,) = read_columns(path)
        assert dict(zip(sentence.words, sentence.labels, strict=True))["Oslo"] == "B-LOC"


def test_the_token_is_asked_for(model, page_at):
    with in_thread([model], LimitSettings(), token=LETTERS, page=PAGE) as service:
        page = page_at(360, "dark")
        page.goto(f"http://{service.host}:{service.port}/")
        page.get_by_role("textbox", name="Token").fill(LETTERS)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Tag text")).to_be_visible()
