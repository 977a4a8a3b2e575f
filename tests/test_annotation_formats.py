"""Annotation tools' JSON: what is written is read again, and every format knows its own files."""

import json
from dataclasses import replace
from functools import cache

import pytest
from documents import SPLITTER, WILD, documents, in_words, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.alignment import Remarks, to_sentence
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats import base
from nlp_architect_ext.data.formats.base import ReadOptions, detect, head_of

format_named = cache(base.format_named)  # looking through installed packages takes time
FORMATS = ("doccano", "gliner", "json", "label_studio", "prodigy")
OF_CHARACTERS = ("doccano", "json", "label_studio", "prodigy")
# doccano and GLiNER know neither scores nor who has marked a text.
WITH_PREDICTIONS = ("json", "label_studio", "prodigy")
AUTO = ReadOptions()

writing = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(path, name, items):
    format_named(name).write(path, items)
    return list(format_named(name).read(path, AUTO))


def read(path, name, *records, **options):
    """What the format reads of these records, as JSON Lines."""
    path = path / "file.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in records), encoding="utf-8")
    return list(format_named(name).read(path, ReadOptions(**options)))


def as_told(document, name):
    """A document without what the format can't say."""
    if name in WITH_PREDICTIONS:
        return document
    spans = document.spans
    bare = None if spans is None else tuple(replace(span, score=None) for span in spans)
    return replace(document, spans=bare, is_prediction=False)


@pytest.mark.parametrize("name", OF_CHARACTERS)
@writing
@given(items=st.lists(documents(), max_size=3))
def test_what_is_written_is_read_again(name, items, tmp_path):
    if name == "prodigy":  # it keeps both in one object
        items = [
            replace(one, meta={k: v for k, v in one.meta.items() if k != "id"}) for one in items
        ]
    assert [same(one) for one in written(tmp_path / "x", name, items)] == [
        as_told(one, name) for one in items
    ]


@writing
@given(items=st.lists(documents(), max_size=3))
def test_gliner_keeps_words_and_the_spans_of_words(items, tmp_path):
    items = [in_words(one) for one in items]
    for one, found in zip(items, written(tmp_path / "x", "gliner", items), strict=True):
        before, after = (to_sentence(x, SPLITTER, Remarks("")) for x in (one, found))
        assert (before.words, before.labels) == (after.words, after.labels)
        assert (one.id, one.meta) == (found.id, found.meta)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_known_by_its_first_records(name, tmp_path):
    path = tmp_path / "x"
    unlabelled_first = [Document("nobody has looked at this"), *WILD]
    for items in (WILD, unlabelled_first, [replace(one, is_prediction=True) for one in WILD]):
        format_named(name).write(path, map(in_words, items))
        assert detect(path, "columns").name == name


def test_texts_alone_are_none_of_these_formats(tmp_path):
    path = tmp_path / "x"
    for content in ('{"text": "a"}\n{"text": "b", "meta": {"x": 1}}\n', "a\tB-PER\n", "[]", ""):
        path.write_text(content)
        assert not [name for name in FORMATS if format_named(name).recognises(head_of(path))]


@pytest.mark.parametrize("name", OF_CHARACTERS)
def test_the_wildest_texts_survive(name, tmp_path):
    assert [same(one) for one in written(tmp_path / "x", name, WILD)] == WILD


@pytest.mark.parametrize("name", OF_CHARACTERS)
def test_tags_of_words_are_written_as_spans(name, tmp_path):
    tagged = Document("Ada runs .", None, ((0, 3), (4, 8), (9, 10)), ("NOUN", "VERB", "O"))
    (found,) = written(tmp_path / "x", name, [tagged])
    assert found.spans == (TextSpan(0, 3, "NOUN"), TextSpan(4, 8, "VERB"))


def test_doccano_has_had_three_layouts(tmp_path):
    entity = {"id": 7, "label": "PER", "start_offset": 3, "end_offset": 6}
    relation = {"id": 1, "from_id": 7, "to_id": 7, "type": "self"}
    old, today, relations = read(
        tmp_path,
        "doccano",
        {"id": 1, "data": "😀 Ada", "labels": [[3, 6, "PER"]]},
        {"id": 2, "text": "😀 Ada", "label": [[3, 6, "PER"]], "Comments": ["why?"]},
        {"id": 3, "text": "😀 Ada", "entities": [entity], "relations": [relation]},
    )
    assert old.spans == today.spans == relations.spans == (TextSpan(2, 5, "PER"),)
    assert (old.id, today.meta, relations.meta["relations"]) == (
        1,
        {"Comments": ["why?"]},
        [relation],
    )


def test_offsets_are_read_in_the_unit_that_is_named(tmp_path):
    record = {"text": "😀 Ada a", "label": [[2, 5, "PER"]]}
    (auto,) = read(tmp_path, "doccano", record)
    (named,) = read(tmp_path, "doccano", record, offsets="codepoint")
    assert auto.spans == (TextSpan(1, 4, "PER"),)
    assert named.spans == (TextSpan(2, 5, "PER"),)


@pytest.mark.parametrize(
    ("name", "record", "spans"),
    [
        ("prodigy", {"text": "Ada", "spans": [{"start": 0, "end": 3, "label": "P"}]}, 1),
        ("prodigy", {"text": "Ada", "spans": [], "answer": "accept"}, 0),
        ("prodigy", {"text": "Ada", "spans": [], "answer": "reject"}, None),
        ("doccano", {"text": "Ada", "label": []}, 0),
        ("json", {"text": "Ada", "entities": [{"start": 0, "end": 3, "label": "P"}]}, 1),
        ("gliner", {"tokenized_text": ["Ada", "\n"], "ner": [[0, 0, "P"]]}, 1),
    ],
)
def test_what_counts_as_looked_at(name, record, spans, tmp_path):
    (document,) = read(tmp_path, name, record)
    assert document.spans is None if spans is None else len(document.spans) == spans
    assert not document.is_prediction


def test_a_rejected_task_keeps_its_answer(tmp_path):
    (document,) = read(tmp_path, "prodigy", {"text": "Ada", "spans": [], "answer": "reject"})
    (again,) = written(tmp_path / "x", "prodigy", [document])
    assert json.loads((tmp_path / "x").read_text())["answer"] == "reject"
    assert same(again) == same(document)


def test_words_of_a_tokenizer_may_have_lost_case_and_spaces(tmp_path):
    entity = {"entity_group": "ORG", "score": 0.5, "start": 3, "end": 15, "word": "zoe ' s s ##hop"}
    (document,) = read(
        tmp_path, "json", {"text": "At Zoë's  Shop.", "entities": [entity | {"end": 14}]}
    )
    assert document.spans == (TextSpan(3, 14, "ORG", 0.5),)
    assert document.is_prediction
    with pytest.raises(UserError, match=r"jsonl:1: span 3:15 is .* not"):
        read(tmp_path, "json", {"text": "At Zoë's  Shop.", "entities": [entity | {"word": "Bob"}]})


WRONG = [
    ("prodigy", {"text": "Ada", "spans": [{"start": 0, "end": 4, "label": "P"}]}),
    ("prodigy", {"text": "Ada", "spans": [{"start": 0, "end": 3, "label": " "}]}),
    ("prodigy", {"text": "Ada", "spans": [{"start": 0, "end": 2, "text": "da", "label": "P"}]}),
    ("prodigy", {"text": "Ada", "spans": [], "answer": "maybe"}),
    ("prodigy", {"text": "Ada", "meta": "x"}),
    ("prodigy", {"text": "Ada B", "tokens": [{"start": 0, "end": 5}]}),
    ("prodigy", {"text": "Ada", "tokens": [{"start": 1, "end": 3}, {"start": 0, "end": 2}]}),
    ("prodigy", {"text": "Ada", "tokens": 0}),
    ("doccano", {"text": "😀 Ada", "label": [[1, 3, "P"]]}),
    ("doccano", {"text": "Ada", "label": [[0, 3]]}),
    ("doccano", {"text": "Ada", "label": [[0, True, "P"]]}),
    ("doccano", {"text": "Ada", "label": ["positive"]}),
    ("doccano", {"text": "Ada", "data": "Bob", "label": []}),
    ("doccano", {"id": 1, "label": []}),
    ("gliner", {"tokenized_text": ["New York"], "ner": []}),
    ("gliner", {"tokenized_text": ["Ada"], "ner": [[0, 1, "P"]]}),
    ("gliner", {"tokenized_text": ["Ada", ""], "ner": [[1, 1, "P"]]}),
    ("json", {"text": "Ada", "entities": [{"start": 0, "end": 3}]}),
    ("json", {"text": "Ada", "entities": [{"start": 0, "end": 3, "label": "P", "score": 7}]}),
    ("json", {"text": "Ada\ud83d", "entities": []}),
]


@pytest.mark.parametrize(("name", "record"), WRONG)
def test_what_is_wrong_is_refused_with_its_line(name, record, tmp_path):
    good = {"text": "Ada", "spans": [], "label": [], "entities": []}
    good = {"tokenized_text": ["Ada"], "ner": []} if name == "gliner" else good
    if name == "doccano":
        del good["entities"]
    with pytest.raises(UserError, match=r"file\.jsonl:2: ") as caught:
        read(tmp_path, name, good, record)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ['{"tex": "Ada", "label": []}\n', '[{"a": 1}]', '{"text": 1\n'])
def test_json_of_no_format_is_never_read_as_columns(content, tmp_path):
    (tmp_path / "x").write_text(content)
    with pytest.raises(UserError, match="x:1: "):
        detect(tmp_path / "x", "columns")
