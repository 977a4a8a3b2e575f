"""Files in, tagged files out."""

import io
import json
import re
from html import unescape
from itertools import count
from types import SimpleNamespace

import pytest
from test_tagger import new_tagger

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import show_on_terminal
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.serving import files as inference
from nlp_architect_ext.serving.files import chunks, output, tag_file
from nlp_architect_ext.settings.inference import TaggerInferenceSettings

TAGGER = new_tagger(tokenizer="whitespace")


@pytest.fixture(autouse=True)
def _terminal():
    """What is said is read from standard error, as of the command."""
    with show_on_terminal():
        yield


def settings(tmp_path, **changes):
    return TaggerInferenceSettings(
        **{
            "data_file": str(tmp_path / "in.txt"),
            "output_dir": str(tmp_path / "out"),
            "model_dir": "-",
            **changes,
        }
    )


def test_columns_come_out_in_order_blank_line_between_texts(tmp_path):
    (tmp_path / "in.txt").write_text("Anna met Bo\n\nOslo\n" + "x " * 50 + "\n", encoding="utf-8")
    tag_file(TAGGER, settings(tmp_path))
    blocks = (tmp_path / "out" / "output.txt").read_text(encoding="utf-8").split("\n\n")
    words = [[line.split("\t")[0] for line in block.splitlines()] for block in blocks if block]
    assert words == [["Anna", "met", "Bo"], ["Oslo"], ["x"] * 50]
    tags = [tuple(line.split("\t")[1] for line in block.splitlines()) for block in blocks if block]
    assert tags == [
        p.labels for p in TAGGER.predict_labels([Sentence(tuple(row)) for row in words])
    ]


@pytest.mark.parametrize("name", ["in.txt", "-"])
def test_as_json_every_line_of_the_input_has_its_line(name, tmp_path, monkeypatch):
    content = "Anna met Bo\n\n   \nOslo\n\n"
    (tmp_path / "in.txt").write_text(content)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content.encode())))
    data = "-" if name == "-" else str(tmp_path / name)
    tag_file(TAGGER, settings(tmp_path, data_file=data, output_format="json"))
    written = (tmp_path / "out" / "output.jsonl").read_text().splitlines()
    records = list(map(json.loads, written))
    assert [one["text"] for one in records] == content.split("\n")[:-1]
    assert [one["entities"] for one in records if not one["text"].strip()] == [[], [], []]


HTML_TEXT = 'Anna  met <b>Bo</b> & "Oslo"\n\nBo\n'


def test_a_page_to_look_at_has_every_sentence_marked_and_nothing_of_it_as_html(tmp_path):
    (tmp_path / "in.txt").write_text(HTML_TEXT, encoding="utf-8")
    tag_file(TAGGER, settings(tmp_path, html=str(tmp_path / "new" / "look.html")))
    assert (tmp_path / "out" / "output.txt").exists()
    page = (tmp_path / "new" / "look.html").read_text(encoding="utf-8")
    sentences = re.findall(r'<li><div dir="auto">(.*?)</div></li>', page, re.DOTALL)
    plain = [unescape(re.sub("<b>.*?</b>|<[^>]*>", "", one)) for one in sentences]
    assert plain == ['Anna  met <b>Bo</b> & "Oslo"', "Bo"]
    found = [entity for text in plain for entity in TAGGER(text)]
    assert len(found) > 1
    titles = re.findall(r' title="(.*?)"', page)
    assert titles == [f"{one.entity_group}, score {one.score:.2f}" for one in found]
    for name in TAGGER.labels.types:
        count = sum(one.entity_group == name for one in found)
        assert f"<b>{name}</b></mark> {count}</li>" in page
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["look.html"]


def test_a_page_is_written_whole_however_long_the_file_is(tmp_path, monkeypatch):
    monkeypatch.setattr(inference, "CHUNK", 2)
    (tmp_path / "in.txt").write_text("Anna met Bo\n" * 5, encoding="utf-8")
    tag_file(TAGGER, settings(tmp_path, html=str(tmp_path / "look.html")))
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    assert page.count("<li><div") == 5
    assert re.findall(r'<ol class="sentences" start="(\d)"', page) == ["1", "3", "5"]
    assert "5 sentences, " in page


def test_a_page_is_not_overwritten_unasked_and_needs_a_path(tmp_path):
    (tmp_path / "in.txt").write_text("Anna met Bo\n", encoding="utf-8")
    (tmp_path / "look.html").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"look\.html: exists"):
        tag_file(TAGGER, settings(tmp_path, html=str(tmp_path / "look.html")))
    assert (tmp_path / "look.html").read_text(encoding="utf-8") == "mine"
    for place in ("-", str(tmp_path)):
        with pytest.raises(UserError, match="expected the path of a page"):
            tag_file(TAGGER, settings(tmp_path, html=place))
    assert not (tmp_path / "out").exists()
    again = settings(tmp_path, html=str(tmp_path / "look.html"), overwrite_output_dir=True)
    tag_file(TAGGER, again)
    assert "1 sentence, " in (tmp_path / "look.html").read_text(encoding="utf-8")


def test_json_lines_have_the_keys_of_hugging_face(tmp_path):
    text = "Anna  met Bo in Oslo 👩‍🚀 Anna"
    (tmp_path / "in.txt").write_text(f"{text}\n", encoding="utf-8")
    tag_file(TAGGER, settings(tmp_path, output_format="json"))
    (record,) = [
        json.loads(line)
        for line in (tmp_path / "out" / "output.jsonl").read_text("utf-8").splitlines()
    ]
    assert record["text"] == text
    assert record["entities"]
    for entity in record["entities"]:
        assert list(entity) == ["entity_group", "score", "word", "start", "end"]
        assert isinstance(entity["score"], float)
        assert text[entity["start"] : entity["end"]] == entity["word"]


def test_a_stream_is_never_held_in_memory(monkeypatch):
    monkeypatch.setattr(inference, "CHUNK", 8)
    read = count()
    stream = (Sentence((f"w{next(read)}",)) for _ in range(1000))
    parts = chunks(stream)
    for number in range(3):
        assert [sentence.words[0] for sentence in next(parts)] == [
            f"w{8 * number + place}" for place in range(8)
        ]
    assert next(read) <= 32


@pytest.mark.usefixtures("on_terminal")
def test_standard_input_to_standard_output(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"Anna met Bo\nOslo\n")))
    tag_file(TAGGER, settings(tmp_path, data_file="-", output_dir="-"))
    shown = capsys.readouterr()
    assert [line.split("\t")[0] for line in shown.out.splitlines()] == [
        "Anna",
        "met",
        "Bo",
        "",
        "Oslo",
        "",
    ]
    assert "2 sentences, 4 words" in shown.err


@pytest.mark.usefixtures("on_terminal")
def test_one_sentence_of_one_word_is_counted_in_the_singular(tmp_path, capsys):
    (tmp_path / "in.txt").write_text("Oslo", encoding="utf-8")
    tag_file(TAGGER, settings(tmp_path))
    assert "1 sentence, 1 word in " in capsys.readouterr().err


def test_unsure_entities_are_left_out_and_their_words_get_o(tmp_path):
    text = "Anna met Bo in Oslo today"
    (tmp_path / "in.txt").write_text(text, encoding="utf-8")
    everything = TAGGER(text)
    least = max(entity.score for entity in everything)
    sure = TAGGER(text, threshold=least)
    assert 0 < len(sure) < len(everything)
    tag_file(TAGGER, settings(tmp_path, output_format="json", min_score=least))
    found = json.loads((tmp_path / "out" / "output.jsonl").read_text("utf-8"))["entities"]
    assert [entity["word"] for entity in found] == [entity.word for entity in sure]
    tag_file(TAGGER, settings(tmp_path, min_score=least))
    rows = [line.split("\t") for line in (tmp_path / "out" / "output.txt").read_text().splitlines()]
    named = [row[0] for row in rows if len(row) == 2 and row[1] != "O"]
    assert named == [word for entity in sure for word in entity.word.split()]


def test_labels_without_o_have_no_least_score(tmp_path):
    (tmp_path / "in.txt").write_text("Anna met Bo", encoding="utf-8")
    plain = new_tagger(labels=LabelSet.plain(["NOUN", "VERB"]).to_json(), scheme="plain")
    with pytest.raises(UserError, match="--min_score: the tagger has no label O"):
        tag_file(plain, settings(tmp_path, min_score=0.5))
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("on_terminal")
def test_evaluate_scores_every_gold_entity(tmp_path, capsys):
    rows = "Anna\tB-PER\nmet\tO\nBo\tB-PER\n\nOslo\tB-CITY\n\n"
    (tmp_path / "in.txt").write_text(rows, encoding="utf-8")
    tag_file(TAGGER, settings(tmp_path, evaluate=True))
    scores = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert scores["support"] == 3  # a type that the tagger doesn't know is missed, not left out
    assert scores["per_type"]["CITY"]["support"] == 1
    assert "CITY" in capsys.readouterr().err


def test_evaluate_reads_any_scheme(tmp_path):
    scores = []
    for name, rows in (
        ("a", "Anna\tB-PER\nBo\tI-PER\n"),
        ("b", "Anna\tB-PER\nBo\tL-PER\n\nOslo\tU-LOC\n"),
    ):
        (tmp_path / "in.txt").write_text(rows, encoding="utf-8")
        tag_file(TAGGER, settings(tmp_path, evaluate=True, output_dir=str(tmp_path / name)))
        scores.append(json.loads((tmp_path / name / "metrics.json").read_text()))
    assert [score["per_type"]["PER"]["support"] for score in scores] == [1, 1]


def test_columns_without_tags_can_be_tagged(tmp_path):
    (tmp_path / "in.txt").write_text("Anna\nmet\n\nOslo\n", encoding="utf-8")
    tag_file(TAGGER, settings(tmp_path, data_format="columns"))
    assert len((tmp_path / "out" / "output.txt").read_text().splitlines()) == 5


def test_an_earlier_output_is_kept_unless_it_may_be_replaced(tmp_path):
    (tmp_path / "in.txt").write_text("Anna\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "output.txt").write_text("mine")
    with pytest.raises(UserError, match=r"output\.txt: exists"):
        tag_file(TAGGER, settings(tmp_path))
    assert (tmp_path / "out" / "output.txt").read_text() == "mine"
    tag_file(TAGGER, settings(tmp_path, overwrite_output_dir=True))
    assert (tmp_path / "out" / "output.txt").read_text() != "mine"


def test_output_appears_whole_or_not_at_all(tmp_path):
    def write_half():
        with output(str(tmp_path), "output.txt", overwrite=False) as file:
            file.write("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert not list(tmp_path.iterdir())


def test_bad_input_writes_nothing(tmp_path):
    (tmp_path / "in.txt").write_bytes(b"Anna met\n\xff\xfe\n")
    with pytest.raises(UserError, match=r"in\.txt:2: "):
        tag_file(TAGGER, settings(tmp_path))
    assert not list(tmp_path.glob("out/*"))
