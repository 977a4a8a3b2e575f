"""The wheel as it would be uploaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ("LICENSE", "README.md", "nlp_architect_ext", "procedures", "pyproject.toml", "setup.py")


def build_wheel(folder: Path, *options: str) -> Path:
    """Build it of a copy of the sources: an earlier build leaves nothing in it, nor it in them.

    Args:
        folder: where the wheel goes.
        options: of `python -m build`.
    """
    sources = folder / "sources"
    sources.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / name, sources / name, ignore=ignored)
        else:
            shutil.copy2(ROOT / name, sources / name)
    command = [sys.executable, "-m", "build", "--wheel", *options, "--outdir", folder, sources]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    shutil.rmtree(sources)
    (wheel,) = folder.glob("*.whl")
    return wheel
