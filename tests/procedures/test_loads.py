"""How often a run loads transformers, and that none is kept while the student trains."""

import gc
import json

import pytest
import transformers

from nlp_architect_ext import cli
from nlp_architect_ext.batches.streams import BatchStream

STUDENT = {"word_width": 8, "character_filters": 8, "lstm_width": 8}
SHORT = ["--teacher_min_steps", "2", "--teacher_epochs", "1", "-e", "1", "--min_epoch_steps", "1"]


def transformers_in_memory():
    return sum(issubclass(type(one), transformers.PreTrainedModel) for one in gc.get_objects())


@pytest.fixture
def loads(monkeypatch):
    """The folders of which weights were loaded, in order; what is only looked at isn't counted."""
    found = []
    real = transformers.AutoModelForTokenClassification.from_pretrained

    def counting(path, **options):
        if options.get("device_map") != {"": "meta"}:
            found.append(str(path))
        return real(path, **options)

    monkeypatch.setattr(
        transformers.AutoModelForTokenClassification, "from_pretrained", staticmethod(counting)
    )
    return found


@pytest.fixture
def alive(monkeypatch):
    """How many transformers were alive at the start of each of the student's epochs."""
    counts = []
    real = BatchStream.epoch

    def counting(self, *arguments, **options):
        counts.append(transformers_in_memory())
        return real(self, *arguments, **options)

    monkeypatch.setattr(BatchStream, "epoch", counting)
    return counts


@pytest.fixture
def train(data, encoder, tmp_path):
    (tmp_path / "student.json").write_text(json.dumps(STUDENT))
    student = ["--config_file", tmp_path / "student.json", "--tokenizer", "whitespace"]
    common = ["--data_dir", data, *student, *SHORT]

    def call(command, *arguments):
        return cli.train([command, *map(str, [*common, *arguments])])

    return call


def test_a_raw_encoder_is_loaded_once_for_each_use_and_let_go(
    train, encoder, tmp_path, loads, alive
):
    gc.collect()  # of other tests
    before = transformers_in_memory()
    first, again = tmp_path / "first", tmp_path / "again"
    assert train("tagger_kd_pseudo", "--teacher", encoder, "--output_dir", first) == 0
    # To be fine-tuned, to label, and to read the words.
    assert loads == [str(encoder), str(first / "teacher"), str(encoder)]
    assert alive
    assert set(alive) == {before}
    loads.clear()
    store = ["--soft_labels_dir", first / "soft_labels"]
    teacher = ["--teacher", first / "teacher", "--word_encoder", encoder]
    assert train("tagger_kd_pseudo", *teacher, *store, "--output_dir", again) == 0
    assert loads == [str(first / "teacher")]  # whose answers, and the words' vectors, are stored
    costs = [json.loads((run / "metrics.json").read_text())["operations"] for run in (first, again)]
    for phase in ("labelling", "word vectors"):
        assert costs[0][phase] == costs[1][phase] > 0


def test_what_can_not_be_used_is_refused_without_loading_it(train, encoder, tmp_path, loads):
    too_long = ["--teacher_max_seq_len", 1000]
    output = tmp_path / "out"
    assert train("tagger_kd", "--teacher", encoder, *too_long, "--output_dir", output) == 2
    assert loads == []
    assert not output.exists()
