"""The kernel with every instruction set that this processor has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

KERNELS = ("portable", "avx2", "avx-vnni", "avx512-vnni", "neon", "neon-dot")
SCRIPT = """
import sys
import numpy as np
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.native.availability import kernel_path
from nlp_architect_ext.runtime.native.tagger import NativeTagger
words = ("Anna", "met", "Bo", "in", "Oslo", ".", "unheard-of") * 5
batch = [Sentence(words[: 1 + number]) for number in range(31)]
parts = []
for folder in sys.argv[2:]:
    parts += NativeTagger.load(folder, 2).emissions(batch)
np.save(sys.argv[1], np.concatenate([part.ravel() for part in parts]))
print(kernel_path())
"""


def emissions_by_kernel(exports: Sequence[Path], folder: Path) -> dict[str, NDArray[np.float32]]:
    """What each instruction set finds of the same sentences in all exports.

    Others than this processor's must be refused.
    """
    found = {}
    for kernel in KERNELS:
        place = folder / f"{kernel}.npy"
        command = [sys.executable, "-c", SCRIPT, place, *exports]
        environment = {**os.environ, "NLP_ARCHITECT_EXT_KERNEL": kernel}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            assert done.stdout.strip() == kernel
            found[kernel] = np.load(place)
        else:
            assert "expected one of" in done.stderr
    return found
