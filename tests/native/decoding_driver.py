"""The native decoding, compiled for tests and called by ctypes."""

import ctypes
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np

SOURCES = Path(__file__).parents[2] / "nlp_architect_ext" / "runtime" / "native" / "src"
DRIVER = Path(__file__).with_suffix(".cpp")
FORCED = "NLP_ARCHITECT_EXT_KERNEL"
PARTS = ("json", "labels", "decoding", "entities", "processor", "dispatch")
KERNELS = ("portable", "avx2", "avx-vnni", "avx512-vnni", "neon", "neon-dot")
COMPILER = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
# Scores are Python's to the last bit only if products aren't rounded together with sums.
FLAGS = ["-std=c++17", "-fPIC", "-O3", "-Wall", "-Wextra", "-Wno-psabi", "-ffp-contract=off"]


def built(folder):
    """The driver as a library, with the kernels for every processor."""
    library = folder / "decoding.so"
    sources = [SOURCES / f"{part}.cpp" for part in PARTS]
    sources += sorted(SOURCES.glob("isa_*.cpp"))
    flags = [*FLAGS, *shlex.split(os.environ.get("CXXFLAGS", "")), f"-I{SOURCES}"]
    run(*flags, "-shared", DRIVER, *sources, "-o", library)
    return library


def loaded_with(library, kernels, folder):
    """The library with these kernels, or None where this processor can't run them.

    They are chosen once a library, so each choice is a copy of its own.
    """
    copy = shutil.copy(library, folder / f"{kernels}.so")
    before = os.environ.get(FORCED)
    os.environ[FORCED] = kernels
    try:
        found = loaded(copy)
        return found if found.driver_choose() else None
    finally:
        os.environ.pop(FORCED) if before is None else os.environ.update({FORCED: before})


def run(*arguments):
    subprocess.run([COMPILER, *map(str, arguments)], check=True)


def loaded(path):
    library = ctypes.CDLL(str(path))
    pointer, size, real, text = (
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_double,
        ctypes.c_char_p,
    )
    signatures = {
        "driver_new": (pointer, [text, real, pointer, text]),
        "driver_free": (None, [pointer]),
        "driver_error": (text, []),
        "driver_choose": (ctypes.c_bool, []),
        "driver_type": (text, [pointer, size]),
        "driver_decode": (None, [pointer, pointer, size, size, pointer, pointer]),
        "driver_decode_all": (
            None,
            [pointer, pointer, pointer, size, size, pointer, pointer],
        ),
        "driver_entities": (
            size,
            [pointer, pointer, pointer, size, real, pointer, pointer],
        ),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Driver:
    """Decoding of one label set.

    Args:
        library: that `built` gave.
        labels: the label set, or the JSON text of one.
        pairs: `PairScores`, or None.
        bias: of O.
        calibration: or None.
    """

    def __init__(self, library, labels, pairs=None, bias=0.0, calibration=None):
        self.library = library
        data = labels if isinstance(labels, str) else json.dumps(labels.to_json())
        self.handle = None
        table = None
        if pairs is not None:
            table = np.vstack([pairs.transitions, pairs.start, pairs.end]).astype(np.float32)
        fitted = None if calibration is None else json.dumps(asdict(calibration)).encode()
        self.handle = library.driver_new(
            data.encode("utf-8", "surrogatepass"),
            bias,
            None if table is None else table.ctypes.data,
            fitted,
        )
        if not self.handle:
            raise ValueError(library.driver_error().decode("utf-8", "surrogatepass"))

    def __del__(self):
        if self.handle:
            self.library.driver_free(self.handle)

    def decode(self, emissions, padding=1e9):
        """Labels and probabilities (words,) of emissions (words, labels)."""
        words, labels = emissions.shape
        stride = -(-labels // 16) * 16
        rows = np.full((words, stride), padding, np.float32)
        rows[:, :labels] = emissions
        best, chances = np.zeros(words, np.int32), np.zeros(words)
        self.library.driver_decode(
            self.handle, rows.ctypes.data, words, stride, best.ctypes.data, chances.ctypes.data
        )
        return best, chances

    def entities(self, labels, chances, threshold=0.0):
        """(type, first word, end word, score) of each entity."""
        labels, chances = np.array(labels, np.int32), np.array(chances, float)
        rows, scores = np.zeros((len(labels), 3), np.uintp), np.zeros(len(labels))
        count = self.library.driver_entities(
            self.handle,
            labels.ctypes.data,
            chances.ctypes.data,
            len(labels),
            threshold,
            rows.ctypes.data,
            scores.ctypes.data,
        )
        names = [self.library.driver_type(self.handle, type_) for type_ in rows[:count, 0].tolist()]
        return [
            (name.decode("utf-8", "surrogatepass"), first, end, score)
            for name, (_, first, end), score in zip(
                names, rows[:count].tolist(), scores[:count].tolist(), strict=True
            )
        ]
