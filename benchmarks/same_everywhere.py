"""Tags and offsets of one export from Python, from the C library and from WebAssembly under node.

    make -C examples/c_library && make -C examples/browser
    python benchmarks/same_everywhere.py --export model/export --texts folder/of/txt/files

Half of the strings are lines of the files, half are random: emoji, right-to-left scripts, lone
combining marks, spaces of all kinds. Ends with status 1 where a tag or a place differs.

WebAssembly computes as the portable kernel does, to the bit; other instruction sets round
differently, which in 8 bits moves a tag in 100,000 that was on the edge. So set
NLP_ARCHITECT_EXT_KERNEL=portable to see that nothing differs, and leave it to see how much the
processor matters.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.runtime.native.tagger import NativeTagger

EXAMPLES = Path(__file__).parents[1] / "examples"
THREADS = 1
ERROR = 256  # bytes

# What has broken taggers: other scripts and directions, marks without a letter, joined emoji,
# spaces that are none, controls.
PIECES = (
    *("Anna", "lives", "in", "U.S.", "don't", "can't've", "10%", "$5.20", "e.g.", "(a)", "km/h"),
    *("https://example.org/a?b=c", "a@b.org", ":-)", "...", "''", '"', "—", "\u2019s", "İstanbul"),
    *("שלום", "עולם,", "مرحبا", "بالعالم", "\u202e", "\u200f", "中文", "日本語。", "한국어", "ไทย"),
    *("😀", "👩\u200d🚀", "👩🏽", "🇩🇪", "❤\ufe0f", "\u0301", "\u0308\u0323", "e\u0301", "\u20dd"),
    *(
        " ",
        "  ",
        "\t",
        "\u00a0",
        "\u3000",
        "\u2009",
        "\u200b",
        "\ufeff",
        "\u0085",
        "\u001c",
        "\x00",
    ),
)
LAST_POINT = 0x110000
SURROGATES = range(0xD800, 0xE000)  # JavaScript's own strings of them aren't Unicode

Place = tuple[int, int]


@dataclass(frozen=True)
class Tagged:
    """What one engine says of one text; entities are (type, start, end)."""

    tags: list[str]
    places: list[Place]
    entities: list[tuple[str, int, int]]
    scores: list[float]


class Span(ctypes.Structure):
    """`nlp_span` of the header."""

    _fields_ = (
        ("label", ctypes.c_char_p),
        ("score", ctypes.c_double),
        ("byte_start", ctypes.c_size_t),
        ("byte_end", ctypes.c_size_t),
        ("start", ctypes.c_size_t),
        ("end", ctypes.c_size_t),
    )


class CLibrary:
    """The C library, by ctypes.

    Args:
        path: of the shared library.
        export: the folder.

    Raises:
        ValueError: the library refuses it.
    """

    def __init__(self, path: Path, export: Path) -> None:
        self._library = library = ctypes.CDLL(str(path))
        pointer, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
        library.nlp_tagger_open.restype = library.nlp_tagger_tag.restype = pointer
        library.nlp_tagger_open.argtypes = [text, size, text, size]
        library.nlp_tagger_tag.argtypes = [pointer, text, size, ctypes.c_double, text, size]
        library.nlp_result_free.argtypes = [pointer]
        for kind in ("words", "entities"):
            getattr(library, f"nlp_result_{kind}").restype = ctypes.POINTER(Span)
            getattr(library, f"nlp_result_{kind}").argtypes = [pointer]
        for kind in ("word", "entity"):
            getattr(library, f"nlp_result_{kind}_count").restype = size
            getattr(library, f"nlp_result_{kind}_count").argtypes = [pointer]
        self._error = ctypes.create_string_buffer(ERROR)
        self._tagger = self._checked(
            library.nlp_tagger_open(str(export).encode(), THREADS, self._error, ERROR)
        )

    def tagged(self, texts: Sequence[str]) -> Iterator[Tagged]:
        """What it says of each text."""
        for text in texts:
            yield self._tag(text)

    def _tag(self, text: str) -> Tagged:
        library, content = self._library, text.encode()
        result = self._checked(
            library.nlp_tagger_tag(self._tagger, content, len(content), 0.0, self._error, ERROR)
        )
        words = library.nlp_result_words(result)[: library.nlp_result_word_count(result)]
        found = library.nlp_result_entities(result)[: library.nlp_result_entity_count(result)]
        for span in words:
            in_bytes = content[span.byte_start : span.byte_end].decode()
            if in_bytes != text[span.start : span.end]:
                raise ValueError(f"{text!r}: bytes and code points of a word differ")
        tagged = Tagged(
            [word.label.decode() for word in words],
            [(word.start, word.end) for word in words],
            [(entity.label.decode(), entity.start, entity.end) for entity in found],
            [entity.score for entity in found],
        )
        library.nlp_result_free(result)
        return tagged

    def _checked(self, given: int | None) -> int:
        if not given:
            raise ValueError(self._error.value.decode())
        return given


def in_python(export: Path, texts: Sequence[str]) -> Iterator[Tagged]:
    """What the native engine says in Python."""
    tagger = NativeTagger.load(export, THREADS)
    sentences = [tagger.sentence(text) for text in texts]
    labels = tagger.predict_labels(sentences)
    for sentence, prediction, found in zip(sentences, labels, tagger.predict(texts), strict=True):
        yield Tagged(
            list(prediction.labels),
            list(sentence.offsets or ()),
            [(entity.entity_group, entity.start, entity.end) for entity in found],
            [entity.score for entity in found],
        )


def in_node(kernel: Path, export: Path, texts: Sequence[str]) -> Iterator[Tagged]:
    """What WebAssembly says under node."""
    program = EXAMPLES / "browser" / "tag.mjs"
    lines = "".join(f"{json.dumps(text)}\n" for text in texts)
    command = ["node", str(program), str(export.resolve()), str(kernel.resolve())]
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True)
    for line in done.stdout.decode().splitlines():
        found = json.loads(line)
        words, entities = found["words"], found["entities"]
        yield Tagged(
            [word["label"] for word in words],
            [(word["start"], word["end"]) for word in words],
            [(entity["label"], entity["start"], entity["end"]) for entity in entities],
            [entity["score"] for entity in entities],
        )


def random_text(source: random.Random) -> str:
    """A text that nobody would write."""
    pieces = []
    for _ in range(source.randrange(25)):
        if source.random() < 0.15:
            points = [source.randrange(LAST_POINT) for _ in range(source.randrange(1, 5))]
            pieces.append("".join(chr(point) for point in points if point not in SURROGATES))
        else:
            pieces.append(source.choice(PIECES))
        if source.random() < 0.6:
            pieces.append(" ")
    return "".join(pieces)


def texts_of(folder: Path, count: int) -> list[str]:
    """Lines of the folder's files, evenly out of each, and as many random texts."""
    files = sorted(folder.glob("*.txt"))
    real: list[str] = []
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        wanted = -(-count // 2 // len(files))
        real += [line for line in lines if line.strip()][:wanted]
    source = random.Random(0)  # noqa: S311 - nothing is secret
    return [*real, *(random_text(source) for _ in range(count - len(real)))][:count]


def differences(expected: Sequence[Tagged], found: Sequence[Tagged]) -> tuple[int, int, float]:
    """Words of another tag, words and entities of another place, the largest change of a score."""
    tags = places = 0
    score = 0.0
    for one, other in zip(expected, found, strict=True):
        if one.places != other.places:
            places += max(len(one.places), len(other.places))
            continue
        tags += sum(a != b for a, b in zip(one.tags, other.tags, strict=True))
        if one.entities != other.entities:
            places += 1
            continue
        pairs = zip(one.scores, other.scores, strict=True)
        score = max([score, *(abs(a - b) for a, b in pairs)])
    return tags, places, score


def main() -> int:
    """Compare, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--export", type=Path, required=True)
    parser.add_argument("--texts", type=Path, required=True, help="folder of .txt files")
    parser.add_argument("--strings", type=int, default=50_000)
    built = EXAMPLES / "c_library" / "build" / "libnlp_architect_tagger.so"
    parser.add_argument("--library", type=Path, default=built)
    parser.add_argument("--wasm", type=Path, default=EXAMPLES / "browser" / "build" / "tagger.wasm")
    arguments = parser.parse_args()
    texts = texts_of(arguments.texts, arguments.strings)
    expected = [*in_python(arguments.export, texts)]
    words = sum(len(tagged.tags) for tagged in expected)
    entities = sum(len(tagged.entities) for tagged in expected)
    print(f"{len(texts)} strings, {words} words, {entities} entities")
    print("engine | differing tags | differing places | largest difference of a score")
    engines = {
        "C library": CLibrary(arguments.library, arguments.export).tagged(texts),
        "WebAssembly": in_node(arguments.wasm, arguments.export, texts),
    }
    all_same = True
    for name, found in engines.items():
        tags, places, score = differences(expected, [*found])
        print(f"{name} | {tags} | {places} | {score:.1e}")
        all_same &= tags == places == 0
    return 0 if all_same else 1


if __name__ == "__main__":
    sys.exit(main())
