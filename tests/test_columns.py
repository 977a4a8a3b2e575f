import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tagged_sentences

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.columns import format_columns, line_of, read_columns

CONLL = "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\n\nPeter NNP I-NP I-PER\n"


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "data.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@given(sentences=st.lists(tagged_sentences(), max_size=4), line_end=st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read_again(tmp_path_factory, sentences, line_end):
    path = tmp_path_factory.mktemp("columns") / "data.txt"
    content = "\n".join(format_columns(sentence.words, sentence.labels) for sentence in sentences)
    path.write_bytes(content.replace("\n", line_end).encode("utf-8"))
    found = list(read_columns(path))
    assert [(s.words, s.labels) for s in found] == [(s.words, s.labels) for s in sentences]
    for sentence in found:
        assert line_of(path, sentence, len(sentence) - 1) == sentence.line + len(sentence) - 1


def test_conll_files(written):
    assert list(read_columns(written(CONLL))) == [
        Sentence(("EU", "rejects"), ("I-ORG", "O"), line=3),
        Sentence(("Peter",), ("I-PER",), line=6),
    ]


@pytest.mark.parametrize(
    ("tag_col", "tag"), [(1, "NNP"), (2, "I-NP"), (3, "I-ORG"), (-1, "I-ORG"), (-3, "NNP")]
)
def test_any_column_may_hold_the_tag(written, tag_col, tag):
    assert next(read_columns(written(CONLL), tag_col=tag_col)).labels[0] == tag


@pytest.mark.parametrize("tag_col", [0, 4, -4, -5])
def test_a_column_that_is_none_or_the_words_is_refused(written, tag_col):
    with pytest.raises(
        UserError, match=rf"data\.txt:3: 4 columns, .*column {tag_col}; .*from 1 to 3"
    ):
        list(read_columns(written(CONLL), tag_col=tag_col))


def test_document_starts_end_sentences_and_ignored_words_do_not(written):
    path = written("a O\n-DOCSTART- O\nb O\n* O\nc O\n\n \t\n\nd O")
    star = "*"
    found = list(read_columns(path, ignore_token=star))
    assert [sentence.words for sentence in found] == [("a",), ("b", "c"), ("d",)]
    assert [sentence.line for sentence in found] == [1, 3, 9]
    assert line_of(path, found[1], 1, star) == 5


def test_only_spaces_and_tabs_separate_columns(written):
    words = ["10\u00a0000", "\u2028", "\x85", "\u3000", "\x07", "\x0b", "\u200b"]
    path = written("\ufeff" + "".join(f"{word} \t O \r\n" for word in words))
    assert list(read_columns(path)) == [Sentence(tuple(words), ("O",) * 7, line=1)]


def test_sentences_come_before_the_rest_of_the_file_is_read(written):
    found = read_columns(written(b"a O\n\nb O\n\n\xff O\n"))
    assert [next(found).words, next(found).words] == [("a",), ("b",)]
    with pytest.raises(UserError, match=":5: "):
        next(found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a O\nb\n", r":2: 1 column; expected 2"),
        ("a O\n\nb X O\n", r":3: 3 columns; expected 2"),
        ("New York B-LOC\na O\n", r":2: 2 columns; expected 3"),
        ("\na\nb\n", r":2: 1 column; expected at least 2, a word and its tag"),
        ("a O\n\u00a0\nb O\n", r":2: 1 column"),
    ],
)
def test_lines_with_other_columns_are_refused(written, content, message):
    with pytest.raises(UserError, match=message):
        list(read_columns(written(content)))


def test_unlabelled_files_need_one_column_and_may_have_more(written):
    for content in ("a\nb\n\nc\n", "a O\nb B-X\n\nc O\n"):
        assert list(read_columns(written(content), labelled=False, tag_col=7)) == [
            Sentence(("a", "b"), line=1),
            Sentence(("c",), line=4),
        ]
    with pytest.raises(UserError, match=":2: 4 columns"):  # raw text
        list(read_columns(written("This is text\nand so is this\n"), labelled=False))


def test_gzip_and_empty_files(tmp_path, written):
    path = tmp_path / "data.txt.gz"
    path.write_bytes(gzip.compress(CONLL.encode()))
    assert list(read_columns(path)) == list(read_columns(written(CONLL)))
    assert list(read_columns(written("\n \n"))) == []


@pytest.mark.parametrize("cell", ["", "a b", "a\tb", "a\n"])
def test_words_that_no_reader_could_tell_apart_are_not_written(cell):
    with pytest.raises(ValueError, match="column"):
        format_columns([cell], ["O"])
    with pytest.raises(ValueError, match="column"):
        format_columns(["a"], [cell])
