"""What several tests of commands share: a trained tagger."""

import json

import pytest

from nlp_architect_ext import cli


@pytest.fixture(scope="session")
def model(data, tmp_path_factory):
    """A small tagger, trained by the command."""
    folder = tmp_path_factory.mktemp("models")
    student = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
    (folder / "student.json").write_text(json.dumps(student))
    arguments = [
        "--config_file",
        folder / "student.json",
        "-b",
        8,
        "-e",
        20,
        "--lr",
        0.02,
        "--tokenizer",
        "whitespace",
    ]
    places = ["--data_dir", data, "--output_dir", folder / "tagger"]
    assert cli.train(["tagger", *map(str, [*places, *arguments, "--min_epoch_steps", 1])]) == 0
    return folder / "tagger"


@pytest.fixture(scope="session")
def transformer(data, encoder, tmp_path_factory):
    """A tiny transformer, fine-tuned by the command."""
    folder = tmp_path_factory.mktemp("models") / "transformer"
    places = ["--data_dir", data, "--output_dir", folder, "--model_name_or_path", encoder]
    tuning = ["--min_steps", 40, "--learning_rate", 3e-3]
    assert cli.train(["transformer_token", *map(str, [*places, *tuning])]) == 0
    return folder
