"""Training from Python: data from memory and from files, settings as keyword arguments."""

import logging
import subprocess
import sys

import pytest
import torch
from corpora import write_corpus
from safetensors.torch import load_file

import nlp_architect_ext
from nlp_architect_ext import Sentence, cli, distill, train
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.data.formats.text import WordSplitter
from nlp_architect_ext.data.memory import labelled
from nlp_architect_ext.evaluation.results import SentenceCounts

SMALL = {
    "tokenizer": "whitespace",
    "threads": 1,
    "batch_size": 8,
    "min_epoch_steps": 1,
    "epochs": 4,
    "lr": 0.02,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The settings of a small student."""
    path = tmp_path_factory.mktemp("student") / "student.json"
    path.write_text('{"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}')
    return {**SMALL, "config_file": str(path)}


def pairs(path):
    return [(one.words, one.labels) for one in read_columns(path)]


def test_the_package_is_light_and_lazy():
    code = (
        "import sys, nlp_architect_ext as n; "
        "assert not {'torch', 'numpy', 'spacy', 'typing'} & set(sys.modules), sys.modules; "
        "n.Sentence; assert 'torch' not in sys.modules; "
        "assert set(n.__all__) <= set(dir(n)); print(n.__version__)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path}; {code}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="no attribute 'distil'"):
        nlp_architect_ext.distil  # noqa: B018


@pytest.mark.parametrize("name", nlp_architect_ext.__all__)
def test_every_name_is_there(name):
    assert getattr(nlp_architect_ext, name) is not None


def test_memory_and_files_give_the_same_student(data, small, tmp_path):
    by_command = [f"--{name}={value}" for name, value in small.items()]
    assert (
        cli.train(
            ["tagger", "--data_dir", str(data), "--output_dir", str(tmp_path / "a"), *by_command]
        )
        == 0
    )
    parts = {part: pairs(data / f"{part}.txt") for part in ("train", "dev", "test")}
    in_memory = train(parts.pop("train"), **parts, output_dir=tmp_path / "b", **small)
    of_files = train(data, output_dir=tmp_path / "c", **small)
    weights = [load_file(tmp_path / name / "model.safetensors") for name in "abc"]
    for name, tensor in weights[0].items():
        assert torch.equal(tensor, weights[1][name])
        assert torch.equal(tensor, weights[2][name])
    assert in_memory.f1 == of_files.f1
    assert in_memory.folder == tmp_path / "b"


def test_distillation_from_memory_leaves_nothing_behind(data, encoder, small):
    texts = iter((data / "unlabeled.txt").read_text().splitlines())
    told = []
    result = distill(
        pairs(data / "train.txt"),
        texts,
        teacher=encoder,
        dev=[Sentence(*pair) for pair in pairs(data / "dev.txt")],
        unlabeled_size=20,
        teacher_min_steps=10,
        teacher_epochs=1,
        progress=told.append,
        **small,
    )
    assert result.folder is None
    assert result.metrics.sentences == SentenceCounts(labelled=40, unlabelled=20)
    assert next(texts)  # an iterator is read no further than needed
    assert result.metrics.teacher["dev"].support
    assert {"dev"} == result.f1.keys()
    assert [one for one in told if one.label == "epoch 1/4"][-1].unit == "steps"
    assert result.tagger("Anna lives in Oslo .") is not None


def test_a_second_run_continues_the_first_and_other_data_is_refused(data, small, tmp_path):
    sentences = pairs(data / "train.txt")
    train(sentences, output_dir=tmp_path / "out", **small)
    again = train(sentences, output_dir=tmp_path / "out", resume=True, **small)
    assert "dev" in again.f1  # a part of train
    with pytest.raises(UserError, match="train changed since the run began"):
        train(sentences[1:], output_dir=tmp_path / "out", resume=True, **small)


def test_texts_with_spans_become_words_with_tags():
    splitter = WordSplitter("en", "whitespace")
    text = "Ada Lovelace left Rome"
    spans = [(0, 12, "PER"), (18, 22, "LOC")]
    expected = ("B-PER", "I-PER", "O", "B-LOC")
    as_mapping = {
        "text": text,
        "spans": [{"start": start, "end": end, "label": name} for start, end, name in spans],
    }
    for item in ((text, spans), as_mapping):
        assert labelled([item], splitter, "train")[0].labels == expected


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        (("Ada left", [(0, 2, "PER")]), r"train\[1\]: span 0:2 \('Ad'\) cuts a word"),
        (("Ada left", [(0, 3, "PER"), (0, 8, "X")]), r"train\[1\]: span 0:8 .* overlaps another"),
        ((["Ada"], ["O", "O"]), r"train\[1\]: 1 words and 2 tags"),
        ("Ada", r"train\[1\]: a str; expected a Sentence with labels"),
        (Sentence(("Ada",)), r"train\[1\]: a sentence without labels"),
        ((["Ada"], ["Q-PER"]), r"train\[1\], word 0: "),
    ],
)
def test_what_is_no_labelled_sentence_is_named_by_its_place(item, complaint, small):
    good = (["Bo", "left"], ["B-PER", "O"])
    with pytest.raises(UserError, match=complaint):
        train([good, item], **small)


def test_a_setting_that_is_mistyped_is_a_type_error(data, small):
    with pytest.raises(TypeError, match=r"'epochz' is no setting .* did you mean 'epochs'"):
        train(data, epochz=3, **small)
    with pytest.raises(UserError, match="epochs: 0; expected at least 1"):
        train(data, **{**small, "epochs": 0})


def test_the_library_logs_and_prints_nothing(data, small, capsys, caplog):
    with caplog.at_level(logging.INFO, logger="nlp_architect_ext"):
        train(data, progress=False, **small)
    assert any("dev F1" in record.message for record in caplog.records)
    assert capsys.readouterr() == ("", "")


def test_without_a_dev_file_a_part_of_train_is_dev(small, tmp_path):
    folder = write_corpus(tmp_path / "data", train=40, dev=0, test=0, unlabelled=0)
    result = train(folder, output_dir=tmp_path / "out", **small)
    assert result.metrics.sentences.labelled == 32
    assert result.f1.keys() == {"dev"}
    assert "dev" not in train(folder, dev_fraction=0, **small).f1
