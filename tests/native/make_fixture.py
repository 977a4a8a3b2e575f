"""Write what `try_wheel.py` tries: `python tests/native/make_fixture.py tests/fixtures/native`.

Only needed again when the format of exports changes.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from test_tagger import TAGGERS

TEXTS = (
    "",
    "Anna met Bo in Oslo today.",
    "Éa met Bo 😀 in\nOslo. " * 12,
    "Nobody (x@example.org) knows U.K. prices: $3.50?",
)


def write(folder: Path) -> None:
    """An export of every tagger, not rounded, and the entities that the models themselves find."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, tagger in TAGGERS.items():
        tagger.export(folder / name, "fp32")
        found = {
            text: [[one.entity_group, one.start, one.end] for one in tagger(text)] for text in TEXTS
        }
        content = json.dumps(found, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
