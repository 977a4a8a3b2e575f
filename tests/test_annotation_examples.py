"""The examples for annotation tools: Label Studio's messages, Prodigy's recipe."""

import importlib.util
import json
import random
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from corpora import sentence

from nlp_architect_ext import load, train
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.base import ReadOptions, format_named
from nlp_architect_ext.data.formats.column_files import to_document
from nlp_architect_ext.data.formats.label_studio_tasks import labelling_config, results

EXAMPLES = Path(__file__).parents[1] / "examples"
SHORT = {"epochs": 1, "min_epoch_steps": 40, "threads": 1}
SHORTEST = SHORT | {"min_epoch_steps": 2}
CONFIG = labelling_config(["PER", "LOC"]).replace('"label"', '"ner"').replace("$text", "$body")


def imported(path):
    """A script as a module that another process can import too."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def documents(count, seed=0):
    draw = random.Random(seed)
    for _ in range(count):
        words, tags = zip(*sentence(draw), strict=True)
        yield to_document(Sentence(words, tags))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A small tagger that knows our people and places."""
    folder = tmp_path_factory.mktemp("model") / "out"
    path = folder.parent / "export.jsonl"
    format_named("doccano").write(path, documents(80))
    train(path, output_dir=folder, progress=False, **SHORT)
    return folder


@pytest.fixture
def backend(model, tmp_path, monkeypatch):
    """The server, and its address."""
    monkeypatch.syspath_prepend(EXAMPLES / "label_studio")
    module = imported(EXAMPLES / "label_studio" / "backend.py")
    backend = module.Backend(model, tmp_path / "work", 0, SHORTEST)
    with module.server(backend, "127.0.0.1", 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def post(url, content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:
        return answer.status, json.load(answer)


def submitted(number, document):
    """What Label Studio sends when somebody submits an annotation."""
    annotation = {"id": number, "result": results(document), "created_at": "2024-05-01T10:00:00Z"}
    task = {"id": number, "data": {"body": document.text}}
    return {"action": "ANNOTATION_CREATED", "project": {"id": 1}, "task": task} | {
        "annotation": annotation
    }


def test_label_studio_s_messages_are_answered(backend):
    with urlopen(f"{backend}/health") as answer:
        assert json.load(answer)["status"] == "UP"
    setup = {"project": "1.17", "schema": CONFIG, "hostname": "", "access_token": ""}
    assert post(f"{backend}/setup", setup) == (200, {"model_version": "out"})
    text = "😀 Dora Maar met Chen Li in New York ."
    request = {"tasks": [{"id": 3, "data": {"body": text}}, {"id": 4, "data": {}}]}
    status, answer = post(f"{backend}/predict", request | {"label_config": CONFIG, "params": {}})
    assert (status, answer["model_version"]) == (200, "out")
    first, empty = answer["results"]
    assert empty["result"] == []
    assert 0 < first["score"] <= 1
    for region in first["result"]:
        value = region["value"]
        assert (region["from_name"], region["to_name"], region["type"]) == ("ner", "text", "labels")
        assert text[value["start"] : value["end"]] == value["text"]
    assert any(region["value"]["text"] == "New York" for region in first["result"])


@pytest.mark.parametrize("content", [b"{", b"[]", {"action": "ANNOTATION_CREATED"}])
def test_messages_that_are_wrong_are_refused_and_the_server_stays(content, backend):
    with pytest.raises(HTTPError) as caught:
        post(f"{backend}/webhook", content)
    assert caught.value.code == 400
    assert post(f"{backend}/predict", {"tasks": []})[0] == 200


def test_submitted_annotations_train_a_model_that_takes_over(backend):
    assert post(f"{backend}/webhook", {"action": "START_TRAINING"}) == (201, {"training": False})
    for number, document in enumerate(documents(20, seed=1)):
        assert post(f"{backend}/webhook", submitted(number, document))[0] == 201
    assert post(f"{backend}/webhook", {"action": "START_TRAINING"}) == (201, {"training": True})
    deadline = time.monotonic() + 120
    version = "out"
    while version == "out" and time.monotonic() < deadline:
        time.sleep(0.2)
        version = post(f"{backend}/predict", {"tasks": []})[1]["model_version"]
    assert version != "out"


@pytest.fixture
def recipe(monkeypatch):
    """The recipe, beside a Prodigy that only takes note of it."""
    found = {}

    def decorator(name, **arguments):
        def keep(function):
            found[name] = (function, arguments)
            return function

        return keep

    stub = ModuleType("prodigy")
    stub.recipe = decorator
    monkeypatch.setitem(sys.modules, "prodigy", stub)
    imported(EXAMPLES / "prodigy" / "recipe.py")
    return found["ner.nlp-architect"][0]


def test_prodigy_s_recipe_marks_texts_and_learns_from_the_answers(recipe, model, tmp_path):
    items = list(documents(30, seed=2))
    source = tmp_path / "texts.jsonl"
    format_named("prodigy").write(source, [Document(one.text, id=n) for n, one in enumerate(items)])
    controller = recipe(
        "set", str(model), str(source), str(tmp_path), settings=json.dumps(SHORTEST)
    )
    assert controller["view_id"] == "ner_manual"
    assert set(controller["config"]["labels"]) == {"PER", "LOC"}
    tasks = list(controller["stream"])
    assert [task["text"] for task in tasks] == [one.text for one in items]
    assert [task["meta"]["id"] for task in tasks] == list(range(30))
    for task in tasks:
        tokens = task["tokens"]
        assert "answer" not in task
        for span in task["spans"]:
            first, last = tokens[span["token_start"]], tokens[span["token_end"]]
            assert (first["start"], last["end"]) == (span["start"], span["end"])
    answers = [task | {"answer": "accept" if n % 9 else "reject"} for n, task in enumerate(tasks)]
    controller["update"](answers[:9])
    controller["update"](answers[9:])
    controller["on_exit"](None)
    (saved,) = tmp_path.glob("answers-*.jsonl")
    found = list(format_named("prodigy").read(saved, ReadOptions()))
    assert sum(one.is_labelled for one in found) == sum("accept" in str(one) for one in answers)
    (new,) = tmp_path.glob("model-*")
    assert load(new).labels.types == ("LOC", "PER")
