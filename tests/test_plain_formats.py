"""Tables, JSON Lines of text, CoNLL-2003's columns, and which format a file shows."""

import gzip
import os
import threading

import pytest
from corpora import write_corpus

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import ReadOptions, detect, format_named


def read(name, path, **options):
    return list(format_named(name).read(path, ReadOptions(**options)))


def texts_of(path, content, name="csv"):
    path.write_bytes(content.encode())
    return [(one.line, one.text) for one in read(name, path)]


def test_tables(tmp_path):
    csv, tsv = tmp_path / "a.csv", tmp_path / "a.tsv"
    assert texts_of(csv, 'id,text\r\n1,"a ""b"", c"\r\n2,"x\ny"\r\n3,z\r\n') == [
        (2, 'a "b", c'),
        (3, "x\ny"),
        (5, "z"),
    ]
    assert texts_of(csv, "\ufeffid;text\n1;a, b\n") == [(2, "a, b")]
    assert texts_of(tsv, "n\treview\n1\tgood one\n2,5\tbad\n") == [(2, "good one"), (3, "bad")]
    assert texts_of(csv, "") == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\nx,y\n", ":1: no column 'text' among a, b"),
        ("The first text.\nThe second.\n", ":1: no column 'text', and no names"),
        ("text,text\nx,y\n", ":1: two columns of one name"),
        ("id,text\n1,a\n2\n", ":3: 1 cell; expected 2 as in the header"),
        ('id,text\n1,"a\n2,b\n', ":2: unexpected end of data"),
        ('id,text\n1,"a"b\n', ":2: ',' expected after"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(content, message, tmp_path):
    with pytest.raises(UserError) as caught:
        texts_of(tmp_path / "a.csv", content)
    assert f"a.csv{message}" in str(caught.value)


RECORD = '{"text": "a", "id": 1, "label": "x", "meta": {"n": [1]}}\n'


def test_json_lines_of_text(tmp_path):
    path = tmp_path / "a.jsonl"
    assert texts_of(path, RECORD, "jsonl") == [(1, "a")]
    [found] = read("jsonl", path)
    assert (found.id, found.meta) == (1, {"label": "x", "n": [1]})
    with pytest.raises(UserError, match=r"a\.jsonl:2: no 'text'"):
        texts_of(path, RECORD + '{"texts": "a"}\n', "jsonl")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", RECORD, "jsonl"),
        ("a.jsonl.gz", RECORD, "jsonl"),
        ("a.jsonl", '{"text": "a", "spans": []}\n', "prodigy"),
        ("a.jsonl", '{"text": "a", "answer": "accept"}\n', "prodigy"),
        ("a.csv", "text\na\n", "csv"),
        ("a.tsv", "id\ttext\n1\ta\n", "csv"),
        ("a.tsv", "Anna\tB-PER\ntext\tO\nx\tO\n\n", "columns"),
        ("a.tsv", "text\tO\nAnna\tB-PER\nx\tO\n\n", "columns"),
        ("a.txt", "Anna B-PER\n", "columns"),
        ("a.txt", "", "columns"),
    ],
)
def test_what_a_file_shows(name, content, expected, tmp_path):
    opened = gzip.open if name.endswith("gz") else open
    with opened(tmp_path / name, "wb") as stream:
        stream.write(content.encode())
    assert detect(tmp_path / name, "columns").name == expected


def test_json_that_no_format_knows_is_not_taken_for_text(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a"\n{"text": "b"}\n')
    with pytest.raises(UserError, match=r"a\.jsonl:2: .*expected a JSON object"):
        detect(tmp_path / "a.jsonl", "text")


def test_a_pipe_is_not_looked_into(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=["Anna B-PER\n"])
    assert detect(tmp_path / "pipe", "columns").name == "columns"
    writer.start()
    assert (tmp_path / "pipe").read_text() == "Anna B-PER\n"
    writer.join()


CONLL = """-DOCSTART- -X- -X- O

{0}
"""
WORDS = "Zoë👩🏽 NNP B-NP {0}-PER\nעברי NNP I-NP I-PER\nlives VBZ B-VP O\n\nOslo NNP B-NP {0}-LOC\n"


@pytest.mark.parametrize("letter", "BI")
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_columns_of_conll_2003(letter, ends, tmp_path):
    path = tmp_path / "train.txt"
    content = f"-DOCSTART- -X- -X- O\n\n{WORDS.format(letter)}\n-DOCSTART- -X- -X- O\n"
    path.write_bytes(content.replace("\n", ends).encode())
    first, second = read("columns", path)
    assert first.text == "Zoë👩🏽 עברי lives"
    assert first.spans == (TextSpan(0, 10, "PER"),)
    assert second.spans == (TextSpan(0, 4, "LOC"),)
    assert read("columns", path, tag_col=1)[1].tags == ("NNP",)
    assert read_corpus(tmp_path).train[0].labels == ("B-PER", "I-PER", "O")
    assert not read("columns", path, labelled=False)[0].is_labelled


@pytest.mark.parametrize("word", ["New York", "-DOCSTART-"])
def test_words_that_columns_cannot_hold_are_refused(word, tmp_path):
    with pytest.raises(UserError, match="can't be a"):
        format_named("columns").write(tmp_path / "a.conll", [Document(word, (), ((0, len(word)),))])
    assert not (tmp_path / "a.conll").exists()


def test_a_scheme_that_is_named_is_that_of_files_with_tags(tmp_path):
    write_corpus(tmp_path, unlabelled=0)
    documents = read("columns", tmp_path / "train.txt")
    format_named("prodigy").write(tmp_path / "train.jsonl", documents)
    (tmp_path / "dev.txt").write_text("Anna\tU-PER\nmet\tO\nFarah\tB-PER\nAziz\tL-PER\n")
    corpus = read_corpus(
        tmp_path, train_filename="train.jsonl", scheme="BILOU", tokenizer="whitespace"
    )
    assert corpus.dev[0].labels == ("B-PER", "O", "B-PER", "I-PER")
    assert corpus.notes[0].endswith("read as prodigy, Prodigy's JSON Lines")
