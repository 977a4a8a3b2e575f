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
PARTS = ("json", "labels", "decoding", "entities")
COMPILER = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
FLAGS = ["-std=c++17", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]


def built(folder, flags):
    """The driver as a library.

    The loops are compiled with these flags for some set of instructions, everything else for any
    machine, as in the package.
    """
    extra = [*FLAGS, *shlex.split(os.environ.get("CXXFLAGS", "")), f"-I{SOURCES}"]
    library = folder / "decoding.so"
    run(*extra, *flags, "-c", DRIVER, "-o", folder / "driver.o")
    # Scores are Python's to the last bit only if products aren't rounded together with sums.
    parts = [SOURCES / f"{part}.cpp" for part in PARTS]
    run(*extra, "-ffp-contract=off", "-shared", *parts, folder / "driver.o", "-o", library)
    return loaded(library)


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

    def decode(self, emissions, padding=np.nan):
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
