"""The page as its users get it: from the service, with a tagger behind it."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect
from served import in_thread
from test_tagger import SOFTMAX

from nlp_architect_ext import cli
from nlp_architect_ext.core.manifest import ANNOTATE
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.evaluation.label_errors import Suspect
from nlp_architect_ext.evaluation.placed_suspect import PlacedSuspect
from nlp_architect_ext.runs.label_errors_result import write_found
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


def test_what_check_labels_lists_is_decided_on_and_taken_back(model, page_at, tmp_path):
    (tmp_path / "data").mkdir()
    train = tmp_path / "data" / "train.txt"
    train.write_text("Anna\tB-LOC\nmet\tO\nBo\tB-PER\n\nOslo\tB-LOC\n", encoding="utf-8")
    first, _ = read_columns(train)
    suspect = Suspect("type", 0, 1, ("B-LOC",), ("B-PER",), 0.99, (0.01,), (0.99,))
    found = [PlacedSuspect(str(train), 1, first, suspect)]
    write_found(tmp_path, found, model.tagger.labels, "en")
    checked = replace(model, label_check=tmp_path)
    with in_thread([checked], LimitSettings(), page=PAGE) as service:
        page = page_at(1280)
        page.goto(f"http://{service.host}:{service.port}/#review")
        page.get_by_text("Suspicious labels").click()
        page.get_by_role("button", name="Take the suggestion for Anna").click()
        page.get_by_role("button", name="Accept", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Decisions").click()
        download.value.save_as(tmp_path / "decided.jsonl")
    places = {"data_dir": tmp_path / "data", "relabel": tmp_path / "decided.jsonl"}
    flags = [str(part) for name, path in places.items() for part in (f"--{name}", path)]
    assert cli.train(["check_labels", *flags, "--output_dir", str(tmp_path / "new")]) == 0
    corrected, same = read_columns(tmp_path / "new" / "train.txt")
    assert (corrected.labels, same.labels) == (("B-PER", "O", "B-PER"), ("B-LOC",))
