"""The released NLP Architect 0.5.4 in an environment that it can be imported in.

What its modules import that isn't here, or isn't here any more, is stubbed, and nothing else:

- `nltk`, `gensim` and spaCy's lemmatizer tables, which `nlp_architect.utils.text` and
  `nlp_architect.utils.embedding` read when they are imported; no tagger uses them;
- `nlp_architect.models.transformers`, which needs transformers 2.4; no compact tagger uses it.

Networks, CRF, `NeuralTagger`, vocabulary, data processors, procedures, registry and command line
are the wheel's own files.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REQUIREMENT = "nlp-architect==0.5.4"
STUBS = """
import sys
from unittest.mock import MagicMock

for name in (
    "nltk",
    "nltk.stem",
    "nltk.stem.snowball",
    "gensim",
    "gensim.models",
    "spacy.lemmatizer",
    "nlp_architect.models.transformers",
    "nlp_architect.models.transformers.base_model",
):
    sys.modules[name] = MagicMock()

import spacy.lang.en

for name in ("LEMMA_EXC", "LEMMA_INDEX", "LEMMA_RULES"):
    setattr(spacy.lang.en, name, {})
"""


def old_environment(folder: Path) -> dict[str, str]:
    """Download the wheel and make an environment for processes that import it."""
    quickly = ["--timeout", "15", "--retries", "1"]
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *quickly]
    done = subprocess.run(
        [*download, "--dest", str(folder), REQUIREMENT], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"{REQUIREMENT} can't be downloaded: {done.stderr.strip()[-200:]}")
    (wheel,) = folder.glob("*.whl")
    packages, stubs = folder / "packages", folder / "stubs"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    stubs.mkdir()
    (stubs / "sitecustomize.py").write_text(STUBS, encoding="utf-8")
    path = os.pathsep.join([str(stubs), str(packages)])
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


def run_old(environment: dict[str, str], *arguments: str) -> str:
    """What a Python program prints in that environment."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
