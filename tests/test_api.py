"""Training from Python: data from memory and from files, settings as keyword arguments."""

import logging
import subprocess
import sys

import numpy as np
import pytest
import torch
from corpora import write_corpus
from safetensors.torch import load_file

import nlp_architect_ext
from nlp_architect_ext import Sentence, cli, distill, train
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.conversion import convert
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


def test_files_beside_memory_may_have_any_format(data, small, tmp_path):
    """The same sentences as tasks of an annotation tool give the same student."""
    train_data, dev = pairs(data / "train.txt"), data / "dev.txt"
    of_columns = train(train_data, dev=dev, **small)
    convert(dev, tmp_path / "dev.jsonl", write_as="prodigy")
    of_tasks = train(train_data, dev=tmp_path / "dev.jsonl", **small)
    assert of_tasks.f1 == of_columns.f1
    weights = [result.tagger.model.state_dict() for result in (of_columns, of_tasks)]
    for name, tensor in weights[0].items():
        assert torch.equal(tensor, weights[1][name])


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


def test_a_continued_run_on_memory_refuses_another_file_of_the_student(data, small, tmp_path):
    sentences = pairs(data / "train.txt")
    own = tmp_path / "student.json"
    own.write_text('{"word_width": 16, "character_filters": 16, "lstm_width": 16}')
    options = {**small, "epochs": 1, "config_file": str(own), "output_dir": tmp_path / "out"}
    train(sentences, **options)
    own.write_text('{"word_width": 16, "character_filters": 16, "lstm_width": 8}')
    with pytest.raises(UserError, match=r"student\.json changed since the run began"):
        train(sentences, resume=True, **options)


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
        ((["Ada"], ["O", "O"]), r"train\[1\]: 1 word and 2 tags"),
        ("Ada", r"train\[1\]: a str; expected a Sentence with labels"),
        (Sentence(("Ada",)), r"train\[1\]: a sentence without labels"),
        ((["Ada"], ["Q-PER"]), r"train\[1\], word 0: "),
        ((["Ada"], None), r"train\[1\]: a pair of list and NoneType"),
        (([1], ["O"]), r"train\[1\]: word 0 is 1, no text"),
        ((["Ada"], [1]), r"train\[1\]: tag 0 is 1, no text"),
        ((["New York"], ["B-LOC"]), r"train\[1\]: word 0 is 'New York'; .* without white space"),
        (([""], ["O"]), r"train\[1\]: word 0 is ''"),
        (("Ada left", [(0, 3)]), r"train\[1\]: span \(0, 3\), not \(start, end, type\)"),
        (("Ada left", [(0, 3, "a b")]), r"train\[1\]: type 0 is 'a b'"),
        (("Ada left", [(0, 3, None)]), r"train\[1\]: type 0 is None"),
        ({"tokens": ["Ada"], "ner_tags": ["O"]}, r"train\[1\]: a mapping of tokens, ner_tags"),
        ({"text": "Ada left"}, r"train\[1\]: a mapping of text;"),
        ({"text": None, "spans": []}, r"train\[1\]: a text that is None"),
        (
            {"text": "Ada left", "spans": [{"start": 0, "end": 3, "type": "PER"}]},
            r"train\[1\]: span .* without start, end and label",
        ),
    ],
)
def test_what_is_no_labelled_sentence_is_named_by_its_place(item, complaint, small):
    good = (["Bo", "left"], ["B-PER", "O"])
    with pytest.raises(UserError, match=complaint):
        train([good, item], **small)


@pytest.mark.parametrize(
    ("train_data", "unlabelled", "complaint"),
    [
        (None, None, "train: of the type NoneType"),
        (5, None, "train: of the type int"),
        ([], None, "train: no sentence"),
        ("good", 5, "unlabelled: of the type int"),
        ("good", [], "unlabelled text: there is none; .* a method that needs none"),
        ("good", ["left", None], r"unlabelled\[1\]: None; expected a text, a list of words"),
        ("good", [["left", 1]], r"unlabelled\[0\]: \['left', 1\]; expected a text"),
        ("good", [["New York"]], r"unlabelled\[0\]: word 0 is 'New York'"),
    ],
)
def test_what_is_no_data_is_refused(train_data, unlabelled, complaint, small):
    good = [(["Bo", "left"], ["B-PER", "O"])]
    with pytest.raises(UserError, match=complaint):
        train(good if train_data == "good" else train_data, unlabelled, **small)


@pytest.mark.parametrize("teacher", [[], None])
def test_distillation_without_a_teacher_is_refused(teacher):
    with pytest.raises(UserError, match="teacher: none is named"):
        distill([(["Bo"], ["B-PER"])], teacher=teacher)


def test_texts_of_numpy_are_plain_texts():
    pair = (np.array(["Ada", "left"]), np.array(["B-PER", "O"]))
    (found,) = labelled([pair], WordSplitter("en", "whitespace"), "train")
    assert found == Sentence(("Ada", "left"), ("B-PER", "O"))
    assert {type(cell) for cell in (*found.words, *found.labels)} == {str}


def test_what_the_data_raises_is_handed_on_and_leaves_nothing(small, tmp_path):
    def broken():
        yield (["Bo", "left"], ["B-PER", "O"])
        raise RuntimeError("the data's own")

    with pytest.raises(RuntimeError, match="the data's own"):
        train(broken(), output_dir=tmp_path / "out", **small)
    assert not (tmp_path / "out").exists()


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
