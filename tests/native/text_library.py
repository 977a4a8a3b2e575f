"""The text side of the kernel, compiled for tests and called by ctypes."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "nlp_architect_ext" / "runtime" / "native" / "src"
UNITS = (
    "json",
    "unicode",
    "string_table",
    "vocabulary",
    "character_set",
    "pattern",
    "pattern_builder",
    "pattern_firsts",
    "splitting_rules",
    "splitting_phrases",
    "splitter",
)
# Sanitizers come in here: `-fsanitize=address,undefined`, with libasan preloaded.
MORE_FLAGS = os.environ.get("NATIVE_TEST_FLAGS", "").split()


def compiler() -> str | None:
    """A C++ compiler of this machine, if it has one."""
    named = os.environ.get("CXX", "")
    return next(filter(None, map(shutil.which, (named, "c++", "g++", "clang++"))), None)


def build(folder: Path) -> Path:
    """Compile the shared library; a compiler's complaint fails the test."""
    library = folder / "text.so"
    command = [compiler(), "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    units = [str(SOURCES / f"{unit}.cpp") for unit in UNITS]
    driver = str(HERE / "text_driver.cpp")
    arguments = [*MORE_FLAGS, f"-I{SOURCES}", driver, *units, "-pthread", "-o", str(library)]
    subprocess.run([*command, *arguments], check=True)
    return library


def encoded(text: str) -> bytes:
    """The kernel's text: UTF-8, lone surrogates as three bytes each."""
    return text.encode("utf-8", "surrogatepass")


def decoded(text: bytes) -> str:
    """The reverse of `encoded`."""
    return text.decode("utf-8", "surrogatepass")


class TextLibrary:
    """The functions of `text_driver.cpp`; DataError becomes ValueError."""

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))
        self._library.answer_numbers.restype = ctypes.POINTER(ctypes.c_int32)
        for name in ("answer_count", "answer_length"):
            getattr(self._library, name).restype = ctypes.c_size_t
        for name in ("answer_text", "unicode_version", "all_characters"):
            getattr(self._library, name).restype = ctypes.c_void_p

    def call(self, name: str, *arguments: Any) -> tuple[list[int], bytes]:
        """Numbers and text of an answer; bytes are given with their length."""
        given: list[Any] = []
        for argument in arguments:
            is_text = isinstance(argument, bytes)
            given += [argument, ctypes.c_size_t(len(argument))] if is_text else [argument]
        function = getattr(self._library, name)
        function.restype = ctypes.c_void_p
        answer = ctypes.c_void_p(function(*given))
        count = self._library.answer_count(answer)
        numbers = self._library.answer_numbers(answer)[:count] if count else []
        length = self._library.answer_length(answer)
        text = ctypes.string_at(self._library.answer_text(answer), length)
        is_error = self._library.answer_is_error(answer)
        self._library.answer_free(answer)
        if is_error:
            raise ValueError(text.decode())
        return numbers, text

    def free(self, name: str, handle: ctypes.c_void_p) -> None:
        """Free what a `_new` function made."""
        getattr(self._library, name)(handle)


class NativeVocabulary:
    """A vocabulary of the kernel."""

    def __init__(self, library: TextLibrary, data: Any) -> None:
        self.library, self._handle = library, ctypes.c_void_p()
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        numbers, _ = library.call("vocabulary_new", content, ctypes.byref(self._handle))
        self.word_count, self.character_count = numbers

    def ids(self, word: str) -> tuple[int, list[int], list[int]]:
        """The id of a word, those of its characters, those of its parts."""
        (id_, count, *ids), _ = self.library.call("vocabulary_ids", self._handle, encoded(word))
        return id_, ids[:count], ids[count:]

    def __del__(self) -> None:
        self.library.free("vocabulary_free", self._handle)


class NativePattern:
    """A regular expression of the kernel, from the trees of `pattern_trees`."""

    def __init__(self, library: TextLibrary, trees: Any, name: str) -> None:
        self.library, self._handle = library, ctypes.c_void_p()
        content = json.dumps(trees).encode()
        library.call("pattern_new", content, name.encode(), ctypes.byref(self._handle))

    def matches(self, text: str) -> bool:
        """Whether the text begins with a match."""
        (found,), _ = self.library.call("pattern_matches", self._handle, encoded(text))
        return bool(found)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """All matches, as `finditer` gives them."""
        numbers, _ = self.library.call("pattern_spans", self._handle, encoded(text))
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    def __del__(self) -> None:
        self.library.free("pattern_free", self._handle)


class NativeSplitter:
    """A splitter of the kernel."""

    def __init__(self, library: TextLibrary, rules: Any) -> None:
        self.library, self._handle = library, ctypes.c_void_p()
        content = rules if isinstance(rules, bytes) else json.dumps(rules).encode()
        library.call("splitter_new", content, ctypes.byref(self._handle))

    def offsets(self, text: str | bytes) -> list[tuple[int, int]]:
        """Where the words are in code points; their bytes have to be the same characters."""
        content = encoded(text) if isinstance(text, str) else text
        numbers, _ = self.library.call("splitter_split", self._handle, content)
        text = decoded(content)
        found = []
        for word in range(0, len(numbers), 4):
            first_byte, last_byte, start, end = numbers[word : word + 4]
            assert decoded(content[first_byte:last_byte]) == text[start:end]
            found.append((start, end))
        return found

    def __del__(self) -> None:
        self.library.free("splitter_free", self._handle)
