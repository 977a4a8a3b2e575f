"""Files of JSON objects: each with its line, and every mistake with its line."""

import json
import random
from functools import cache

import pytest
from documents import WILD, in_words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.formats import base
from nlp_architect_ext.data.formats.base import ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields
from nlp_architect_ext.data.formats.json_records import (
    read_records,
    write_json_array,
    write_json_lines,
)

format_named = cache(base.format_named)  # looking through installed packages takes time
FORMATS = ("doccano", "gliner", "json", "label_studio", "prodigy")
MUTATIONS = 20


def read(path, content):
    path = path / "file.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_records(path))


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("", []),
        ("\n  \n", []),
        ("[]", []),
        ("\ufeff" + '{"a": 1}\r\n\r\n{"a": 2}', [1, 3]),
        ('\n[{"a": 1},\n\n{"a": 2}]\n', [2, 4]),
        ('[\n{"a": 1}\n,\n{"a": 2}\n]', [2, 4]),
        ('\n{\n"a": 1\n}\n', [2]),
        ('{"a": "\u2028\x85"}\n{"a": 1}', [1, 2]),
    ],
)
def test_every_record_has_its_line(content, lines, tmp_path):
    assert [line for line, _ in read(tmp_path, content)] == lines


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('{"a": 1}\n{"a": 2', 2),
        ('{"a": 1}\n2', 2),
        ('{"a": 1} {"a": 2}', 1),
        ('{"a": 1}\n{"a": 1, "a": 2}', 2),
        ('{"a": 1}\n{"a": NaN}', 2),
        ('{"a": 1}\n{"a": 1e999}', 2),
        ('{"a": 1}\n{"a": "\\ud83d"}', 2),
        ('{"a": 1}\n{"\\udc00": 1}', 2),
        ('{"a": 1}\n{"a": ' + "[" * 100_000 + "}", 2),
        ('{"a": 1}\n{"a": ' + "1" * 5000 + "}", 2),
        ('[{"a": 1},\n{"a": 2}', 2),
        ('[{"a": 1},\n]', 2),
        ('[{"a": 1}\n{"a": 2}]', 2),
        ('[{"a": 1}]\n[]', 2),
        ('[{"a": 1},\n[]]', 2),
        ('{\n"a": 1}\n{"a": 2}', 3),
        ("nothing", 1),
        (b'{"a": 1}\n{"a": "\xff"}', 2),
    ],
)
def test_what_is_no_object_is_refused_with_its_line(content, line, tmp_path):
    with pytest.raises(UserError, match=rf"file\.json:{line}: ") as caught:
        read(tmp_path, content)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\u2028"), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("write", [write_json_lines, write_json_array])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.dictionaries(st.text("ab\u2028"), JSON, max_size=3), max_size=3))
def test_what_is_written_is_read_again_one_a_line(write, records, tmp_path):
    write(tmp_path / "x", records)
    assert [record for _, record in read_records(tmp_path / "x")] == records
    brackets = 2 if write is write_json_array and records else 0
    lines = (tmp_path / "x").read_text(encoding="utf-8").splitlines()
    assert len(lines) == max(len(records) + brackets, write is write_json_array)


@pytest.mark.parametrize(
    ("ask", "value"),
    [
        (Fields.text, 1),
        (Fields.text, None),
        (Fields.text, "\ud83d"),
        (Fields.label, "\u3000"),
        (Fields.flag, "true"),
        (Fields.score, "1"),
        (Fields.score, True),
        (Fields.score, 1.5),
        (Fields.whole_number, True),
        (Fields.whole_number, 1.0),
        (Fields.objects, [1]),
        (Fields.objects, {}),
        (Fields.lists, [{}]),
        (Fields.strings, ["a", 1]),
        (Fields.optional_object, []),
    ],
)
def test_fields_of_another_type_are_refused(ask, value):
    with pytest.raises(UserError, match=r"^x:3: "):
        ask(Fields({"a": value}, "x:3", "{...}"), "a")


def mutations(content: bytes):
    """Damaged copies: bits flipped, the end cut off, a key or a value of a record changed."""
    draw = random.Random(0)
    for _ in range(MUTATIONS):
        place = draw.randrange(len(content))
        flipped = bytearray(content)
        flipped[place] ^= 1 << draw.randrange(8)
        yield bytes(flipped)
        yield content[:place]
        lines = content.decode().splitlines(keepends=True)
        number = draw.randrange(len(lines))
        lines[number] = damaged(lines[number], draw)
        yield "".join(lines).encode()


def damaged(line: str, draw: random.Random) -> str:
    """The line with one key of one of its objects deleted, or its value of another type."""
    objects = []

    def collect(one):
        objects.append(one)
        return one

    ending = line[len(line.rstrip(",\n")) :]
    try:
        record = json.loads(line.rstrip(",\n"), object_hook=collect)
    except ValueError:
        return line
    one = draw.choice([found for found in objects if found] or [{"": 0}])
    key = draw.choice(sorted(one))
    if draw.random() < 0.5:
        del one[key]
    else:
        one[key] = draw.choice([None, 7, -1, 1.5, True, "x", [], [[]], {}, {"a": 1}, [1, 2, 3]])
    return json.dumps(record, ensure_ascii=False) + ending


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_end_in_one_line_or_are_read_whole(name, tmp_path):
    path = tmp_path / "file"
    format_named(name).write(path, map(in_words, WILD))
    whole = path.read_bytes()
    refused = 0
    for content in mutations(whole):
        path.write_bytes(content)
        found = outcome(name, path)
        if isinstance(found, UserError):
            refused += 1
            assert str(found).startswith(f"{path}:")
            assert found.where.removeprefix(f"{path}:").isdigit()
            assert "\n" not in str(found)
        else:
            # Cut between two of its lines a file of JSON Lines is whole.
            was_cut = whole.startswith(content) and content[-1:] in (b"", b"\n", b"}")
            assert was_cut or len(found) == len(WILD), content
    assert refused > MUTATIONS


def outcome(name, path):
    """The documents of a file, or what is said against it."""
    try:
        return list(format_named(name).read(path, ReadOptions()))
    except UserError as error:
        return error
