"""Formats of datasets and text: what is written is read again, real tools' files, damaged ones."""

import random
import re
from dataclasses import replace

import pytest
from corpora import sentence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import TYPES, texts, words

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.alignment import Remarks, snapped
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import ReadOptions, detect, format_named
from nlp_architect_ext.data.formats.tagged_records import to_document
from nlp_architect_ext.data.formats.text import WordSplitter

few = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLACES = {  # how a file of each format is named
    "argilla": "a.json",
    "columns": "a.conll",
    "conllu": "a.conllu",
    "csv": "a.csv",
    "datasets": "a.parquet",
    "jsonl": "a.jsonl",
    "spacy": "a.spacy",
    "text": "a.txt",
}
OF_WORDS = ("columns", "conllu", "datasets", "spacy")
OF_TEXT = ("csv", "jsonl")
BINARY = ("datasets", "spacy")  # they have no lines
# A family of four, a combining mark, right-to-left text, an astral letter, a line end of Unicode.
LINES = [
    "Zoë 👨‍👩‍👧‍👦 lives in Oslo .",
    "Cafe\u0301 of Zoë in São Tomé .",
    "دانا يعيش في حيفا .",
    "שלום לאנה בחיפה .",
    "𝔄nna\u2028met Bo in New York .",
]


def read(name, path, **options):
    return list(format_named(name).read(path, ReadOptions(**options)))


def said(document):
    """What a document says, without where it stood in the file."""
    return replace(document, line=0)


@st.composite
def documents(draw):
    """A text with words and spans of words, or unlabelled."""
    whole = snapped(Document(draw(texts())), WordSplitter("en", "whitespace"), Remarks(""))
    spans = []
    place = 0
    while whole.words and place < len(whole.words):
        end = draw(st.integers(place + 1, len(whole.words)))
        if draw(st.booleans()):
            label = draw(st.sampled_from(TYPES))
            spans.append(TextSpan(whole.words[place][0], whole.words[end - 1][1], label))
        place = end
    labelled = draw(st.booleans())
    return replace(whole, spans=tuple(spans) if labelled else None, id=draw(st.none() | names))


@st.composite
def plain_sentences(draw):
    found = tuple(draw(st.lists(words(), min_size=1, max_size=6)))
    return Sentence(found, tuple(draw(st.sampled_from(["NOUN", "VERB", "X"])) for _ in found))


names = st.text("abc-1é", min_size=1, max_size=4)


@pytest.mark.parametrize("name", ["conllu", "datasets", "spacy"])
@few
@given(given_documents=st.lists(documents().filter(lambda one: one.words), max_size=4))
def test_words_and_spans_are_read_as_they_were_written(name, given_documents, tmp_path):
    path = tmp_path / PLACES[name]
    if name == "conllu" and any("\0" in one.text for one in given_documents):
        return
    format_named(name).write(path, given_documents)
    assert [said(one) for one in read(name, path)] == given_documents


@few
@given(given_documents=st.lists(documents(), max_size=4))
def test_spans_of_argilla_are_read_as_they_were_written(given_documents, tmp_path):
    path = tmp_path / "a.json"
    format_named("argilla").write(path, given_documents)
    expected = [replace(one, words=None) for one in given_documents]
    assert [said(one) for one in read("argilla", path)] == expected or not any(
        one.spans for one in given_documents
    )  # without any span, no question is known to be that of spans


@pytest.mark.parametrize("name", OF_WORDS)
@few
@given(sentences=st.lists(plain_sentences(), min_size=1, max_size=4))
def test_tags_of_words_are_read_as_they_were_written(name, sentences, tmp_path):
    path = tmp_path / PLACES[name]
    expected = [to_document(one, "plain") for one in sentences]
    if name == "spacy":
        expected = [one for one in expected if not any(map(str.isspace, words_of(one)))]
    format_named(name).write(path, expected)
    assert [said(one) for one in read(name, path, scheme="plain")] == expected


def words_of(document):
    return [document.text[start:end] for start, end in document.words or ()]


@pytest.mark.parametrize("name", OF_TEXT)
@few
@given(lines=st.lists(st.text(st.characters(exclude_categories=["Cs"])) | texts(), max_size=5))
def test_texts_are_read_as_they_were_written(name, lines, tmp_path):
    path = tmp_path / PLACES[name]
    if name == "csv":
        lines = [line.replace("\0", "") for line in lines]
    format_named(name).write(path, [Document(line) for line in lines])
    assert [one.text for one in read(name, path)] == lines


@pytest.mark.parametrize("name", sorted(PLACES))
def test_what_is_written_is_recognised(name, tmp_path):
    path = tmp_path / PLACES[name]
    format_named(name).write(path, samples())
    otherwise = name if name in ("columns", "text") else "prodigy"
    assert detect(path, otherwise).name == name


def samples(count=30, seed=0):
    """Labelled documents in all kinds of writing."""
    draw = random.Random(seed)
    result = []
    for number in range(count):
        rows = sentence(draw)
        text = " ".join(word for word, _ in rows)
        found, place = [], 0
        for word, tag in rows:
            start, place = place, place + len(word) + 1
            if tag.startswith("B-"):
                found.append((start, start + len(word), tag[2:]))
            elif tag.startswith("I-"):
                found[-1] = (found[-1][0], start + len(word), tag[2:])
        prefix = LINES[number % len(LINES)] + " "
        shift = len(prefix)
        spans = tuple(TextSpan(start + shift, end + shift, type_) for start, end, type_ in found)
        whole = snapped(Document(prefix + text), WordSplitter("en", "whitespace"), Remarks(""))
        result.append(replace(whole, spans=spans, id=f"s{number}"))
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder with a file of every format; tests only read it."""
    found = tmp_path_factory.mktemp("formats")
    for name, place in PLACES.items():
        format_named(name).write(found / place, samples())
    return found


@pytest.mark.parametrize("name", ["argilla", *OF_WORDS])
def test_a_corpus_is_the_same_from_every_format(name, folder):
    corpus = read_corpus(
        folder,
        train_filename=PLACES[name],
        unlabeled_filename=PLACES[name],
        unlabeled_format=name,
        tokenizer="whitespace",
    )
    plain = read_corpus(folder, train_filename="a.conll", tokenizer="whitespace")
    assert [one.words for one in corpus.train] == [one.words for one in plain.train]
    assert [one.labels for one in corpus.train] == [one.labels for one in plain.train]
    assert [one.words for one in corpus.unlabelled] == [one.words for one in plain.train]
    assert corpus.unlabelled[0].labels is None


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_unlabelled_text_of_every_format(name, folder):
    corpus = read_corpus(
        folder,
        train_filename="a.conll",
        unlabeled_filename=PLACES[name],
        tokenizer="whitespace",
    )
    assert [one.text for one in corpus.unlabelled] == [one.text for one in samples()]
    with pytest.raises(UserError, match=f"{PLACES[name]}: no labelled text in the format {name}"):
        read_corpus(folder, train_filename=PLACES[name], tokenizer="whitespace")


# What breaks files: a byte changed, bytes lost, bytes doubled.
def damaged(content, draw):
    place = draw.randrange(len(content))
    kind = draw.choice(["change", "cut", "lose", "double"])
    if kind == "change":
        return content[:place] + bytes([draw.randrange(256)]) + content[place + 1 :]
    if kind == "cut":
        return content[:place]
    end = min(len(content), place + draw.randrange(1, 40))
    return content[:place] + content[place:end] * (2 if kind == "double" else 0) + content[end:]


@pytest.mark.parametrize("name", sorted(PLACES))
@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_read_whole_or_refused_in_one_line(name, seed, folder, tmp_path):
    path = tmp_path / PLACES[name]
    whole = (folder / PLACES[name]).read_bytes()
    path.write_bytes(damaged(whole, random.Random(f"{name} {seed}")))
    refused, found = outcome(name, path)
    if refused is not None:
        assert "\n" not in refused
        line = ": " if name in BINARY else r":\d+: "
        assert re.match(re.escape(str(path)) + line, refused), refused
    # What isn't refused is text that was changed, or lines lost or doubled with nothing to tell.
    assert len(found) <= len(samples()) + 3


def outcome(name, path):
    """What is said if the file is refused, and its documents if it isn't."""
    try:
        return None, read(name, path)
    except UserError as error:
        return str(error), []
