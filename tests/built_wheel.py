"""The wheel as it would be uploaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ("LICENSE", "README.md", "nlp_architect_ext", "procedures")
SOURCES += ("MANIFEST.in", "pyproject.toml", "setup.py")


def copy_sources(folder: Path) -> None:
    """What a build needs, into a new folder; nothing that an earlier one left."""
    folder.mkdir()
    ignored = shutil.ignore_patterns(
        "node_modules", "__pycache__", "*.so", "*.pyd", "not_built.txt"
    )
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy2(ROOT / name, folder / name)


def build_wheel(folder: Path, *options: str) -> Path:
    """Build it of a copy of the sources: an earlier build leaves nothing in it, nor it in them.

    Args:
        folder: where the wheel goes.
        options: of `python -m build`.
    """
    sources = folder / "sources"
    copy_sources(sources)
    command = [sys.executable, "-m", "build", "--wheel", *options, "--outdir", folder, sources]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    shutil.rmtree(sources)
    (wheel,) = folder.glob("*.whl")
    return wheel
