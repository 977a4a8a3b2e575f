"""The C library and WebAssembly, built as their READMEs say, against Python."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from test_tagger import new_tagger

from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.runtime.native.tagger import NativeTagger

ROOT = Path(__file__).parents[2]
C_LIBRARY, BROWSER = ROOT / "examples" / "c_library", ROOT / "examples" / "browser"
TEXTS = ["Anna met Bo in Oslo today.", "👩\u200d🚀 Éa met\u0301 Anna — in\u3000Oslo", "", " "]
ERROR = 200  # bytes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing_kernel()), reason="there is no kernel to compare with"),
]


def make(folder, output):
    environment = {"CXXFLAGS": "-O1", **os.environ}  # seconds instead of minutes
    command = ["make", "-s", "-C", folder, f"OUT={output}"]
    subprocess.run(command, check=True, env=environment)
    return output


@pytest.fixture(scope="module")
def c_library(tmp_path_factory):
    """The folder with the library and the example."""
    if not all(map(shutil.which, ("make", "cc", "c++"))):
        pytest.skip("no make or no C and C++ compilers")
    return make(C_LIBRARY, tmp_path_factory.mktemp("c_library"))


@pytest.fixture(scope="module", params=["whitespace", "spacy"])
def export(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    new_tagger(decoder="crf", tokenizer=request.param).export(folder, "int8")
    return folder


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """A folder of text."""
    folder = tmp_path_factory.mktemp("texts")
    lines = [f"Anna met Bo in Oslo on day {number}, didn't she?" for number in range(300)]
    (folder / "some.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


def run_example(c_library, *arguments):
    command = [c_library / "tag", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize("text", TEXTS)
def test_the_example_prints_the_entities_that_python_finds(c_library, export, text):
    done = run_example(c_library, export, text)
    found = [line.split("\t") for line in done.stdout.splitlines()]
    expected = NativeTagger.load(export)(text)
    assert [(type_, int(start), int(end), word) for type_, _, start, end, word in found] == [
        (entity.entity_group, entity.start, entity.end, entity.word) for entity in expected
    ]
    scores = [float(score) for _, score, *_ in found]
    assert scores == pytest.approx([entity.score for entity in expected], abs=1e-4)
    assert (done.returncode, done.stderr) == (0, "")


def test_bad_input_ends_in_one_line(c_library, export, tmp_path):
    nowhere = run_example(c_library, tmp_path / "none", "a")
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert "config.json: can't be read; expected an exported folder\n" in nowhere.stderr
    damaged = shutil.copytree(export, tmp_path / "damaged")
    (damaged / "words.safetensors").write_bytes(b"cut")
    done = run_example(c_library, damaged, "a")
    assert done.stderr.startswith("tag: words.safetensors isn't the file that MANIFEST.json")
    not_utf8 = subprocess.run([c_library / "tag", export, b"\xff"], capture_output=True)
    assert (not_utf8.returncode, not_utf8.stderr) == (2, b"tag: the text isn't UTF-8\n")
    assert run_example(c_library).stderr == "tag: expected a folder and a text\n"


def test_text_that_no_rules_split_is_refused_rather_than_guessed(c_library, tmp_path):
    new_tagger(tokenizer="another").export(tmp_path, "int8")
    done = run_example(c_library, tmp_path, "a")
    assert (done.returncode, done.stdout) == (2, "")
    assert "splitting.json has no rules for tokenizer another" in done.stderr


def opened(c_library, export, threads):
    library = ctypes.CDLL(str(c_library / "libnlp_architect_tagger.so"))
    library.nlp_tagger_open.restype = library.nlp_tagger_tag.restype = ctypes.c_void_p
    library.nlp_result_entity_count.restype = ctypes.c_size_t
    error = ctypes.create_string_buffer(ERROR)
    tagger = library.nlp_tagger_open(str(export).encode(), ctypes.c_size_t(threads), error, ERROR)
    assert tagger, error.value
    return library, ctypes.c_void_p(tagger)


def count_entities(library, tagger, text):
    content = text.encode()
    result = library.nlp_tagger_tag(
        tagger, content, ctypes.c_size_t(len(content)), ctypes.c_double(0), None, ctypes.c_size_t(0)
    )
    count = library.nlp_result_entity_count(ctypes.c_void_p(result))
    library.nlp_result_free(ctypes.c_void_p(result))
    return count


def test_threads_share_a_tagger(c_library, export):
    library, tagger = opened(c_library, export, 2)
    texts = [f"{TEXTS[number % 2]} number {number}" for number in range(200)]
    expected = [count_entities(library, tagger, text) for text in texts]
    found = [None] * 8

    def work(index):
        found[index] = [count_entities(library, tagger, text) for text in texts]

    threads = [Thread(target=work, args=(index,)) for index in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * len(found)
    library.nlp_tagger_free(tagger)


def test_an_error_is_cut_to_its_room(c_library, tmp_path):
    library = ctypes.CDLL(str(c_library / "libnlp_architect_tagger.so"))
    library.nlp_tagger_open.restype = ctypes.c_void_p
    error = ctypes.create_string_buffer(b"x" * 20)
    folder = str(tmp_path / "none").encode()
    assert not library.nlp_tagger_open(folder, ctypes.c_size_t(1), error, ctypes.c_size_t(5))
    assert error.raw[:6] == folder[:4] + b"\0" + b"x"


def test_c_and_webassembly_find_what_python_finds(c_library, export, texts, tmp_path):
    if not all(map(shutil.which, ("em++", "node"))):
        pytest.skip("no em++ or no node (Debian: emscripten, nodejs)")
    kernel = make(BROWSER, tmp_path / "wasm") / "tagger.wasm"
    script = ROOT / "benchmarks" / "same_everywhere.py"
    command = [sys.executable, script, "--export", export, "--texts", texts, "--strings", "1000"]
    command += ["--library", c_library / "libnlp_architect_tagger.so", "--wasm", kernel]
    environment = {**os.environ, "NLP_ARCHITECT_EXT_KERNEL": "portable"}  # as WebAssembly has it
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = dict(line.split(" | ", 1) for line in done.stdout.splitlines()[2:])
    assert {name: row.split(" | ")[:2] for name, row in rows.items()} == {
        "C library": ["0", "0"],
        "WebAssembly": ["0", "0"],
    }
