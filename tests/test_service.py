"""The HTTP service: the real one, over real connections, in a process without torch."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import pytest
from engines import FASTEST
from served import in_thread, start
from test_tagger import SOFTMAX

from nlp_architect_ext import cli
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import ANNOTATE, LABEL_ERRORS
from nlp_architect_ext.data.suspected import check_suspected
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.serving.http.batching import Batcher
from nlp_architect_ext.serving.http.errors import RequestError
from nlp_architect_ext.serving.http.job import Job, items_of
from nlp_architect_ext.serving.http.metrics import Metrics
from nlp_architect_ext.serving.http.models import ServedModel
from nlp_architect_ext.serving.http.token import VARIABLE, read_token
from nlp_architect_ext.serving.http.waiting import WaitingTexts
from nlp_architect_ext.settings.serving import LimitSettings

TEXTS = ["Anna met Bo in Oslo today.", "", "👩‍🚀 Éa  met\tAnna", " ", "Oslo " * 50, "a\x00b\u200b"]
MARKER = "Zanzibar-5417"  # in a text that no log may hold


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run's folder with an export that rounds nothing, and with sentences to annotate."""
    path = tmp_path_factory.mktemp("service") / "run"
    SOFTMAX.export(path, "fp32")
    lines = "0.5000\tAnna met Bo in Oslo .\n0.2500\tBo met\u00a0Éa today .\n"
    (path / ANNOTATE).write_text(lines, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tagger(folder):
    return Tagger.load(folder)


@pytest.fixture(scope="module")
def model(folder, tagger):
    return ServedModel("run", tagger, folder)


@pytest.fixture(scope="module")
def service(folder, tmp_path_factory):
    """A service with two models and without torch."""
    log = tmp_path_factory.mktemp("log") / "log.txt"
    places = ["--model_dir", folder, "--model_dir", f"again={folder}"]
    process = start(log, *places, "--drain_s", 0, "--max_words", 100)
    yield process
    assert process.stop() == 0
    assert "draining" in process.log


def expected(tagger, text, threshold=0.0):
    entities = [asdict(entity) for entity in tagger(text, threshold)]
    return [{**entity, "score": pytest.approx(entity["score"], abs=1e-4)} for entity in entities]


def test_it_listens_on_loopback_only(service):
    assert service.host == "127.0.0.1"


@pytest.mark.parametrize("text", TEXTS)
def test_entities_are_those_of_the_tagger(service, tagger, text):
    found = service.predict(text)
    assert found.status == 200
    assert found.json == {
        "text": text,
        "entities": expected(tagger, text),
        "words": [list(pair) for pair in tagger.sentence(text).offsets],
        "teacher_entities": None,
    }
    assert service.ask("POST", "/models/again/predict", {"text": text}).json == found.json


def test_several_texts_are_answered_in_their_order(service, tagger):
    found = service.ask("POST", "/predict", {"texts": TEXTS, "teacher": True}).json["results"]
    assert [one["text"] for one in found] == TEXTS
    assert [one["entities"] for one in found] == [expected(tagger, text) for text in TEXTS]
    assert service.ask("POST", "/predict", {"texts": []}).json == {"results": []}


def test_a_threshold_leaves_out_what_scores_below(service, tagger):
    scores = sorted(entity.score for entity in tagger(TEXTS[0]))
    between = (scores[0] + scores[-1]) / 2
    found = service.predict(TEXTS[0], threshold=between).json["entities"]
    assert found == expected(tagger, TEXTS[0], between)
    assert 0 < len(found) < len(scores)


def test_fifty_clients_at_once_get_what_each_would_get_alone(service, tagger):
    def client(number):
        texts = [f"Anna met Bo{'.' * (number % 7)} in Oslo {turn}" for turn in range(5)]
        return [(text, service.predict(text).json["entities"]) for text in texts]

    with ThreadPoolExecutor(50) as pool:
        answers = [pair for pairs in pool.map(client, range(50)) for pair in pairs]
    assert len(answers) == 250
    for text, entities in answers:
        assert entities == expected(tagger, text)


def test_models_are_listed_the_first_first(service):
    found = service.ask("GET", "/models").json["models"]
    shared = {
        "labels": ["LOC", "PER"],
        "scheme": "IOB2",
        "language": "en",
        "engine": FASTEST,
        "teacher": False,
    }
    assert found == [{"name": "run", **shared}, {"name": "again", **shared}]


def test_sentences_to_look_at_are_those_of_the_run(service, tagger):
    found = service.ask("GET", "/models/run/queue").json
    assert found["kind"] == "uncertain"
    assert [item["uncertainty"] for item in found["items"]] == [0.5, 0.25]
    assert len({item["id"] for item in found["items"]}) == 2
    for item in found["items"]:
        assert item["text"][slice(*item["words"][0])] in ("Anna", "Bo")
        (entities,) = tagger.predict([tuple(item["text"].split(" "))])
        assert item["entities"] == [
            {**asdict(one), "score": pytest.approx(one.score, abs=1e-4)} for one in entities
        ]
        assert item["labelled"] is None


SUSPECT = {
    "rank": 1,
    "file": "data/train.txt",
    "line": 3,
    "sentence_line": 2,
    "words": ["Anna", "😀", "Oslo"],
    "sentence_labels": ["B-PER", "O", "O"],
    "start": 2,
    "end": 3,
    "kind": "missed",
    "given": ["O"],
    "suggested": ["B-LOC"],
    "score": 0.9,
}


@pytest.fixture
def label_check(tmp_path):
    """A folder as check_labels leaves it, with two suspects in one sentence and one in another."""
    second = {**SUSPECT, "start": 0, "end": 1, "given": ["B-PER"], "suggested": ["O"], "score": 0.8}
    other = {**SUSPECT, "sentence_line": 9}
    lines = [json.dumps(one) for one in (SUSPECT, other, second)]
    (tmp_path / LABEL_ERRORS).write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_suspicious_labels_are_those_of_a_check(model, label_check):
    checked = replace(model, label_check=label_check)
    with in_thread([checked], LimitSettings()) as service:
        first, other = service.ask("GET", "/models/run/queue?kind=suspicious").json["items"]
    with in_thread([checked], LimitSettings(queue=1)) as service:
        cut = service.ask("GET", "/models/run/queue?kind=suspicious").json
    assert (cut["items"], cut["total"]) == ([first], 2)
    assert first["text"] == "Anna 😀 Oslo"
    assert first["words"] == [[0, 4], [5, 6], [7, 11]]
    assert first["labelled"]["labels"] == SUSPECT["sentence_labels"]
    assert (first["labelled"]["file"], first["labelled"]["line"]) == ("data/train.txt", 2)
    shown = {"start", "end", "kind", "given", "suggested", "score"}
    assert first["labelled"]["suspects"][0] == {name: SUSPECT[name] for name in shown}
    assert [one["score"] for one in first["labelled"]["suspects"]] == [0.9, 0.8]
    # The same words with the same labels stand elsewhere too: another decision.
    assert first["id"] != other["id"]


def test_without_a_check_no_label_is_suspicious(service):
    found = service.ask("GET", "/models/run/queue?kind=suspicious")
    assert found.json == {"items": [], "kind": "suspicious", "total": 0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sentence_labels": None}, "label_errors.jsonl:1: 'sentence_labels' is null"),
        ({"sentence_labels": ["O"]}, "label_errors.jsonl:1: 1 labels for 3 words"),
        ({"end": 4}, "label_errors.jsonl:1: words 2 to 4 of 3"),
        ({"suggested": ["B-ORG"]}, "label 'B-ORG'"),
        ({"sentence_labels": ["B-ORG", "O", "O"]}, "label 'B-ORG'"),
    ],
)
def test_a_check_that_cannot_be_decided_on_is_refused(change, said, tmp_path):
    path = tmp_path / LABEL_ERRORS
    path.write_text(json.dumps({**SUSPECT, **change}), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        check_suspected(path, SOFTMAX.labels)
    assert said in str(caught.value)


def body(**changes):
    return {"text": "Anna", **changes}


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b'{"text": "\\ud800"}', 422, "surrogate at character 0"),
        (b'{"texts": ["a", "b\\udfff"]}', 422, "surrogate at character 1"),
        (b'{"text": "a", "\\ud800": 1}', 422, "valid string"),
        (b'{"text": "a", "threshold": NaN}', 422, "finite"),
        (b'{"text": "a", "threshold": 1e999}', 422, "finite"),
        (b'{"text": "a", "threshold": 1.5}', 422, "less than or equal to 1"),
        (b'{"text": "a", "threshold": ' + b"9" * 5000 + b"}", 422, "isn't JSON"),
        (b"[" * 100_000, 422, "isn't JSON"),
        (b'{"text": "a"', 422, "JSON decode error"),
        (b'{"text": "\xff"}', 422, "isn't JSON"),
        (b"null", 422, "dictionary"),
        (b"", 422, "required"),
        (b'{"text": 1}', 422, "string"),
        (b'{"text": "a", "texts": []}', 422, "Extra inputs"),
        (b'{"text": "a", "teacher": 1}', 422, "boolean"),
        (json.dumps({"text": "word " * 101}).encode(), 422, "101 words; expected at most 100"),
        (json.dumps({"texts": ["a", "!" * 900]}).encode(), 422, "text 1: 900 words"),
        (json.dumps({"texts": ["a"] * 1025}).encode(), 422, "1,025 texts"),
        (b'{"text": "' + b"a" * 10_000_000 + b'"}', 413, "at most 1,048,576 bytes"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_shape(service, content, status, said):
    found = service.ask("POST", "/predict", content)
    assert found.status == status
    assert list(found.json) == ["error"]
    assert said in found.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/predict", 405),
        ("GET", "/nowhere", 404),
        ("POST", "/models/nobody/predict", 404),
        ("GET", "/models/nobody/queue", 404),
        ("GET", "/models/run/queue?kind=odd", 422),
    ],
)
def test_other_mistakes_have_the_same_shape(service, method, path, status):
    found = service.ask(method, path, {"text": "a"} if method == "POST" else None)
    assert (found.status, list(found.json)) == (status, ["error"])


@pytest.mark.parametrize(
    "headers", [{"Content_Type": "text/plain"}, {"Content_Encoding": "gzip"}, {"Content_Type": ""}]
)
def test_only_plain_json_is_read(service, headers):
    found = service.ask("POST", "/predict", body(), **headers)
    assert (found.status, list(found.json)) == (415, ["error"])


def test_a_body_of_unknown_length_is_limited_too(service):
    with socket.create_connection((service.host, service.port)) as connection:
        head = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            connection.sendall(b"20000\r\n" + b"a" * 0x20000 + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_whoever_asks_before_sending_too_much_is_told_at_once(service):
    with socket.create_connection((service.host, service.port)) as connection:
        head = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n"
        connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def tensor(data, shape, **changes):
    return {"name": "text", "shape": shape, "datatype": "BYTES", "data": data, **changes}


@pytest.mark.parametrize("version", ["", "/versions/1"])
def test_the_open_inference_protocol(service, tagger, version):
    for path, key in (("/v2/health/live", "live"), ("/v2/health/ready", "ready")):
        assert service.ask("GET", path).json[key] is True
    assert service.ask("GET", "/v2").json["extensions"] == []
    place = f"/v2/models/run{version}"
    assert service.ask("GET", f"{place}/ready").json == {"name": "run", "ready": True}
    metadata = service.ask("GET", place).json
    assert metadata["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert metadata["outputs"] == [{"name": "entities", "datatype": "BYTES", "shape": [-1]}]
    request = {"id": "7", "inputs": [tensor([[text] for text in TEXTS], [len(TEXTS), 1])]}
    found = service.ask("POST", f"{place}/infer", {**request, "outputs": [{"name": "entities"}]})
    answer = found.json
    assert {key: answer[key] for key in ("model_name", "model_version", "id")} == {
        "model_name": "run",
        "model_version": "1",
        "id": "7",
    }
    (output,) = answer["outputs"]
    assert (output["name"], output["datatype"]) == ("entities", "BYTES")
    assert output["shape"] == [len(TEXTS), 1]
    assert list(map(json.loads, output["data"])) == [expected(tagger, text) for text in TEXTS]


@pytest.mark.parametrize(
    ("path", "request_body", "status"),
    [
        ("run/infer", {"inputs": [tensor(["a"], [2])]}, 400),
        ("run/infer", {"inputs": [tensor(["a"], [1], datatype="FP32")]}, 400),
        ("run/infer", {"inputs": []}, 400),
        ("run/infer", {"inputs": [tensor(["word " * 101], [1])]}, 400),
        ("run/infer", {"inputs": [tensor(["a"], [1])], "outputs": [{"name": "odd"}]}, 400),
        ("nobody/infer", {"inputs": [tensor(["a"], [1])]}, 404),
        ("run/versions/2/infer", {"inputs": [tensor(["a"], [1])]}, 404),
    ],
)
def test_mistakes_in_the_open_inference_protocol(service, path, request_body, status):
    found = service.ask("POST", f"/v2/models/{path}", request_body)
    assert (found.status, list(found.json)) == (status, ["error"])


def test_openapi_says_how_offsets_count_and_which_models_there_are(service):
    page = service.ask("GET", "/openapi.json").json
    assert "Unicode code\npoints" in page["info"]["description"]
    (parameter,) = page["paths"]["/models/{name}/predict"]["post"]["parameters"]
    assert parameter["schema"]["enum"] == ["run", "again"]
    assert {"413", "422", "503"} <= set(page["paths"]["/predict"]["post"]["responses"])


def test_metrics_count_and_the_log_holds_no_text(service):
    service.predict(MARKER)
    service.ask("POST", f"/predict?text={MARKER}", {"text": MARKER}, X_Text=MARKER)
    service.ask("GET", f"/models/{MARKER}/queue")
    service.ask("GET", f"/{MARKER}")
    service.ask(MARKER.upper(), "/predict")
    service.ask("POST", "/predict", MARKER.encode())
    found = service.ask("GET", "/metrics")
    assert found.headers["content-type"].startswith("text/plain")
    metrics = found.content.decode()
    assert 'nlp_requests_total{method="POST",route="/predict",status="200"}' in metrics
    assert 'nlp_batch_texts_count{model="run"}' in metrics
    assert "POST /predict 200" in service.log
    for place in (metrics, service.log):
        assert MARKER not in place
        assert MARKER.upper() not in place


def test_a_token_is_asked_for_everywhere_but_at_the_health_checks(folder, tmp_path):
    (tmp_path / "token").write_text("s3cret-token\n")
    flags = ["--drain_s", 0, "--token_file", tmp_path / "token"]  # stronger than the environment
    env = {**os.environ, VARIABLE: "other"}
    guarded = start(tmp_path / "log", "--model_dir", folder, *flags, env=env)
    try:
        right = {"Authorization": "Bearer s3cret-token"}
        for path, operations in guarded.ask("GET", "/openapi.json").json["paths"].items():
            path = path.format(name="run", version="1") if "{" in path else path
            for method, operation in operations.items():
                call = (method.upper(), path, {} if method == "post" else None)
                status = 401 if "security" in operation else 200
                assert guarded.ask(*call).status == status, path
                assert guarded.ask(*call, Authorization="Bearer wrong").status == status
                assert guarded.ask(*call, **right).status in (200, 400, 422)
        refused = guarded.predict("Anna")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert "security" in guarded.ask("GET", "/openapi.json").json["paths"]["/metrics"]["get"]
    finally:
        assert guarded.stop() == 0
    assert "s3cret" not in guarded.log


def test_a_token_may_come_from_the_environment(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert read_token(None) is None
    monkeypatch.setenv(VARIABLE, "of-the-environment")
    assert read_token(None) == "of-the-environment"
    monkeypatch.setenv(VARIABLE, "")
    with pytest.raises(UserError, match="empty token"):
        read_token(None)


def test_sigterm_answers_what_is_under_way_and_says_so_before(folder, tmp_path):
    slow = ["--max_wait_ms", 1000, "--drain_s", 0.5]  # a batch waits a second for company
    service = start(tmp_path / "log", "--model_dir", folder, *slow)
    assert service.ask("GET", "/health/ready").status == 200
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.predict, "Anna met Bo")
        time.sleep(0.2)
        service.process.terminate()
        time.sleep(0.1)
        ready = service.ask("GET", "/health/ready")
        assert (ready.status, ready.headers["retry-after"]) == (503, "1")
        assert service.ask("GET", "/health/live").status == 200
        assert not answer.done()
        assert answer.result().status == 200
    assert service.process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        service.ask("GET", "/health/live")


def test_a_full_queue_a_late_answer_and_a_slow_client(model):
    limits = LimitSettings(queue=2, timeout_s=0.5, max_wait_ms=800, max_batch=8)
    with in_thread([model], limits) as service, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(service.predict, "Anna") for _ in range(2)]
        time.sleep(0.2)
        full = service.predict("Anna")
        assert (full.status, full.headers["retry-after"]) == (503, "1")
        assert "waiting" in full.json["error"]
        late = [one.result() for one in waiting]
        assert [one.status for one in late] == [503, 503]
        assert "no answer within 0.5 s" in late[0].json["error"]
        with socket.create_connection((service.host, service.port)) as slow:
            slow.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
            assert slow.recv(100).startswith(b"HTTP/1.1 408 ")


def test_texts_of_clients_that_left_are_not_tagged(model):
    limits = LimitSettings(max_wait_ms=300)
    with in_thread([model], limits) as service:
        content = json.dumps({"text": "Anna met Bo"}).encode()
        head = f"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: {len(content)}\r\n"
        with socket.create_connection((service.host, service.port)) as gone:
            gone.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + content)
            time.sleep(0.1)
        assert service.predict("Oslo").status == 200  # in the same batch
        metrics = service.ask("GET", "/metrics").content.decode()
        assert 'nlp_words_total{model="run"} 1.0' in metrics
        assert 'route="/predict",status="499"} 1.0' in metrics


class PanicError(BaseException):
    """As those of tokenizers in Rust, no `Exception`."""


class Picky(Tagger):
    """A tagger that can't read one word."""

    def predict_labels(self, sentences, batch_size=100):
        if any("poison" in sentence.words for sentence in sentences):
            raise PanicError(f"can't read {MARKER}")
        return super().predict_labels(sentences, batch_size)


def test_a_text_that_cannot_be_tagged_fails_alone_and_is_not_logged(folder, caplog):
    picky = Picky.load(folder)

    async def ask(batcher):
        texts = ["Anna met Bo", "poison", "Oslo"]
        return await asyncio.gather(
            *(batcher.tag([text], 0.0) for text in texts), return_exceptions=True
        )

    batcher = Batcher(lambda: picky, LimitSettings(max_wait_ms=50), Metrics().of_model("run"))
    batcher.start()
    with caplog.at_level("INFO", "nlp_architect_ext"):
        first, failed, last = asyncio.run(ask(batcher))
    batcher.stop()
    assert first[0].entities == picky("Anna met Bo")
    assert last[0].entities == picky("Oslo")
    assert isinstance(failed, RequestError)
    assert failed.status == 500
    assert "PanicError at" in caplog.text
    assert MARKER not in caplog.text + failed.message


def test_a_page_is_shown_with_a_strict_policy(model, tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Look</title>")
    (tmp_path / "assets" / "app.js").write_text("1")
    (tmp_path / "secret.txt").write_text("no")
    with in_thread([model], token=MARKER, page=tmp_path) as service:
        for path in ("/", "/assets/app.js"):
            found = service.ask("GET", path)
            assert found.status == 200
            assert found.headers["content-security-policy"] == "default-src 'self'"
        for path in ("/assets/../secret.txt", "/assets/%2e%2e/secret.txt", "/secret.txt"):
            assert service.ask("GET", path).status in (401, 404)
        assert service.ask("GET", "/models").status == 401


def test_a_teacher_answers_beside_the_model(model, tagger):
    teacher = Tagger.__new__(Tagger)
    teacher.__dict__.update(tagger.__dict__)
    opened = []
    taught = ServedModel("run", model.tagger, model.folder, lambda: opened.append(1) or teacher)
    with in_thread([taught]) as service:
        assert service.ask("GET", "/models").json["models"][0]["teacher"] is True
        assert service.predict(TEXTS[0]).json["teacher_entities"] is None
        assert not opened
        found = service.predict(TEXTS[0], teacher=True).json
        assert found["teacher_entities"] == found["entities"] == expected(tagger, TEXTS[0])
        service.predict(TEXTS[0], teacher=True)
        assert opened == [1]


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (["--model_dir", "{run}", "--model_dir", "run={run}"], "the name 'run' is there twice"),
        (["--model_dir", "a b={run}"], "the name 'a b'"),
        (["--model_dir", "{run}/absent"], "no such folder"),
        (["--model_dir", "{run}", "--teacher_dir", "other={run}"], "no model 'other'"),
        (["--model_dir", "{run}", "--teacher_dir", "{run}/absent"], "no config.json"),
        (["--model_dir", "{run}", "--label_check_dir", "{run}"], "no label_errors.jsonl"),
        (["--model_dir", "{run}", "--label_check_dir", "other={run}"], "no model 'other'"),
        (["--model_dir", "{run}", "--token_file", "{run}/absent"], "can't be read"),
        (["--model_dir", "{run}", "--token_file", "{run}/annotate_next.txt"], "not ASCII"),
        (["--model_dir", "{run}", "--token_file", "{run}/config.json"], "several words"),
        (["--model_dir", "{run}", "--port", "{taken}"], "can't be listened on"),
        (["--model_dir", "{run}", "--host", "no.such.host.invalid"], "can't be listened on"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(folder, capsys, flags, complaint):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        places = {"run": folder, "taken": taken.getsockname()[1]}
        assert cli.inference(["serve", *(flag.format(**places) for flag in flags)]) == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert complaint in line


def test_requests_take_turns_and_a_batch_has_not_too_many_words():
    async def jobs():
        large = Job(("word " * 1500,) * 4, 0.0, 9.0)
        return large, [Job((text,), 0.0, 9.0) for text in ("Anna", "Bo")]

    large, small = asyncio.run(jobs())
    waiting = WaitingTexts(capacity=6)
    assert all(waiting.put(items_of(job)) for job in (large, *small))
    assert not waiting.put(items_of(small[0]))  # there's no room
    batch = waiting.take(most=5, seconds=0.0)
    assert [item.job for item in batch] == [large, *small, large]
    assert [item.index for item in batch] == [0, 0, 0, 1]
    assert len(waiting) == 2
    waiting.close()
    assert not waiting.put(items_of(small[0]))
    assert [item.index for item in waiting.take(most=1, seconds=9.0)] == [2]
    assert [item.index for item in waiting.take(most=5, seconds=0.0)] == [3]
    assert waiting.take(most=5, seconds=0.0) is None


def test_long_stretches_do_not_fill_the_memory(tagger):
    splitter = tagger._splitter
    known = len(splitter._known)
    text = "(" * 300 + " short-one"
    assert splitter.split(text).words == splitter.split(text).words
    assert len(splitter.split(text)) > 300
    assert len(splitter._known) <= known + 1


def test_without_the_extra_one_line_says_what_to_install():
    code = "import sys; sys.modules['fastapi'] = None; from nlp_architect_ext import cli; "
    call = [sys.executable, "-c", f"{code}sys.exit(cli.inference())", "serve", "--model_dir", "x"]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "needs fastapi, which isn't installed; expected nlp-architect-ext[serve]" in line
