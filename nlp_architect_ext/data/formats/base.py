"""What a file format is, and which one a file has."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nlp_architect_ext.core import registry
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import STANDARD_INPUT
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.json_records import read_records

# Bytes at the beginning of a file that tell its format; a task with many predictions is long.
LOOKED_AT = 1 << 20
RECORDS = 20  # JSON objects that are looked at
BETWEEN_RECORDS = re.compile(r"[\s,]*")
JSON_BEGINS = re.compile(r'\s*(\[\s*)?\{\s*"')
OFFSETS = ("auto", "codepoint", "utf16")
AUTO = "auto"
# How `Format.before_line` reads for a format without lines: a document's line counts records there.
RECORD = ": record "
# Never raw text or columns: what no format knows in such a file is a mistake in it.
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What a user may have to say of a file; each format takes what means something to it.

    Args:
        offsets: unit of the offsets, one of `OFFSETS`; ``auto`` is the tool's own unit, or what
            the spans' texts prove.
        tag_col: column of the tag, in column files.
        ignore_token: lines with this word are left out, in column files.
        scheme: of the tags, where there are tags.
        labelled: whether labels are wanted; without, a format need not look at them.
    """

    offsets: str = AUTO
    tag_col: int = -1
    ignore_token: str = ""
    scheme: str = AUTO
    labelled: bool = True


@dataclass(frozen=True)
class Head:
    """The beginning of a file."""

    path: Path
    content: bytes

    @cached_property
    def text(self) -> str:
        """As text; what isn't UTF-8 is replaced."""
        return self.content.decode("utf-8-sig", errors="replace")

    @property
    def suffix(self) -> str:
        """The end of its name in small letters, without ``.gz``."""
        return Path(self.path.name.removesuffix(".gz")).suffix.lower()

    @cached_property
    def record(self) -> dict[str, Any]:
        """The first JSON object, of JSON Lines or of a JSON array; empty where there is none."""
        return next(iter(self.records), {})

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The first JSON objects, as far as they are whole, at most `RECORDS`."""
        found: list[dict[str, Any]] = []
        text = self.text.lstrip().removeprefix("[")
        place = 0
        while len(found) < RECORDS:
            between = BETWEEN_RECORDS.match(text, place)
            place = between.end() if between else place
            if not text.startswith("{", place):
                break
            try:
                value, place = json.JSONDecoder().raw_decode(text, place)
            except (ValueError, RecursionError):
                break
            found.append(value)
        return found

    @cached_property
    def is_array(self) -> bool:
        """Whether it's a JSON array rather than JSON Lines."""
        return self.text.lstrip().startswith("[")


DocumentReader = Callable[[Path, ReadOptions], Iterator[Document]]
DocumentWriter = Callable[[Path, Iterable[Document]], None]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format; a package of yours registers one under `nlp_architect_ext.formats`.

    Args:
        name: as the user writes it; the entry point has the same.
        description: what it is, in a few words.
        suffix: how its files end, such as ``.jsonl``.
        read: the documents of a file, one at a time; mistakes are `UserError`s with `file:line`.
        write: writes documents into a file that appears when all of them are there; None for a
            format that is only read.
        before_line: what stands between a file's name and a document's line where a place is shown;
            `RECORD` for formats without lines.
        needs_words: whether what is written consists of words: a document's `words` are set then,
            and its spans begin and end where words do and don't overlap.
        says_predicted: whether a file says that a model marked something, and nobody checked it.
        recognises: whether the beginning of a file shows this format; two formats must not claim
            the same file.
        read_sentences: ``(path, **options) -> sentences``, for formats of words that are read so
            without a detour; options are those that its signature names.
    """

    name: str
    description: str
    suffix: str
    read: DocumentReader
    write: DocumentWriter | None = None
    before_line: str = ":"
    needs_words: bool = False
    says_predicted: bool = False
    recognises: Callable[[Head], bool] = lambda head: False
    read_sentences: Callable[..., Iterable[Sentence]] | None = None


def format_named(name: str) -> Format:
    """The installed format of this name.

    Raises:
        UserError: there is none, or it can't be imported.
    """
    return _as_format(name, registry.load(registry.FORMATS, name))


def installed() -> list[Format]:
    """The formats that can be imported, sorted by name."""
    found = registry.load_all(registry.FORMATS)
    return [_as_format(name, plugin) for name, plugin in found.items()]


def _as_format(name: str, plugin: Any) -> Format:
    return plugin if isinstance(plugin, Format) else _of_function(name, plugin)


def _of_function(name: str, reader: Callable[..., Iterable[Sentence]]) -> Format:
    """A package may bring a mere function from a path to sentences."""

    def read(path: Path, options: ReadOptions) -> Iterator[Document]:
        for sentence in reader(path):
            whole = sentence.with_text()
            assert whole.text is not None, "just given"
            yield Document(whole.text, words=whole.offsets, line=sentence.line)

    return Format(
        name=name, description="of a package", suffix="", read=read, read_sentences=reader
    )


def head_of(path: Path) -> Head:
    """The beginning of a file, unpacked; empty for what isn't a file or can't be read."""
    if not path.is_file():  # what is read from a pipe would be gone
        return Head(path, b"")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return Head(path, stream.read(LOOKED_AT))
    except (OSError, EOFError, zlib.error):
        return Head(path, b"")


def detect(path: Path, otherwise: str) -> Format:
    """The format that a file shows, or the one named `otherwise` if it shows none.

    Raises:
        UserError: the file shows several, or it's JSON and shows none.
    """
    if str(path) == STANDARD_INPUT:
        return format_named(otherwise)
    head = head_of(path)
    found = [one for one in installed() if one.recognises(head)]
    if len(found) > 1:
        raise UserError(
            where=str(path),
            wrong=f"could be {' or '.join(one.name for one in found)}",
            expected="a file of one format",
            remedy="name the format",
        )
    is_json = head.suffix in JSON_SUFFIXES or JSON_BEGINS.match(head.text)
    if not found and head.content and is_json:
        raise _unknown_json(path)
    return found[0] if found else format_named(otherwise)


def _unknown_json(path: Path) -> UserError:
    """What is said of JSON that would be nonsense as columns or text."""
    line, record = next(read_records(path), (1, {}))  # raises where it's damaged
    fields = ", ".join(map(repr, record)) or "no field"
    return UserError(
        where=f"{path}:{line}",
        wrong=f"JSON with {fields:.80}, as in no format that is known",
        expected="a file of an installed format",
        remedy="name the format, or convert the file",
    )
