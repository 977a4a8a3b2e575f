"""The service's page in a real browser: tag, compare, correct, review, download."""

import json
import subprocess

import pytest
from browser.stand_in import TYPES, UNCERTAIN, item, running, suspicious
from playwright.sync_api import expect

from nlp_architect_ext.data.decisions import read_decisions
from nlp_architect_ext.data.formats.columns import read_columns

TEXT = (
    "Ada Lovelace met Charles Babbage in London in June 1833.\n"
    "Marie Curie taught at the Sorbonne in Paris.\n"
    "The Lisbon Marathon sold out in a day, said Inês Pereira of Northwind Sports."
)
WIDTHS = (360, 768, 1280)
WANTED = "right"


@pytest.fixture
def service():
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def opened(page_at, service):
    """`opened(view, width, scheme)`: the page of the service."""

    def open_page(view="tag", width=1280, scheme="light", **options):
        page = page_at(width, scheme, **options)
        page.goto(f"{service.url}#{view}")
        return page

    return open_page


def tag(page, text=TEXT):
    page.get_by_role("textbox", name="Text").fill(text)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.locator(".line").first.wait_for()


def word(page, text):
    return page.locator("[data-word]", has_text=text).first


def focused(page):
    return page.evaluate("document.activeElement.textContent")


def chosen(page):
    return page.locator("[aria-selected=true]").all_inner_texts()


def marked(page):
    """Type and words of every entity of the text that can be corrected."""
    return [
        (
            entity.get_attribute("aria-label").split(",")[0],
            " ".join(entity.locator("[data-word]").all_inner_texts()),
        )
        for entity in page.locator("[role=group].entity").all()
    ]


def said(page):
    return page.locator("[role=status]").last.inner_text().strip("\u00a0")


def reload(page):
    page.reload()
    page.locator("h1").wait_for()


def saved(page, button):
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_keeps_people_out(opened, violations, width, scheme):
    page = opened(width=width, scheme=scheme)
    page.get_by_role("heading", name="Tag text").wait_for()
    assert violations(page) == []
    tag(page)
    word(page, "Charles").click()
    page.get_by_label("Minimum score").fill("0.6")
    assert violations(page) == []
    page.get_by_label("Compare with the teacher").check()
    page.locator(".differences").wait_for()
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("link", name="Review").click()
    page.locator(".review").wait_for()
    word(page, "Lisbon").click()
    assert violations(page) == []
    assert fits(page)
    page.keyboard.press("?")
    page.locator("dialog").wait_for()
    assert violations(page) == []


def test_faults_and_empty_lists_keep_nobody_out(opened, service, violations):
    service.failure = (503, "too many requests")
    page = opened(width=360, scheme="dark")
    page.get_by_role("textbox", name="Text").fill("a")
    page.keyboard.press("Control+Enter")
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
    service.queues["uncertain"] = []
    page.get_by_role("link", name="Review").click()
    page.get_by_text("There is no sentence").wait_for()
    assert violations(page) == []


def test_many_types_look_apart_and_are_legible(opened, service, violations):
    service.types = [f"TYPE_{number}" for number in range(40)]
    page = opened(width=360)
    tag(page, " ".join("abcdefghijklmnopqrstuvwxyzäöüß"))
    for number in range(30):
        page.locator("[data-word]").nth(number).click()
        page.get_by_role("button", name=f"TYPE_{number}", exact=True).click()
    looks = page.locator("[role=group].entity").evaluate_all(
        "all => all.map(one => [one.dataset.colour, one.dataset.line].join())"
    )
    assert len(set(looks)) == 30
    assert violations(page) == []
    assert fits(page)


def test_entities_are_shown_with_types_and_scores(opened):
    page = opened()
    tag(page)
    assert ("PER", "Ada Lovelace") in marked(page)
    rows = page.locator("table tbody tr").all_inner_texts()
    assert rows[0].split() == ["PER", "Ada", "Lovelace", "0.98"]
    assert said(page) == "9 entities found."
    page.get_by_role("button", name="Score").click()
    assert "Lisbon" in page.locator("table tbody tr").first.inner_text()


def test_places_in_a_text_of_two_scripts_and_signs_beyond_the_first_plane(opened):
    page = opened()
    tag(page, "👩‍👩‍👧 🦊 Labs opened in London.\nדנה כהן גרה כאן")
    assert marked(page) == [("ORG", "🦊 Labs"), ("LOC", "London"), ("PER", "דנה כהן")]
    directions = page.locator(".line").evaluate_all(
        "all => all.map(one => getComputedStyle(one).direction)"
    )
    assert directions == ["ltr", "rtl"]
    lines = saved(page, "JSON Lines").path().read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert [first["text"][one["start"] : one["end"]] for one in first["entities"]] == [
        "🦊 Labs",
        "London",
    ]
    word(page, "דנה").focus()
    page.keyboard.press("ArrowLeft")  # on in the text, as it is seen
    assert focused(page) == "כהן"


def test_each_line_is_a_sentence_of_its_own(opened, service):
    page = opened()
    tag(page, "Ada\n\n \nLovelace met Marie Curie")
    assert service.asked[-1]["texts"] == ["Ada", "Lovelace met Marie Curie"]
    assert page.get_by_role("listbox").count() == 2
    content = saved(page, "CoNLL").path().read_text(encoding="utf-8")
    assert content == "Ada\tO\n\nLovelace\tO\nmet\tO\nMarie\tB-PER\nCurie\tI-PER\n\n"


def test_the_teacher_may_be_asked_for_while_an_answer_is_awaited(opened):
    page = opened()
    page.get_by_role("textbox", name="Text").fill(TEXT)
    page.keyboard.press("Control+Enter")
    page.get_by_label("Compare with the teacher").check()
    page.locator(".differences").wait_for()


def test_low_scores_are_dimmed_or_hidden_and_left_out_of_the_download(opened):
    page = opened()
    tag(page)
    page.get_by_label("Minimum score").fill("0.6")
    assert page.locator(".entity[data-low]").count() == 2
    page.get_by_label("Hide lower ones").check()
    assert ("LOC", "Lisbon") not in marked(page)
    content = saved(page, "CoNLL").path().read_text(encoding="utf-8")
    assert "Lisbon\tO\n" in content
    assert "Paris\tB-LOC\n" in content


def test_the_teacher_is_compared_in_words_and_can_be_followed(opened, service):
    page = opened()
    tag(page)
    page.get_by_label("Compare with the teacher").check()
    page.locator(".differences").wait_for()
    rows = [row.split("\t") for row in page.locator(".differences tbody tr").all_inner_texts()]
    assert [row[0] for row in rows] == [
        "Only teacher",
        "Other type",
        "Other words",
        "Only student",
    ]
    assert "Says the same." not in page.locator(".columns").nth(1).inner_text()
    page.get_by_role("row", name="Other words").get_by_role("button", name="Take").click()
    assert ("EVENT", "Lisbon Marathon") in marked(page)
    assert page.locator(".differences tbody tr").count() == 3
    assert [body["teacher"] for body in service.asked] == [False, True]


def test_a_model_without_a_teacher_offers_no_comparison(opened, service):
    service.teacher = False
    page = opened()
    tag(page)
    assert page.get_by_label("Compare with the teacher").count() == 0


def test_words_are_chosen_and_given_a_type_by_keyboard(opened):
    page = opened()
    tag(page, "Ada Lovelace met Charles Babbage in London in June 1833.")
    page.locator("[data-word][tabindex='0']").focus()
    assert page.locator("[data-word][tabindex='0']").count() == 1
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    assert chosen(page) == ["June", "1833"]
    page.keyboard.press("4")
    assert ("EVENT", "June 1833") in marked(page)
    assert said(page) == "June 1833 is EVENT."
    page.keyboard.press("{")
    assert ("EVENT", "in June 1833") in marked(page)
    page.keyboard.press("}")
    page.keyboard.press("]")
    assert ("EVENT", "June 1833 .") in marked(page)
    page.keyboard.press("[")
    page.keyboard.press("[")
    assert ("EVENT", "June") in marked(page)
    page.keyboard.press("[")
    assert said(page) == "It has one word: press Delete to remove it."
    page.keyboard.press("Delete")
    assert "EVENT" not in dict(marked(page))
    assert said(page) == "EVENT June removed."
    page.keyboard.press("Control+z")
    assert ("EVENT", "June") in marked(page)
    page.keyboard.press("Control+y")
    assert "EVENT" not in dict(marked(page))
    assert focused(page) == "June"  # never lost


def test_a_type_given_within_an_entity_means_all_of_it(opened):
    page = opened()
    tag(page, "Ada Lovelace met Charles Babbage.")
    word(page, "Lovelace").click()
    assert chosen(page) == ["Ada", "Lovelace"]
    page.keyboard.press("3")
    assert ("ORG", "Ada Lovelace") in marked(page)


def test_the_mouse_snaps_to_words(opened):
    page = opened()
    tag(page, "Ada Lovelace met Charles Babbage.")
    start = word(page, "Lovelace").bounding_box()
    end = word(page, "met").bounding_box()
    middle = start["y"] + start["height"] / 2
    page.mouse.move(start["x"] + start["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, middle, steps=5)
    page.mouse.up()
    assert chosen(page) == ["Lovelace", "met"]
    page.get_by_role("button", name="LOC", exact=True).click()
    assert marked(page) == [("LOC", "Lovelace met"), ("PER", "Charles Babbage")]
    assert said(page) == "Lovelace met is LOC. It takes the place of PER Ada Lovelace."
    word(page, "Babbage").dblclick()
    assert chosen(page) == ["Babbage"]
    page.get_by_role("button", name="Remove").click()
    assert marked(page) == [("LOC", "Lovelace met")]


def test_a_finger_chooses_words(opened):
    page = opened(width=360, has_touch=True, is_mobile=True)
    tag(page, "Ada Lovelace met Charles Babbage.")
    word(page, "met").tap()
    page.get_by_role("button", name="EVENT", exact=True).tap()
    assert ("EVENT", "met") in marked(page)
    page.get_by_role("button", name="Longer").tap()
    assert ("EVENT", "met Charles") in marked(page)
    assert ("PER", "Babbage") in marked(page)


def test_the_download_is_what_training_reads(opened, tmp_path):
    page = opened()
    tag(page)
    word(page, "June").click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("4")
    download = saved(page, "CoNLL")
    assert download.suggested_filename == "train.txt"
    path = tmp_path / "train.txt"
    download.save_as(path)
    sentences = list(read_columns(path))
    assert len(sentences) == 3
    found = dict(zip(sentences[0].words, sentences[0].labels, strict=True))
    assert found["June"] == "B-EVENT"
    assert found["1833"] == "I-EVENT"
    assert found["Lovelace"] == "I-PER"
    assert found["."] == "O"


def test_a_reload_keeps_the_corrected_text(opened):
    page = opened()
    tag(page)
    word(page, "London").click()
    page.keyboard.press("3")
    reload(page)
    assert ("ORG", "London") in marked(page)
    page.get_by_role("textbox", name="Text").fill("other")
    expect(page.get_by_text("The text above has changed since")).to_be_visible()


def test_corrections_stay_when_the_teacher_is_asked_and_come_back_by_undo(opened):
    page = opened()
    tag(page)
    word(page, "London").click()
    page.keyboard.press("3")
    page.get_by_label("Compare with the teacher").check()
    page.locator(".differences").wait_for()
    assert ("ORG", "London") in marked(page)
    tag(page)
    expect(page.get_by_role("group", name="LOC, score 0.99")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    assert ("ORG", "London") in marked(page)


def test_a_queue_is_worked_through_and_survives_a_reload(opened, tmp_path):
    page = opened("review")
    word(page, "Lisbon").click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("4")
    reload(page)  # changed, not accepted yet
    page.locator(".line").wait_for()
    assert marked(page) == [("EVENT", "Lisbon Marathon")]
    word(page, "Lisbon").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sentence 2 of 4")).to_be_visible()
    assert focused(page) == "Marie"
    page.keyboard.press("s")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("heading", name="Sentence 4 of 4")).to_be_visible()
    page.keyboard.press("k")
    page.get_by_role("button", name="Accept", exact=True).click()
    reload(page)
    expect(page.get_by_text("3 of 4 done: 2 accepted, 1 skipped")).to_be_visible()
    expect(page.get_by_role("heading", name="Sentence 4 of 4")).to_be_visible()
    path = tmp_path / "reviewed.txt"
    saved(page, "CoNLL").save_as(path)
    first, second = read_columns(path)
    assert first.labels[:3] == ("O", "B-EVENT", "I-EVENT")
    assert second.words[0] == "Ada"


def test_decisions_outlive_the_queue_and_can_be_forgotten(opened, service):
    page = opened("review")
    page.get_by_role("button", name="Accept", exact=True).click()
    service.queues["uncertain"] = []
    reload(page)
    expect(page.get_by_text("1 accepted sentence, 1 of them from an earlier list")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget them").click()
    reload(page)
    expect(page.get_by_text("There is no sentence")).to_be_visible()
    assert page.get_by_role("button", name="CoNLL").count() == 0


def test_without_storage_nothing_breaks_and_it_is_said(page_at, service):
    page = page_at(1280)
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name,"
        " {get() { throw new DOMException('off', 'SecurityError') }})"
    )
    page.goto(service.url)
    tag(page)
    page.get_by_role("link", name="Review").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("download before you close")
    assert saved(page, "CoNLL").path().read_text(encoding="utf-8").startswith("The\tO\nLisbon")


def test_a_long_queue_stays_in_its_list(opened, service):
    service.queues["uncertain"] = [item(number, f"Sentence {number}.") for number in range(100)]
    page = opened("review", width=1280)
    page.locator(".review").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight") < 1000


SUSPICIOUS = [
    suspicious(0, "Ada met Bo.", ["B-LOC", "O", "B-PER", "O"], [(0, 1, ["B-LOC"], ["B-PER"])]),
    suspicious(1, "She saw Oslo", ["O", "O", "O"], [(2, 3, ["O"], ["B-LOC"])]),
]


def test_a_queue_that_is_not_sent_as_a_whole_is_said(opened, service):
    service.total = 2310
    page = opened("review")
    expect(page.get_by_text("These are the first 4 of 2,310.")).to_be_visible()


def test_suspicious_labels_are_decided_on_as_the_data_has_them(opened, service, tmp_path):
    service.queues["suspicious"] = SUSPICIOUS
    page = opened("review")
    page.get_by_text("Suspicious labels").click()
    expect(page.get_by_text("the data has LOC “Ada”, suggested is PER “Ada”")).to_be_visible()
    assert marked(page) == [("LOC", "Ada"), ("PER", "Bo")]
    assert page.locator("[data-doubted]").all_inner_texts() == ["Ada"]
    page.get_by_role("button", name="Take the suggestion for Ada").click()
    assert marked(page) == [("PER", "Ada"), ("PER", "Bo")]
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("the data has no entity")).to_be_visible()
    page.get_by_role("button", name="“Oslo”").click()
    assert focused(page) == "Oslo"
    page.keyboard.press("Enter")  # right as it is
    expect(page.get_by_text("2 of 2 done")).to_be_visible()
    path = tmp_path / "decided.jsonl"
    saved(page, "Decisions").save_as(path)
    first, second = read_decisions(path)
    assert (first.file, first.line, first.words) == ("data/train.txt", 7, ("Ada", "met", "Bo", "."))
    assert first.given == ("B-LOC", "O", "B-PER", "O")
    assert first.labels == ("B-PER", "O", "B-PER", "O")
    assert second.given == second.labels == ("O", "O", "O")
    page.get_by_text("Uncertain", exact=True).click()
    expect(page.get_by_text(f"0 of {len(UNCERTAIN)} done")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1280, "dark")])
def test_suspicious_labels_keep_nobody_out(opened, service, violations, width, scheme):
    service.queues["suspicious"] = SUSPICIOUS
    page = opened("review", width=width, scheme=scheme)
    page.get_by_text("Suspicious labels").click()
    page.get_by_role("button", name="Take the suggestion for Ada").click()
    assert violations(page) == []
    assert fits(page)


def test_decisions_on_an_earlier_list_of_labels_are_not_saved_again(opened, service):
    service.queues["suspicious"] = SUSPICIOUS[:1]
    page = opened("review")
    page.get_by_text("Suspicious labels").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    service.queues["suspicious"] = SUSPICIOUS[1:]
    reload(page)
    page.get_by_text("Suspicious labels").click()
    expect(page.get_by_text("No sentence is accepted yet.")).to_be_visible()


def test_plain_labels_are_saved_without_a_prefix(opened, service):
    service.scheme = "plain"
    page = opened("review")
    page.get_by_role("button", name="Accept", exact=True).click()
    assert "Lisbon\tLOC\n" in saved(page, "CoNLL").path().read_text(encoding="utf-8")


def test_a_token_is_asked_for_and_kept_for_the_tab_only(opened, service):
    service.token = WANTED
    page = opened()
    expect(page.get_by_role("textbox", name="Token")).to_be_focused()
    page.get_by_role("textbox", name="Token").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("doesn’t accept this token").wait_for()
    page.get_by_role("textbox", name="Token").fill(WANTED)
    page.keyboard.press("Enter")
    tag(page)
    reload(page)
    assert ("PER", "Ada Lovelace") in marked(page)
    assert WANTED not in page.evaluate("JSON.stringify(localStorage)")


@pytest.mark.parametrize(
    ("status", "said_by_service", "shown"),
    [
        (413, "the text has 2,000,000 characters", "Tag a shorter text"),
        (422, "the text is empty", "The text is empty."),
        (503, "too many requests", "try again"),
    ],
)
def test_what_the_service_refuses_is_said(opened, service, status, said_by_service, shown):
    service.failure = (status, said_by_service)
    page = opened()
    page.get_by_role("textbox", name="Text").fill("a")
    page.get_by_role("button", name="Tag", exact=True).click()
    assert shown in page.get_by_role("alert").inner_text()
    service.failure = None
    page.get_by_role("button", name="Try again").click()
    page.locator(".line").wait_for()
    assert page.get_by_role("alert").count() == 0


def test_a_silent_service_is_said(opened):
    page = opened()
    page.get_by_role("textbox", name="Text").fill("a")
    page.route("**/predict", lambda route: route.abort())
    page.get_by_role("button", name="Tag", exact=True).click()
    assert "doesn't answer" in page.get_by_role("alert").inner_text()


def test_the_theme_can_be_set_against_the_system(opened):
    page = opened(scheme="dark")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_label("Theme").select_option("light")
    page.wait_for_function(f"{ground} !== '{dark}'")  # it's set after the next frame
    reload(page)
    page.wait_for_function(f"{ground} !== '{dark}'")


def test_single_keys_can_be_switched_off_outside_of_the_text(opened):
    page = opened("review")
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("also work outside").uncheck()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert "Keyboard" in focused(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Sentence 1 of 4")).to_be_visible()
    word(page, "sold").focus()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Sentence 2 of 4")).to_be_visible()


def test_two_models_have_text_and_decisions_of_their_own(opened, service):
    service.models = ["one", "two"]
    page = opened("review")
    page.get_by_role("button", name="Accept", exact=True).click()
    page.get_by_role("combobox", name="Model").select_option("two")
    expect(page.get_by_text("0 of 4 done")).to_be_visible()


def test_ten_thousand_words_stay_usable(opened):
    page = opened()
    tag(page, " ".join(["Ada Lovelace walked from London to Paris and on for days."] * 850))
    page.locator("[data-word='0']").click()
    before = page.evaluate("performance.now()")
    page.keyboard.press("Control+End")
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("4")
    assert said(page) == "London is EVENT."
    assert page.evaluate("performance.now()") - before < 5000  # 9 keys; 0.5 s on a free machine
    assert page.locator("table tbody tr").count() == 100
    page.get_by_role("button", name="Show all").click()
    assert page.locator("table tbody tr").count() == 2550


def test_types_that_the_model_doesnt_know_are_shown(opened, service):
    service.types = TYPES[1:]
    page = opened()
    tag(page)
    assert ("PER", "Ada Lovelace") in marked(page)
    expect(page.get_by_role("button", name="PER", exact=True)).to_be_visible()


def test_the_committed_page_is_what_its_sources_give(page_sources, tmp_path):
    built = tmp_path / "dist"
    command = ["npm", "run", "build", "--", "--outDir", built]
    subprocess.run(command, cwd=page_sources, check=True, capture_output=True)
    committed = page_sources / "dist"

    def content(folder):
        return {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    assert content(built) == content(committed)
