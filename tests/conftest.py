"""What several test files share: a data folder and a tiny encoder."""

from pathlib import Path

import pytest
import torch
from corpora import WORDS, write_corpus
from hypothesis import settings
from tiny_teacher import tiny_encoder

from nlp_architect_ext.core.progress import show_on_terminal

# How long an example takes says nothing on shared cores, and the same examples every time keep a
# run reproducible.
settings.register_profile("here", deadline=None, derandomize=True)
settings.load_profile("here")


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Results depend on the number of threads, and parallel test processes compete for cores."""
    torch.set_num_threads(1)


@pytest.fixture
def on_terminal():
    """Log lines go to standard error, as the commands have them."""
    with show_on_terminal():
        yield


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny pretrained encoder that knows the words of `data`."""
    return tiny_encoder(tmp_path_factory.mktemp("encoder"), WORDS)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all four files; tests only read it."""
    return write_corpus(tmp_path_factory.mktemp("data"))
