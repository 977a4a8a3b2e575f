"""Label Studio: what its own converter writes, which annotation counts, which field is the text."""

import json

import pytest
from documents import SPLITTER, WILD

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tags import spans as entities
from nlp_architect_ext.data.alignment import Remarks, to_sentence
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import ReadOptions, detect, format_named
from nlp_architect_ext.data.formats.label_studio_tasks import labelling_config, prediction

AUTO = ReadOptions()
FORMAT = format_named("label_studio")


def region(start, end, *labels, **more):
    value = {"start": start, "end": end, "labels": list(labels)} | more
    return {"from_name": "label", "to_name": "text", "type": "labels", "value": value}


def task(*results, data=None, **more):
    annotation = {"result": list(results)} | more
    return {"id": 5, "data": data or {"text": "Ada met Bob"}, "annotations": [annotation]}


def read(path, *tasks):
    path = path / "tasks.json"
    path.write_text(json.dumps(tasks, indent=1), encoding="utf-8")
    return list(FORMAT.read(path, AUTO))


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A project's tasks as the tool's own library exports them, in three forms."""
    pytest.importorskip("label_studio_sdk")
    from label_studio_sdk.converter import Converter

    folder = tmp_path_factory.mktemp("exports")
    FORMAT.write(folder / "tasks.json", WILD)
    tasks = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    for number, one in enumerate(tasks):  # as its database adds them
        one |= {"id": number, "file_upload": "x.json", "inner_id": number + 1}
        one["annotations"][0] |= {"id": number, "created_at": "2024-05-01T10:00:00.5Z"}
        one["annotations"][0] |= {"completed_by": 1, "was_cancelled": False, "lead_time": 3.5}
    (folder / "project.json").write_text(json.dumps(tasks), encoding="utf-8")
    converter = Converter(labelling_config(["PER", "LOC", "ORG", "X"]), str(folder))
    for form in ("JSON", "JSON_MIN", "CONLL2003"):
        converter.convert(str(folder / "project.json"), str(folder / form), form, is_dir=False)
    return folder


@pytest.mark.parametrize("form", ["JSON", "JSON_MIN"])
def test_exports_of_its_own_library_are_read(form, exported):
    path = exported / form / "result.json"
    assert detect(path, "columns").name == "label_studio"
    found = list(FORMAT.read(path, AUTO))
    assert [(one.text, one.spans) for one in found] == [(one.text, one.spans) for one in WILD]
    assert [one.id for one in found] == list(range(len(WILD)))


def test_its_conll_export_has_the_same_entities_where_it_keeps_them(exported):
    """Where words are the same and spans don't overlap: it drops some of the others."""
    rows = (exported / "CONLL2003" / "result.conll").read_text(encoding="utf-8")
    theirs = rows.split("\n\n")[1].splitlines()  # of the second task, behind -DOCSTART-
    ours = to_sentence(WILD[1], SPLITTER, Remarks("x"))
    assert [row.split(" ")[0] for row in theirs] == list(ours.words)
    assert tuple(row.split(" ")[-1] for row in theirs) == ours.labels


@pytest.mark.parametrize("form", ["JSON", "JSON_MIN"])
def test_an_export_is_training_data(form, exported):
    corpus = read_corpus(exported / form, train_filename="result.json", dev_filename="")
    assert corpus.labels.types == ("LOC", "ORG", "PER")
    assert sum(len(entities(one.labels)) for one in corpus.train) == 7
    assert any("2 spans: shares a word with a longer one" in note for note in corpus.notes)


def test_predictions_are_no_training_data(tmp_path):
    FORMAT.write(tmp_path / "x", [Document("Ada", (TextSpan(0, 3, "PER"),), is_prediction=True)])
    with pytest.raises(UserError, match="no labelled text"):
        read_corpus(tmp_path, train_filename="x", dev_filename="")


def answers(*annotations):
    numbered = enumerate(annotations)
    return {
        "data": {"text": "Ada met Bob"},
        "annotations": [one | {"result": [region(0, 3, str(place))]} for place, one in numbered],
    }


@pytest.mark.parametrize(
    ("annotations", "chosen"),
    [
        ([{}, {}], "1"),
        ([{"updated_at": "2024-02-01T00:00:00Z"}, {"updated_at": "2024-01-01T00:00:00Z"}], "0"),
        ([{"created_at": 1609789590}, {"created_at": 1609789589}], "0"),
        ([{}, {"was_cancelled": True}], "0"),
        ([{"ground_truth": True}, {"updated_at": "2024-01-01T00:00:00+02:00"}], "0"),
        ([{"was_cancelled": True}], None),
    ],
)
def test_which_annotation_counts(annotations, chosen, tmp_path):
    (document,) = read(tmp_path, answers(*annotations))
    assert document.spans == (None if chosen is None else (TextSpan(0, 3, chosen),))


@pytest.mark.parametrize(
    ("data", "regions", "text"),
    [
        ({"text": "Ada met Bob", "source": "x"}, [region(0, 3, "P")], "Ada met Bob"),
        ({"sentence": "Ada met Bob", "n": 1}, [region(0, 3, "P")], "Ada met Bob"),
        ({"a": "Bob", "b": "Ada came"}, [region(0, 3, "P", text="Ada")], "Ada came"),
        ({"text": {"a": 1}, "b": "Ada"}, [region(0, 3, "P")], "Ada"),
        ({"a": "Ada", "b": "Bob"}, [region(0, 3, "P")], None),
        ({"a": 1}, [], None),
    ],
)
def test_which_of_the_data_is_the_text(data, regions, text, tmp_path):
    if text is None:
        with pytest.raises(UserError, match=r"tasks\.json:2: .* in 'data'"):
            read(tmp_path, task(*regions, data=data))
    else:
        (document,) = read(tmp_path, task(*regions, data=data))
        assert document.text == text
        assert document.meta == {name: one for name, one in data.items() if one != text}


@pytest.mark.parametrize("marked", ["Ada\\nLee", "Ada\\n\\nLee", "Ada\r\nLee", "Ada\nLee"])
def test_line_ends_in_the_texts_of_regions_may_be_written_otherwise(marked, tmp_path):
    (document,) = read(
        tmp_path, task(region(0, 8, "PER", text=marked), data={"text": "Ada\r\nLee came"})
    )
    assert document.spans == (TextSpan(0, 8, "PER"),)


@pytest.mark.parametrize(("start", "end"), [(2, 5), (3, 6)])
def test_old_and_new_offsets_are_told_by_the_text(start, end, tmp_path):
    (document,) = read(tmp_path, task(region(start, end, "P", text="Ada"), data={"text": "😀 Ada"}))
    assert document.spans == (TextSpan(2, 5, "P"),)


def test_a_region_with_several_labels_is_several_spans_and_words_take_the_first(tmp_path):
    (document,) = read(tmp_path, task(region(0, 3, "PER", "ORG")))
    assert document.spans == (TextSpan(0, 3, "PER"), TextSpan(0, 3, "ORG"))
    assert to_sentence(document, SPLITTER, Remarks("x")).labels == ("B-PER", "O", "O")


def test_choices_survive_in_meta(tmp_path):
    choice = {"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [1]}}
    (document,) = read(tmp_path, task(region(0, 3, "PER"), choice))
    assert document.meta["results"] == [choice]
    FORMAT.write(tmp_path / "again.json", [document])
    (written,) = json.loads((tmp_path / "again.json").read_text())
    assert written["annotations"][0]["result"][1] == choice


def test_the_prediction_of_a_task_is_one_until_somebody_annotates_it(tmp_path):
    scored = region(0, 3, "PER") | {"score": 0.5}
    made = {"model_version": "v2", "score": 0.5, "result": [scored]}
    unseen = {"data": {"text": "Ada met Bob"}, "annotations": [], "predictions": [made]}
    (document,) = read(tmp_path, unseen)
    assert document.spans == (TextSpan(0, 3, "PER", 0.5),)
    assert (document.is_prediction, document.meta) == (True, {"model_version": "v2"})
    (done,) = read(tmp_path, unseen | {"annotations": [{"result": []}]})
    assert (done.is_prediction, done.spans) == (False, ())


@pytest.mark.parametrize(
    "wrong",
    [
        task(region(0, 3, "P") | {"type": "hypertextlabels"}),
        task(region(0, 3, "P") | {"type": "paragraphlabels"}),
        task(region(0, 3, "P", startOffset=0)),
        task(region("0", 3, "P")),
        task(region(0, 30, "P")),
        task(region(0, 3)),
        task(region(0, 3, "P"), region(0, 3, "P") | {"to_name": "other"}),
        task(region(0, 3, "P"), was_cancelled="no"),
        task(region(0, 3, "P"), updated_at="yesterday"),
        task("x"),
        {"data": {"text": "Ada"}, "annotations": {}},
        {"data": "Ada", "annotations": []},
    ],
)
def test_what_is_wrong_is_refused_with_its_line(wrong, tmp_path):
    path = tmp_path / "tasks.json"
    path.write_text(f"[\n{json.dumps(task())},\n\n{json.dumps(wrong)}]")
    with pytest.raises(UserError, match=r"tasks\.json:4: ") as caught:
        list(FORMAT.read(path, AUTO))
    assert "\n" not in str(caught.value)


def test_its_own_library_finds_predictions_and_configuration_valid():
    pytest.importorskip("label_studio_sdk")
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface(labelling_config(["PER", "LOC & co", "ORG", "LOC", "X"]))
    for document in WILD:
        made = prediction(document, "v1")
        assert interface.validate_prediction(made, return_errors=True) == []
    unknown = prediction(Document("Ada", (TextSpan(0, 3, "LOC <co>"),)), "v1")
    assert interface.validate_prediction(unknown, return_errors=True) != []
