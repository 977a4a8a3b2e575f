"""Names found in sentences, against a search by hand; and lists in all their formats."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.teachers.name_lists import NameEntry, read_names
from nlp_architect_ext.teachers.name_matcher import NameMatcher

# Few words, so that names overlap, nest and repeat.
WORD = st.sampled_from(["a", "A", "b", "B", "ß", "SS", "c"])
NAME = st.tuples(
    st.lists(WORD, min_size=1, max_size=4), st.sampled_from(["PER", "LOC"]), st.booleans()
)
SENTENCES = st.lists(st.lists(WORD, max_size=8), max_size=4)


def by_hand(names, words):
    """The longest name at each word, from left to right."""
    found, start = [], 0
    while start < len(words):
        for size in range(len(words) - start, 0, -1):
            part = words[start : start + size]
            folded = [word.casefold() for word in part]
            types = {
                type_
                for name, type_, exact in names
                if (name == part if exact else [word.casefold() for word in name] == folded)
            }
            if types:
                found += [Span(type_, start, start + size) for type_ in types]
                start += size
                break
        else:
            start += 1
    return found


def matcher(names):
    built = NameMatcher()
    for name, type_, exact in names:
        built.add(name, type_, exact=exact)
    built.build()
    return built


@given(st.lists(NAME, max_size=12), SENTENCES)
def test_the_longest_names_are_found_from_left_to_right(names, sentences):
    found = matcher(names).find(sentences)
    assert [sorted(spans) for spans in found] == [
        sorted(by_hand(names, words)) for words in sentences
    ]


def test_a_million_names_would_take_ten_megabytes():
    built = matcher([([f"name{number}", "x"], "PER", True) for number in range(1000)])
    assert len(built) == 1000
    assert built.bytes == 10_000


def entries(path):
    return [(one.type, one.name, one.case) for one in read_names(path)]


EXPECTED = [("PER", "Anna Bell", ""), ("LOC", "Oslo", "any")]
TABLE = "type,name,case\nPER,Anna Bell,\nLOC,Oslo,Any\n"
RECORDS = [{"type": "PER", "name": "Anna Bell"}, {"type": "LOC", "name": "Oslo", "case": "any"}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("names.txt", "PER\tAnna Bell\n\nLOC\tOslo\tany\r\n"),
        ("names.csv", TABLE),
        ("names.csv", TABLE.replace("Anna Bell", '"Anna Bell"')),
        ("names.tsv", TABLE.replace(",", "\t")),
        ("names.tsv", "PER\tAnna Bell\nLOC\tOslo\tany\n"),
        ("names.json", json.dumps(RECORDS)),
        ("names.jsonl", "\n".join(map(json.dumps, RECORDS))),
    ],
)
def test_every_format_has_the_same_names(tmp_path, name, content):
    (tmp_path / name).write_bytes(content.encode())
    assert entries(tmp_path / name) == EXPECTED
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(content.encode()))
    assert entries(packed) == EXPECTED


def test_lists_by_type(tmp_path):
    (tmp_path / "names.json").write_text('{"PER": ["Anna Bell"], "LOC": ["Oslo", "Rome"]}')
    expected = [("PER", "Anna Bell", ""), ("LOC", "Oslo", ""), ("LOC", "Rome", "")]
    assert entries(tmp_path / "names.json") == expected
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "PER.txt").write_text("Anna Bell\n")
    (folder / "LOC.txt").write_text("Oslo\texact\n\nRome\n")
    (folder / ".hidden").write_text("nothing")
    assert entries(folder) == [("LOC", "Oslo", "exact"), ("LOC", "Rome", ""), expected[0]]


@pytest.mark.parametrize(
    ("case", "words", "exact"),
    [("", 1, True), ("", 2, False), ("any", 1, False), ("exact", 2, True)],
)
def test_case_counts_in_single_words_unless_said_otherwise(case, words, exact):
    assert NameEntry("PER", "x", case, "").is_exact(words) is exact


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("n.txt", b"PER\tAnna\nOslo\n", "n.txt:2: no tab; expected TYPE<TAB>name"),
        ("n.txt", b"PER\tAnna\texcat\n", "n.txt:1: case 'excat'.*did you mean 'exact'"),
        ("n.txt", b"PER\t \n", "n.txt:1: no name"),
        ("n.txt", b"PER\tAnna\nPER\tJos\xe9\n", "n.txt:2: byte 0xe9.*UTF-8"),
        ("n.csv", b"nane,type\nAnna,PER\n", "n.csv:1: unknown field 'nane'.*did you mean 'name'"),
        ("n.csv", b"name\nAnna\n", "n.csv:1: columns name; expected name, type"),
        ("n.csv", b"name,type\nAnna\n", "n.csv:2: 1 cells; expected 2"),
        ("n.csv", b'name,type\n"An"na,PER\n', "n.csv:2: "),
        ("n.json", b'[{"type": "PER", "nam": "Anna"}]', "n.json:1: unknown field 'nam'"),
        ("n.json", b'{"PER": ["Anna", 3]}', "n.json:1: 3; expected a name"),
        ("n.jsonl", b'{"type": "PER"}', "n.jsonl:1: no name"),
        ("n.jsonl", b'{"type": "PER", "name": "A"}\n{oops', "n.jsonl:2: "),
    ],
)
def test_what_is_no_list_is_refused_with_its_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        list(read_names(tmp_path / name))
