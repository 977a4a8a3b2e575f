"""Small exports for the kernel's test programs: `python tests/native/write_models.py FOLDER`.

Each lies in a folder of its name; `seeds/` has their files one by one, as `fuzz_files.cpp` reads
them: a byte in front says what a file is.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from test_tagger import TAGGERS

JSON, TENSORS = b"\x00", b"\x01"
KINDS = {".json": JSON, ".safetensors": TENSORS}


def write_models(folder: Path) -> None:
    """Write an export of every tagger, rounded and not, and the seeds."""
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for name, tagger in TAGGERS.items():
        for precision in ("int8", "fp32"):
            export = folder / f"{name}-{precision}"
            tagger.export(export, precision)
            for path in sorted(export.iterdir()):
                if path.suffix in KINDS:
                    seed = seeds / f"{export.name}-{path.name}"
                    seed.write_bytes(KINDS[path.suffix] + path.read_bytes())


if __name__ == "__main__":
    write_models(Path(sys.argv[1]))
