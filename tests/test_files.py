import gzip
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text, decoded_lines, lines

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff\0"))


@given(st.lists(LINE), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_lines_end_at_line_feeds_only(texts, line_end, mark, last_ended):
    content = line_end.join(texts) + (line_end if last_ended and texts else "")
    # An empty last line without a line end is none.
    expected = texts if last_ended or not texts or texts[-1] else texts[:-1]
    raw = content.encode("utf-8-sig" if mark else "utf-8")
    assert list(decoded_lines(io.BytesIO(raw), "x")) == list(enumerate(expected, start=1)) or (
        mark and not content
    )


def test_gzip_files_are_unpacked(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfone\r\ntwo"))
    assert list(lines(path)) == [(1, "one"), (2, "two")]


def test_defect_23_bytes_that_are_not_utf8_are_reported_with_line_and_place(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("gut\nschön\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.txt:2: byte 0xf6 at place 4 of the line; .*UTF-8"):
        list(lines(path))


def test_files_that_cannot_be_read_are_reported_by_name(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "not.gz").write_bytes(b"plain text")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"some text\n" * 100)[:-12])
    for name in ("missing.txt", "missing.gz", "not.gz", "cut.gz", "folder"):
        with pytest.raises(UserError, match=name.replace(".", r"\.")):
            list(lines(tmp_path / name))


def test_writing_replaces_the_file_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "x.txt"
    atomic_write_text(path, "old\n")
    atomic_write_text(path, "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    atomic_write_bytes(path, b"\x00")
    assert path.read_bytes() == b"\x00"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "usual").touch()
    atomic_write_text(tmp_path / "x", "")
    assert (tmp_path / "x").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_failed_write_keeps_the_old_and_leaves_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="can't be written"):
        atomic_write_text(tmp_path / "folder", "text")
    with pytest.raises(UserError, match="can't be written"):
        atomic_write_text(tmp_path / "missing" / "x.txt", "text")
    assert list(tmp_path.rglob("*")) == [tmp_path / "folder"]


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory(tmp_path):
    path = tmp_path / "bomb.txt.gz"
    path.write_bytes(gzip.compress(b"fine\n" + b"x" * 20_000_000))
    tracemalloc.start()
    with pytest.raises(UserError, match=r"bomb\.txt\.gz:2: a line of more than 1 MB; .*break it"):
        list(lines(path, longest=1_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    assert list(lines(path, longest=20_000_000))[1] == (2, "x" * 20_000_000)
