import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import words

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.word_vectors import read_word_vectors

GLOVE = (
    "the 0.5 -1 2e-1\nApple 1 2 3\napple 4 5 6\nAPPLE 7 8 9\n. . . 10 11 12\n\x85 13 14 "
    "15\n\u00a0x 16 17 18\n"
)


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "vectors.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def rounded(vectors):
    return {word: [round(float(value), 4) for value in vector] for word, vector in vectors.items()}


def test_wanted_words_are_found_exactly_or_else_in_another_case(written):
    vectors, dimension = read_word_vectors(
        written(GLOVE), {"The", "apple", "Apple", "aPPle", "pear", "\x85", ". . ."}
    )
    assert dimension == 3
    assert rounded(vectors) == {
        "The": [0.5, -1.0, 0.2],
        "apple": [4, 5, 6],
        "Apple": [1, 2, 3],
        "aPPle": [1, 2, 3],
        "\x85": [13, 14, 15],
        ". . .": [10, 11, 12],
    }
    assert {vector.dtype for vector in vectors.values()} == {np.dtype(np.float32)}


def test_a_lower_cased_vocabulary_prefers_the_lower_cased_word(written):
    assert rounded(read_word_vectors(written(GLOVE), {"apple"})[0]) == {"apple": [4, 5, 6]}


@pytest.mark.parametrize(
    "content",
    [
        "2 2\na 1 2\nb 3 4\n",
        "2 2 \na 1 2 \nb 3 4 \n",
        "a\t1\t2\r\nb\t3\t4\r\n",
        "\ufeffa 1 2\nb 3 4",
    ],
)
def test_headers_trailing_spaces_tabs_and_line_ends(written, content):
    vectors, dimension = read_word_vectors(written(content), {"a", "b", "2"})
    assert (rounded(vectors), dimension) == ({"a": [1, 2], "b": [3, 4]}, 2)


def test_gzip(tmp_path):
    path = tmp_path / "v.txt.gz"
    path.write_bytes(gzip.compress(GLOVE.encode()))
    assert rounded(read_word_vectors(path, ["the"])[0]) == {"the": [0.5, -1, 0.2]}


@given(
    st.dictionaries(
        words(),
        st.lists(
            st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=4, max_size=4
        ),
        min_size=1,
    ),
    st.booleans(),
)
def test_vectors_that_are_written_are_read_again(tmp_path_factory, table, header):
    path = tmp_path_factory.mktemp("vectors") / "v.txt"
    content = [f"{len(table)} 4"] * header + [
        f"{word} {' '.join(map(repr, v))}" for word, v in table.items()
    ]
    path.write_bytes("\n".join(content).encode("utf-8"))
    vectors, dimension = read_word_vectors(path, table)
    assert dimension == 4
    assert {word: vector.tolist() for word, vector in vectors.items()} == table


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("a 1 2\nb 1\n", r":2: 2 column\(s\); expected a word and 2 numbers"),
        ("a 1 2\n\nb 1 2\n", r":2: 1 column"),
        ("a 1 2\nb 1 x\n", r":2: .*could not convert"),
        ("a 1 2\nb 1 nan\n", r":2: .*finite"),
        ("a 1 2\nb 1 2 3\n", None),  # a word "b 1", as GloVe has them
        ("word\n", r":1: 1 column"),
        ("3 2\na 1 2\nb 1 2\n", r":3: .*after 2 vectors; expected 3"),
        ("1 2\na 1 2\nb 1 2\n", r":3: .*after 2 vectors; expected 1"),
        (b"a 1 2\n\xff 1 2\n", r":2: byte 0xff"),
    ],
)
def test_damaged_files_are_refused_with_the_line(written, content, message):
    if message is None:
        assert rounded(read_word_vectors(written(content), {"b"})[0]) == {}
        return
    with pytest.raises(UserError, match=message):
        read_word_vectors(written(content), {"a", "b"})


def test_a_long_value_is_said_in_short(written):
    with pytest.raises(UserError, match=":2: could not convert string to float") as caught:
        read_word_vectors(written(f"a 1\nb {'x' * 70_000}\n"), {"a", "b"})
    assert len(str(caught.value)) < 500
