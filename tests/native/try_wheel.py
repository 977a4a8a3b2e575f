"""Tag with an installed wheel's native kernel: `python tests/native/try_wheel.py FOLDER`.

What `make_fixture.py` wrote into FOLDER is what must come out. Numpy and the wheel suffice.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from nlp_architect_ext import load
from nlp_architect_ext.runtime.native.availability import kernel_path, missing_kernel


def check(folder: Path) -> None:
    """Every export must give the entities that its model gave."""
    if missing := missing_kernel():
        raise SystemExit(f"no native kernel: {missing}")
    exports = sorted(path.parent for path in folder.glob("*/MANIFEST.json"))
    if not exports:
        raise SystemExit(f"{folder}: no exports")
    for export in exports:
        tagger = load(export, engine="native")
        expected = json.loads((folder / f"{export.name}.json").read_text(encoding="utf-8"))
        for text, entities in expected.items():
            found = [[one.entity_group, one.start, one.end] for one in tagger(text)]
            if found != entities:
                raise SystemExit(f"{export}: {text!r} has {found}; expected {entities}")
    sys.stdout.write(f"{len(exports)} exports tag as expected ({kernel_path()})\n")


if __name__ == "__main__":
    check(Path(sys.argv[1]))
