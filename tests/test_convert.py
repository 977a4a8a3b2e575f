"""`nlp-train convert`, and labelled data of other formats on its way into training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp_architect_ext import cli
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.data.conversion import convert
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.data.formats.base import ReadOptions, format_named

ADA = "Ada Lovelace 👩🏽‍💻 moved to Zürich."
TASKS = [
    {"text": ADA, "spans": [{"start": 0, "end": 12, "label": "PER"}], "answer": "accept"},
    {"text": "שלום Acme", "spans": [{"start": 5, "end": 9, "label": "ORG"}], "answer": "accept"},
    {"text": "Nobody knows.", "spans": [], "answer": "accept"},
    {"text": "Ignored, they say.", "answer": "ignore"},
]


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.jsonl"
    lines = [json.dumps(task, ensure_ascii=False) for task in TASKS]
    path.write_bytes("\r\n".join(lines).encode() + b"\r\n")  # as Windows writes it
    return path


def test_columns_and_back_keep_words_and_labels(tasks: Path, tmp_path: Path) -> None:
    columns, again = tmp_path / "train.conll", tmp_path / "again.conll"
    assert cli.train(["convert", str(tasks), str(columns), "--only", "labelled"]) == 0
    text = columns.read_text(encoding="utf-8")
    assert text.startswith("Ada\tB-PER\nLovelace\tI-PER\n👩\tO\n")
    assert text.count("\n\n") == 2
    middle = tmp_path / "middle.jsonl"
    assert cli.train(["convert", str(columns), str(middle), "--to", "prodigy"]) == 0
    assert cli.train(["convert", str(middle), str(again)]) == 0
    assert again.read_bytes() == columns.read_bytes()


def test_offsets_stay_those_of_the_text(tasks: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.jsonl"
    convert(tasks, target, write_as="prodigy")
    copies = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [copy["text"] for copy in copies] == [task["text"] for task in TASKS]
    assert [copy.get("spans") for copy in copies] == [task.get("spans") for task in TASKS]
    assert [copy.get("answer") for copy in copies] == ["accept", "accept", "accept", "ignore"]


def test_texts_become_tasks_and_labels_of_words_become_spans(tmp_path: Path) -> None:
    raw, tasks = tmp_path / "raw.txt", tmp_path / "tasks.jsonl"
    raw.write_text("One text.\nAnother one.\n", encoding="utf-8")
    assert convert(raw, tasks, write_as="prodigy").texts == 2
    assert [json.loads(line)["text"] for line in tasks.read_text().splitlines()] == [
        "One text.",
        "Another one.",
    ]
    plain = tmp_path / "pos.conll"
    plain.write_text("Birds\tNOUN\nfly\tVERB\n\nGo\tVERB\n", encoding="utf-8")
    (first, _) = format_named("columns").read(plain, ReadOptions())
    assert first.tags == ("NOUN", "VERB")
    found = convert(plain, tmp_path / "spans.jsonl", write_as="prodigy")
    assert (found.texts, found.spans) == (2, 3)


def test_labels_and_none_dont_fit_into_one_column_file(tasks: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="3 of 4 texts would have labels"):
        convert(tasks, tmp_path / "out.conll")
    assert not (tmp_path / "out.conll").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["out.xyz"], ".xyz is that of no format"),
        (["tasks.jsonl"], "is the file that is read"),
        (["there.conll"], "exists"),
        (["out.conll", "--from", "prodigi"], "did you mean 'prodigy'"),
        (["out.conll", "--only", "predicted"], "no text to write"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    arguments: list[str], says: str, tasks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name for path in tasks.parent.iterdir()} | {"there.conll"}
    (tasks.parent / "there.conll").write_text("mine", encoding="utf-8")
    name, *flags = arguments
    assert cli.train(["convert", str(tasks), str(tasks.parent / name), *flags]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert {path.name for path in tasks.parent.iterdir()} == before
    assert (tasks.parent / "there.conll").read_text(encoding="utf-8") == "mine"


def test_predictions_that_become_labels_are_mentioned(tmp_path: Path) -> None:
    entity = {"entity_group": "PER", "score": 0.9, "word": "Ada", "start": 0, "end": 3}
    predictions = tmp_path / "output.jsonl"
    predictions.write_text(json.dumps({"text": "Ada left.", "entities": [entity]}))
    tasks = convert(predictions, tmp_path / "tasks.json", write_as="label_studio")
    assert tasks.notes == ()
    (task,) = json.loads((tmp_path / "tasks.json").read_text())
    (prediction,) = task["predictions"]
    assert prediction["result"][0]["value"]["labels"] == ["PER"]
    (note,) = convert(predictions, tmp_path / "train.conll").notes
    assert "1 text with labels that nobody has checked: columns can't say so" in note


def test_texts_in_which_a_tagger_finds_nothing_stay_predictions(tmp_path: Path) -> None:
    predictions = tmp_path / "output.jsonl"
    predictions.write_text(json.dumps({"text": "Nobody left.", "entities": []}))
    tasks = convert(predictions, tmp_path / "tasks.json", write_as="label_studio")
    assert (tasks.labelled, tasks.predicted) == (0, 1)
    (task,) = json.loads((tmp_path / "tasks.json").read_text())
    assert "annotations" not in task
    assert task["predictions"][0]["result"] == []


def test_every_altered_span_is_reported(tmp_path: Path) -> None:
    text = "New York-based Acme Corp said so "
    spans = [
        {"start": 0, "end": 8, "label": "LOC"},
        {"start": 0, "end": 14, "label": "MISC"},  # longer
        {"start": 15, "end": 22, "label": "ORG"},  # cuts "Corp"
        {"start": 30, "end": 33, "label": "two words"},  # with a space behind the last word
    ]
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text(json.dumps({"text": text, "spans": spans, "answer": "accept"}))
    corpus = read_corpus(tmp_path, train_filename="tasks.jsonl")
    (sentence,) = corpus.train
    pairs = zip(sentence.words, sentence.labels or (), strict=True)
    assert list(pairs) == [
        ("New", "B-MISC"),
        ("York", "I-MISC"),
        ("-", "I-MISC"),
        ("based", "I-MISC"),
        ("Acme", "B-ORG"),
        ("Corp", "I-ORG"),
        ("said", "O"),
        ("so", "B-two_words"),
    ]
    place = f"{tasks}:1"
    notes = "\n".join(corpus.notes)
    assert f"takes the whole word; first ORG 'Acme Co' at {place}" in notes
    assert f"is left out; first LOC 'New York' at {place}" in notes
    assert f"which becomes _; first two words 'so ' at {place}" in notes
    assert notes.count("1 span: ") == 3


def test_inspection_finds_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "train.txt": "Paris\tB-LOC\nsleeps\tO\n\nParis\tB-LOC\nis\tO\n\nOh\tO\nParis\tB-LOC\n\n"
        "Paris\tO\nsings\tO\n\nsings\tO\nParis\tB-PER\n\n",
        "dev.txt": "Paris\tO\nsleeps\tO\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    out = tmp_path / "out"
    assert cli.train(["inspect", str(tmp_path), "--output_dir", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "1 sentence of train in dev too" in shown
    assert "'Paris' is B-LOC and O" in shown
    assert "Paris: LOC 3, PER 1" in shown
    assert f"not at {tmp_path / 'train.txt'}:10" in shown
    assert (out / "data.png").read_bytes().startswith(b"\x89PNG")
    found = {one["name"]: one["count"] for one in read_json(out / "findings.json")["findings"]}
    assert found["train_in_dev"] == found["two_labellings"] == found["several_types"] == 1
    assert found["rare_types"] == 2


def test_inspection_of_a_single_file_of_another_format(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.train(["inspect", str(tasks), "--output_dir", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert "read as prodigy" in shown
    assert "1 text without accepted labels left out" in shown


def test_inspection_of_a_saved_dataset(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(tasks, tmp_path / "saved", write_as="datasets")
    found = ["inspect", str(tmp_path / "saved"), "--output_dir", str(tmp_path / "out")]
    assert cli.train(found) == 0
    assert "read as datasets" in capsys.readouterr().out
