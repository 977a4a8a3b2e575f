"""The report of a run and a page of tagged text in a browser, opened as files."""

import json

import pytest

from nlp_architect_ext import cli

PLACES = [(width, scheme) for width in (360, 768, 1280) for scheme in ("light", "dark")]
STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
SMALL = [
    *("--tokenizer", "whitespace", "--threads", "1", "-b", "8"),
    *("--min_epoch_steps", "1", "-e", "2", "--lr", "0.005"),
]
TEACHER = ["--teacher_min_steps", "10", "--teacher_epochs", "2"]
TEACHER += ["--teacher_learning_rate", "3e-3"]
TEXT = 'Anna met <b>Bo</b> in Oslo & "Lima" .\nשלום Anna said\n'


@pytest.fixture(scope="module")
def run(data, encoder, tmp_path_factory):
    """The folder of a short run with a teacher, which makes errors."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "student.json").write_text(json.dumps(STUDENT))
    places = ["--data_dir", data, "--output_dir", folder / "run", "--teacher", encoder]
    arguments = [*places, "--config_file", folder / "student.json", *SMALL, *TEACHER]
    assert cli.train(["tagger_kd_pseudo", *map(str, arguments)]) == 0
    return folder / "run"


@pytest.fixture(scope="module")
def report(run):
    """The address of the run's report."""
    return (run / "report.html").as_uri()


@pytest.fixture(scope="module")
def tagged(run):
    """The address of a page of tagged text."""
    path = run.parent / "look.html"
    (run.parent / "in.txt").write_text(TEXT * 600, encoding="utf-8")
    places = ["--model_dir", run, "--data_file", run.parent / "in.txt", "--output_dir"]
    arguments = [*places, run.parent / "out", "--html", path]
    assert cli.inference(["tagger", *map(str, arguments)]) == 0
    return path.as_uri()


def is_wider_than_the_window(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("width", "scheme"), PLACES)
def test_nothing_keeps_people_out_of_the_report(report, page_at, violations, width, scheme):
    page = page_at(width, scheme)
    page.goto(report)
    for part in page.locator("details").all():
        part.locator("summary").click()
    assert violations(page) == []
    assert not is_wider_than_the_window(page)


@pytest.mark.parametrize(("width", "scheme"), PLACES)
def test_nothing_keeps_people_out_of_tagged_text(tagged, page_at, violations, width, scheme):
    page = page_at(width, scheme)
    page.goto(tagged)
    assert violations(page) == []
    assert not is_wider_than_the_window(page)


def test_a_table_is_sorted_by_a_click_and_by_keyboard(report, page_at):
    page = page_at()
    page.goto(report)
    table = page.locator("table[data-sortable]").first
    names = table.locator("tbody th")
    assert names.all_text_contents() == ["LOC", "PER"]
    counts = [int(cell) for cell in table.locator("tbody tr td:nth-child(2)").all_text_contents()]
    page.get_by_role("button", name="type", exact=True).first.press("Enter")
    head = table.locator("thead th").first
    assert head.get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="type", exact=True).first.press("Enter")
    assert names.all_text_contents() == ["PER", "LOC"]
    table.get_by_role("button", name="in the data").click()
    assert head.get_attribute("aria-sort") is None
    shown = [int(cell) for cell in table.locator("tbody tr td:nth-child(2)").all_text_contents()]
    assert shown == sorted(counts, reverse=True)
    assert table.locator("tfoot th").text_content() == "all"


def test_what_a_point_stands_for_is_shown_by_keyboard_and_pointer(report, page_at):
    page = page_at()
    page.goto(report)
    chart = page.locator("svg[data-walk]").nth(1)
    points = chart.locator(".tip")
    points.first.focus()
    tip = page.locator("#tip")
    assert tip.text_content() == points.first.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    assert tip.text_content() == points.nth(1).get_attribute("aria-label")
    page.keyboard.press("End")
    assert tip.text_content() == points.last.get_attribute("aria-label")
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    cell = page.locator("table.heat td").first
    cell.hover()
    assert tip.text_content().startswith("gold LOC, student LOC: ")
    assert tip.is_visible()
    page.locator("h1").hover()
    assert tip.is_hidden()


def test_one_tab_stop_a_chart_and_arrows_in_the_rows_of_a_table(report, page_at):
    page = page_at()
    page.goto(report)
    assert (
        page.locator("svg[data-walk] [tabindex='0']").count()
        == page.locator("svg[data-walk]").count()
    )
    page.locator("table.heat td").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.parentNode.rowIndex") == 2
    assert page.evaluate("document.activeElement.cellIndex") == 1


def test_examples_are_filtered(report, page_at):
    page = page_at()
    page.goto(report)
    examples = page.locator("li[data-kind]")
    total = examples.count()
    assert page.locator("form output").text_content() == f"{total} shown"
    kind = examples.first.get_attribute("data-kind")
    page.locator("select[name=kind]").select_option(kind)
    visible = [one for one in examples.all() if one.is_visible()]
    assert {one.get_attribute("data-kind") for one in visible} == {kind}
    assert 0 < len(visible) <= total
    assert page.locator("form output").text_content() == f"{len(visible)} shown"


def test_without_scripts_everything_is_there(report, page_at):
    page = page_at(java_script_enabled=False)
    page.goto(report)
    assert page.locator("h2").count() >= 9
    assert page.locator("form").is_hidden()
    assert page.locator("li[data-kind]").first.is_visible()
    assert page.locator("svg .tip > title").first.text_content()
    assert page.locator("table.heat td[title]").count() > 0


def test_scores_of_tagged_text_are_shown_by_keyboard_and_pointer(tagged, page_at):
    page = page_at()
    page.goto(tagged)
    assert page.locator("main li").count() == 1_200
    assert page.locator("ol").nth(1).get_attribute("start") == "1025"
    marks = page.locator("main mark")
    marks.nth(1).hover()
    tip = page.locator("#tip")
    assert ", score 0." in tip.text_content() or ", score 1." in tip.text_content()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement === document.querySelectorAll('main mark')[1]")
    assert tip.is_visible()
    assert page.evaluate("document.querySelectorAll('main b b').length") == 0


def test_on_paper_everything_is_open(report, page_at):
    page = page_at()
    page.goto(report)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
