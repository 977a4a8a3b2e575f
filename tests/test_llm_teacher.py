"""A language model as teacher, asked over HTTP: what it finds, what goes wrong, what it costs."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_server import completion, quoting, serving

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.teachers import llm_client
from nlp_architect_ext.teachers.kind import TeacherOptions, kind_named
from nlp_architect_ext.teachers.label_descriptions import read_descriptions
from nlp_architect_ext.teachers.llm_answers import entities
from nlp_architect_ext.teachers.llm_prompt import chosen_examples
from nlp_architect_ext.testing import check_teacher

LABELS = LabelSet.for_types(["LOC", "PER"])
KEY = "sk-very-secret-0123456789"
LLM = kind_named("llm")


def words(text, labels=None):
    return Sentence(tuple(text.split()), None if labels is None else tuple(labels.split()))


ANNA = words("Anna met Bruno in New York .")
RAIN = words("It rains in Oslo .")
TRAIN = [
    words("Chen slept .", "B-PER O O"),
    words("Emil saw Lima again .", "B-PER O B-LOC O O"),
    words("Nothing happened .", "O O O"),
    words("Greta slept again .", "B-PER O O O"),
]


@pytest.fixture
def endpoint(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(llm_client, "RETRIES", 2)
    with serving() as running:
        yield running


def made(endpoint, **options):
    return LLM.make(f"{endpoint.url}#m", LABELS, TeacherOptions(**options))


def said(teacher, sentence):
    (rows,) = teacher.logits([sentence])
    return " ".join(LABELS.names[row.argmax()] if row.any() else "-" for row in rows)


def test_it_keeps_its_promises_and_sends_what_the_page_says(endpoint):
    options = TeacherOptions(labelled=TRAIN, descriptions={"PER": "people's names"})
    teacher = check_teacher("llm", f"{endpoint.url}#m", LABELS, [ANNA, RAIN, TRAIN[0]], options)
    assert said(teacher, ANNA) == "B-PER O B-PER O B-LOC I-LOC O"
    assert said(teacher, RAIN) == "O O O B-LOC O"
    # Its own examples say nothing of how good it is, and cost nothing.
    assert said(teacher, TRAIN[0]) == "- - -"
    assert sorted(endpoint.sentences) == [" ".join(one.words) for one in (ANNA, RAIN)]
    (system, *turns) = endpoint.asked[0]["messages"]
    assert "- PER: people's names\n" in system["content"]
    assert "- LOC\n" in system["content"]
    assert json.loads(turns[1]["content"])["entities"][0] == {"text": "Emil", "type": "PER"}
    schema = endpoint.asked[0]["response_format"]["json_schema"]
    assert schema["strict"]
    assert "LOC" in json.dumps(schema["schema"])


def test_examples_show_every_type_and_a_sentence_without_any():
    found = chosen_examples(TRAIN, "IOB2", 2)
    assert found == [TRAIN[1], TRAIN[2]]
    assert len(chosen_examples(TRAIN, "IOB2", 8)) == len(TRAIN)
    assert chosen_examples(TRAIN, "IOB2", 0) == []
    assert chosen_examples([], "IOB2", 8) == []


QUOTES = [
    ("Anna met Anna .", [("Anna", "PER")], {("PER", 0, 1), ("PER", 2, 3)}),
    ("Paris saw Paris .", [("Paris", "PER"), ("Paris", "LOC")], {("PER", 0, 1), ("LOC", 2, 3)}),
    ("Paris .", [("Paris", "PER"), ("Paris", "LOC")], {("PER", 0, 1), ("LOC", 0, 1)}),
    ("Paris .", [("Paris", "LOC"), ("Paris", "LOC")], {("LOC", 0, 1)}),
    ("New York and York .", [("York", "PER"), ("New York", "LOC")], {("LOC", 0, 2), ("PER", 3, 4)}),
    ("Bruno's train .", [("Bruno", "PER")], {("PER", 0, 1)}),
    ("Jean - Luc slept .", [("Jean-Luc", "PER")], {("PER", 0, 3)}),
    ("Nothing .", [], set()),
]


@pytest.mark.parametrize(("text", "pairs", "expected"), QUOTES)
def test_quotes_are_found_again(text, pairs, expected):
    found = entities(quoting(*pairs), words(text), LABELS.types)
    assert {(one.type, one.start, one.end) for one in found} == expected


MALFORMED = [
    quoting(("Zoe", "PER")),
    quoting(("Ann", "PER")),  # within a word
    quoting(("Anna", "ORG")),
    quoting((" ", "PER")),
    quoting(("Anna", "PER"))[:-5],
    "Sure! Here it is: Anna is a person.",
    '{"entities": "none"}',
    '{"entities": [["Anna", "PER"]]}',
    '{"entities": [{"text": 1, "type": "PER"}]}',
    '{"entities": [{"text": "Anna", "type": ["PER"]}]}',
    "[]",
    "[" * 100_000,
    None,
    completion(None, refusal="I can't help with that."),
    completion(quoting(("Anna", "PER")), refusal="No."),
    (400, {}, '{"error": {"message": "no", "code": "content_filter"}}'),
]


@pytest.mark.parametrize("answer", MALFORMED)
def test_of_a_malformed_answer_nothing_is_believed(endpoint, answer):
    endpoint.answer = lambda _: completion(None) if answer is None else answer
    teacher = made(endpoint)
    assert said(teacher, ANNA) == "- - - - - - -"
    assert teacher.costs["malformed"] == 1
    assert said(teacher, ANNA) == "- - - - - - -"
    assert len(endpoint.asked) == 1  # it was paid for


@given(st.lists(st.text("aB.' ", min_size=1).filter(str.strip), min_size=1, max_size=6), st.data())
def test_whatever_runs_of_words_are_quoted_they_are_found(parts, data):
    sentence = words(" ".join(parts))
    start = data.draw(st.integers(0, len(sentence) - 1))
    end = data.draw(st.integers(start + 1, len(sentence)))
    quote = " ".join(sentence.words[start:end])
    found = entities(quoting((quote, "PER")), sentence, LABELS.types)
    assert Span("PER", start, end) in found


def test_faults_that_pass_are_waited_for(endpoint, monkeypatch):
    monkeypatch.setattr(llm_client, "SECONDS", 0.3)
    faults = [
        (429, {"Retry-After": "0.05"}, '{"error": {"message": "slow down"}}'),
        (500, {"Retry-After": "0.05"}, "oops"),
    ]

    def answer(sentence):
        return faults.pop() if faults else quoting(("Oslo", "LOC"))

    endpoint.answer = answer
    assert said(made(endpoint), RAIN) == "O O O B-LOC O"
    assert len(endpoint.asked) == 3


def test_an_endpoint_that_never_answers(endpoint, monkeypatch):
    monkeypatch.setattr(llm_client, "SECONDS", 0.1)
    monkeypatch.setattr(llm_client, "RETRIES", 0)
    endpoint.seconds = 0.4
    with pytest.raises(UserError, match="no answer within"):
        made(endpoint).logits([RAIN])


HTML = "<html>Welcome</html>"
FATAL = [
    ((200, {"Content-Type": "text/html"}, HTML), "something else than a chat completion"),
    ((200, {}, HTML), "something else than a chat completion"),
    ((200, {}, '{"error": {"message": "no credit"}}'), "something else than a chat completion"),
    ((200, {}, '{"choices": [{"mess'), "something else than a chat completion"),
    ((404, {"Content-Type": "text/html"}, HTML), "unknown model or address"),
    ((401, {}, f'{{"error": {{"message": "bad key {KEY}"}}}}'), "refuses the key"),
    ((400, {}, f'{{"error": {{"message": "bad {KEY}"}}}}'), r"refuses the request \(400"),
    ((429, {"Retry-After": "0.01"}, '{"error": {"message": "quota"}}'), r"\(429.*is kept"),
    ((500, {"Retry-After": "0.01"}, HTML), r"\(500"),
]


@pytest.mark.parametrize(("fault", "message"), FATAL)
def test_faults_that_stay_end_in_one_line(endpoint, monkeypatch, fault, message):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    endpoint.answer = lambda _: fault
    with pytest.raises(UserError, match=message) as caught:
        made(endpoint).logits([RAIN])
    assert KEY not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_that_knows_no_temperature_is_asked_without(endpoint):
    def answer(sentence):
        if "temperature" in endpoint.asked[-1]:
            error = {"message": "no", "param": "temperature", "code": "unsupported_value"}
            return 400, {}, json.dumps({"error": error})
        return quoting(("Oslo", "LOC"))

    endpoint.answer = answer
    assert said(made(endpoint), RAIN) == "O O O B-LOC O"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("http://h/v1", "no address of a model"),
        ("gpt#m", "no address of a model"),
        ("http:///v1#m", "no address of a model"),
        (f"http://me:{KEY}@h/v1#m", "more than an address"),
        (f"http://h/v1?key={KEY}#m", "more than an address"),
        ("https://h/v1#m", "no key"),
    ],
)
def test_addresses_that_are_refused(endpoint, argument, message):
    with pytest.raises(UserError, match=message) as caught:
        LLM.checked(argument, LABELS, TeacherOptions())
    assert KEY not in str(caught.value)


def test_a_key_that_no_header_can_hold(endpoint, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-\u00e9\u4e00")
    with pytest.raises(UserError, match="a key with odd characters"):
        LLM.checked(f"{endpoint.url}#m", LABELS, TeacherOptions())


def test_no_connection(endpoint, monkeypatch):
    monkeypatch.setattr(llm_client, "RETRIES", 0)
    teacher = LLM.make("http://127.0.0.1:9/v1#m", LABELS, TeacherOptions())
    with pytest.raises(UserError, match="no connection"):
        teacher.logits([RAIN])


MANY = [words(f"Anna met number {index} .") for index in range(20)]


def test_no_more_requests_at_once_than_allowed(endpoint):
    endpoint.seconds = 0.03
    made(endpoint, llm_concurrency=3).logits(MANY)
    assert endpoint.most_at_once == 3


def test_what_was_answered_before_a_fault_is_kept(endpoint, tmp_path):
    count = itertools.count()

    def answer(sentence):
        return (401, {}, "{}") if next(count) >= 10 else quoting(("Anna", "PER"))

    endpoint.answer = answer
    with pytest.raises(UserError, match="wants a key"):
        made(endpoint, store=tmp_path, llm_concurrency=2).logits(MANY)
    (log,) = (tmp_path / "llm").iterdir()
    assert len(log.read_text().splitlines()) == 10
    # As a kill in the middle of a line leaves it: that answer is asked for again.
    log.write_bytes(log.read_bytes()[:-7])
    endpoint.asked.clear()
    endpoint.answer = lambda _: quoting(("Anna", "PER"))
    teacher = made(endpoint, store=tmp_path, llm_price=(1.0, 10.0))
    assert said(teacher, MANY[0]) == "B-PER O O O O"
    teacher.logits(MANY)
    assert len(endpoint.asked) == 11
    expected = {"requests": 20, "tokens_in": 2000, "tokens_out": 200, "malformed": 0}
    assert teacher.costs == {**expected, "price": pytest.approx(0.004)}
    made(endpoint, store=tmp_path).logits(MANY)
    assert len(endpoint.asked) == 11


def test_fingerprints_follow_what_is_asked_not_where(endpoint):
    first = made(endpoint, labelled=TRAIN)
    moved = LLM.make("http://elsewhere/v1#m", LABELS, TeacherOptions(labelled=TRAIN))
    assert moved.fingerprint == first.fingerprint
    others = [
        LLM.make(f"{endpoint.url}#n", LABELS, TeacherOptions(labelled=TRAIN)),
        made(endpoint, labelled=TRAIN, descriptions={"PER": "names"}),
        made(endpoint, labelled=TRAIN[:2]),
    ]
    assert len({first.fingerprint, *(one.fingerprint for one in others)}) == 4


def test_descriptions_of_unknown_labels(tmp_path):
    path = tmp_path / "d.json"
    path.write_text('{"PERS": "people"}')
    with pytest.raises(UserError, match=r"describes 'PERS'.*did you mean 'PER'"):
        read_descriptions(path, LABELS)
    path.write_text('{"PER": 1}')
    with pytest.raises(UserError, match="expected a text"):
        read_descriptions(path, LABELS)
