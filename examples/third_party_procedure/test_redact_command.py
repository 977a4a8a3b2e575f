"""The command by its name, with a tagger that calls every word a person."""

from pathlib import Path

import pytest
import torch
from redact_command import redacted

from nlp_architect_ext.cli import inference
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.taggers.neural import NeuralTagger


def _save_tagger(folder: Path) -> None:
    labels = LabelSet.for_types(["PER"])
    config = TaggerConfig(
        student="cnn-lstm",
        arguments={},
        labels=labels.to_json(),
        decoder="softmax",
        scheme="IOB2",
        tokenizer="whitespace",
        language="en",
        max_words=100,
    )
    tagger = NeuralTagger(config, Vocabulary.build([Sentence(("Ada",), ("B-PER",))], []))
    with torch.no_grad():
        tagger.model["student"].output.bias[labels.ids["B-PER"]] = 1e3
    tagger.save(folder)


def test_the_command_prints_every_line_redacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Installed and called as a user would."""
    _save_tagger(tmp_path / "model")
    text = tmp_path / "text.txt"
    text.write_text("Ada  Lovelace 😀\n\nLondon\n", encoding="utf-8")
    assert (
        inference(["redact", "--model_dir", str(tmp_path / "model"), "--data_file", str(text)]) == 0
    )
    assert capsys.readouterr().out == "[PER]  [PER] [PER]\n\n[PER]\n"


def test_offsets_stay_true_whatever_the_length_of_types() -> None:
    """Entities come in any order."""
    entities = [Entity("LOC", 0.9, "Rome", 13, 17), Entity("PERSON", 0.9, "Ada", 0, 3)]
    assert redacted("Ada lives in Rome.", entities) == "[PERSON] lives in [LOC]."
