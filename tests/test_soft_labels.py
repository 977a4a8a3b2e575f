"""The store of what a teacher says: asked once, whatever happens in between."""

import shutil
import time

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_teacher import tiny_classifier

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers import store as soft_labels
from nlp_architect_ext.teachers.store import SoftLabelStore
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

LABELS = LabelSet.for_types(["PER"])
WORDS = tuple("abcdefghijklmnopqrstuvwxyz")
SENTENCES = [Sentence(WORDS[i : i + 1 + i % 5]) for i in range(22)]


class Asked:
    """A teacher that counts what it's asked, and can be interrupted."""

    labels = LABELS

    def __init__(self, fingerprint="first", most=10**6):
        self.fingerprint, self.most, self.asked = fingerprint, most, []

    def logits(self, sentences):
        if len(self.asked) + len(sentences) > self.most:
            raise KeyboardInterrupt
        self.asked += sentences
        return [
            np.array([[len(word), ord(word[0]), len(s)] for word in s.words], np.float32)
            for s in sentences
        ]


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(soft_labels, "SHARD", 4)


def contents(folder):
    """All answers by file; what they took is written beside them and differs."""
    return {
        path.relative_to(folder): {
            name: tensor.tobytes() for name, tensor in load_file(path).items()
        }
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_answers_are_those_of_the_teacher(tmp_path):
    found = SoftLabelStore(tmp_path / "store", Asked()).labels(SENTENCES)
    for rows, expected in zip(found, Asked().logits(SENTENCES), strict=True):
        assert rows.dtype == np.float16
        np.testing.assert_array_equal(rows, expected)


def test_defect_5_the_teacher_is_asked_once(tmp_path):
    teacher = Asked()
    store = SoftLabelStore(tmp_path / "store", teacher)
    first = store.labels([*SENTENCES, *SENTENCES[:5]])
    again = store.labels(SENTENCES[::-1])
    later = SoftLabelStore(tmp_path / "store", teacher).labels(SENTENCES)
    assert teacher.asked == SENTENCES
    for one, two, three in zip(first[:22], again[::-1], later, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, three)


def test_defect_5_a_transformer_runs_once(tmp_path):
    folder = tiny_classifier(tmp_path / "teacher", WORDS, LABELS.names)
    teacher = TransformerTokenClassifier.load(folder, LABELS)
    runs = []
    teacher.model.register_forward_hook(lambda *_: runs.append(1))
    first = SoftLabelStore(tmp_path / "store", teacher).labels(SENTENCES)
    count = len(runs)
    assert count == 6  # 22 sentences, four a shard
    moved = shutil.move(folder, tmp_path / "moved")
    again = TransformerTokenClassifier.load(moved, LABELS)
    again.model.register_forward_hook(lambda *_: runs.append(1))
    for one, other in zip(
        first, SoftLabelStore(tmp_path / "store", again).labels(SENTENCES), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert len(runs) == count


def test_gold_labels_do_not_matter_but_text_does(tmp_path):
    teacher = Asked()
    words = ("do", "n't")
    variants = [
        Sentence(words),
        Sentence(words, ("O", "B-PER")),
        Sentence(words, text="don't", offsets=((0, 2), (2, 5))),
        Sentence(words, text="do n't", offsets=((0, 2), (3, 6))),
        Sentence(("don't",)),
    ]
    SoftLabelStore(tmp_path / "store", teacher).labels(variants)
    assert teacher.asked == [variants[0], *variants[2:]]


@pytest.mark.parametrize("most", [0, 3, 4, 13, 21])
def test_an_interrupted_labelling_goes_on_with_identical_shards(tmp_path, most):
    SoftLabelStore(tmp_path / "whole", Asked()).labels(SENTENCES)
    with pytest.raises(KeyboardInterrupt):
        SoftLabelStore(tmp_path / "store", Asked(most=most)).labels(SENTENCES)
    teacher = Asked()
    SoftLabelStore(tmp_path / "store", teacher).labels(SENTENCES)
    assert teacher.asked == SENTENCES[most // 4 * 4 :]
    assert contents(tmp_path / "store") == contents(tmp_path / "whole")


def test_who_reads_answers_knows_what_they_took(tmp_path):
    class Slow(Asked):
        def logits(self, sentences):
            time.sleep(0.05)
            return super().logits(sentences)

    first = SoftLabelStore(tmp_path, Slow())
    first.labels(SENTENCES[:12])  # three shards
    assert first.saved == {"seconds": 0, "processor_seconds": 0}
    second = SoftLabelStore(tmp_path, Slow())
    second.labels(SENTENCES)
    assert 0.15 <= second.saved["seconds"] < 0.5
    third = SoftLabelStore(tmp_path, Slow())
    third.labels([*SENTENCES[:6], *SENTENCES[:6]])  # twice the same answers
    third.labels(SENTENCES[:6])
    words = [sum(len(sentence.words) for sentence in SENTENCES[:count]) for count in (6, 22)]
    everything = SoftLabelStore(tmp_path, Slow())
    everything.labels(SENTENCES)
    assert third.saved["seconds"] == pytest.approx(
        everything.saved["seconds"] * words[0] / words[1]
    )


def test_another_teacher_is_asked_itself(tmp_path):
    SoftLabelStore(tmp_path / "store", Asked()).labels(SENTENCES)
    other = Asked("second")
    SoftLabelStore(tmp_path / "store", other).labels(SENTENCES)
    assert other.asked == SENTENCES


def test_a_store_can_be_moved_and_holds_half_written_files_of_others(tmp_path):
    SoftLabelStore(tmp_path / "store", Asked()).labels(SENTENCES)
    shutil.move(tmp_path / "store", tmp_path / "moved")
    shard = next((tmp_path / "moved").rglob("*.safetensors"))
    shard.with_name(f".{shard.name}.1234.partial").write_bytes(b"half")
    teacher = Asked(most=0)
    assert len(SoftLabelStore(tmp_path / "moved", teacher).labels(SENTENCES)) == 22


def flip(data):
    return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]


@pytest.mark.parametrize(
    "spoil", [flip, lambda data: data[:-1], lambda data: b"", lambda data: b"x" * 100]
)
@pytest.mark.usefixtures("on_terminal")
def test_a_damaged_shard_is_named_and_computed_again(tmp_path, spoil, capsys):
    SoftLabelStore(tmp_path / "store", Asked()).labels(SENTENCES)
    before = contents(tmp_path / "store")
    shard = next((tmp_path / "store").rglob("*.safetensors"))
    shard.write_bytes(spoil(shard.read_bytes()))
    teacher = Asked()
    SoftLabelStore(tmp_path / "store", teacher).labels(SENTENCES)
    assert f"{shard} is damaged" in capsys.readouterr().err
    assert 0 < len(teacher.asked) <= 4  # the sentences of one shard
    assert contents(tmp_path / "store") == before


class Counting(Asked):
    """A teacher whose sentences take a hundred operations a word."""

    def counted_logits(self, sentences):
        return self.logits(sentences), self.operations(sentences)

    def operations(self, sentences):
        return [100 * len(sentence) for sentence in sentences]


def test_operations_are_those_from_scratch_wherever_answers_come_from(tmp_path, monkeypatch):
    asked = [*SENTENCES, *SENTENCES[:3]]
    expected = sum(100 * len(sentence) for sentence in asked)
    first = SoftLabelStore(tmp_path, Counting())
    first.labels(asked)
    assert first.operations(asked) == expected
    monkeypatch.setattr(Counting, "operations", None)  # must be on disk
    later = SoftLabelStore(tmp_path, Counting())
    later.labels(asked)
    assert later.operations(asked) == expected


def test_a_teacher_that_counts_nothing_takes_nothing(tmp_path):
    store = SoftLabelStore(tmp_path, Asked())
    store.labels(SENTENCES)
    assert store.operations(SENTENCES) == 0


def test_a_transformer_tokenises_once_and_its_operations_stay_the_same(tmp_path):
    folder = tiny_classifier(tmp_path / "teacher", WORDS, LABELS.names)
    teacher = TransformerTokenClassifier.load(folder, LABELS)
    windows = teacher.aligner.windows
    read = []

    def counting(sentences):
        read.extend(sentences)
        return windows(sentences)

    teacher.aligner.windows = counting
    store = SoftLabelStore(tmp_path / "store", teacher)
    store.labels(SENTENCES)
    found = store.operations(SENTENCES)
    assert read == SENTENCES
    assert found == sum(teacher.operations(SENTENCES)) > 0


def test_values_that_float16_can_not_hold_stay_finite(tmp_path):
    class Sure(Asked):
        def logits(self, sentences):
            return [np.array([[1e6, -1e6, 0.0]], np.float32) for _ in sentences]

    (rows,) = SoftLabelStore(tmp_path, Sure()).labels([Sentence(("a",))])
    assert rows.tolist() == [[65504.0, -65504.0, 0.0]]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_broken_teacher_is_refused_before_anything_is_stored(tmp_path, value):
    class Broken(Asked):
        def logits(self, sentences):
            return [np.full((len(sentence), 3), value, np.float32) for sentence in sentences]

    with pytest.raises(UserError, match="NaN or infinite"):
        SoftLabelStore(tmp_path / "store", Broken()).labels(SENTENCES)
    assert not (tmp_path / "store").exists()


def test_no_sentences_and_empty_ones(tmp_path):
    class Zeros(Asked):
        def logits(self, sentences):
            return [np.zeros((len(sentence), 3), np.float32) for sentence in sentences]

    store = SoftLabelStore(tmp_path, Zeros())
    assert store.labels([]) == []
    assert [rows.shape for rows in store.labels([Sentence(()), Sentence(("a",))])] == [
        (0, 3),
        (1, 3),
    ]
    assert [rows.shape for rows in SoftLabelStore(tmp_path, Zeros()).labels([Sentence(())])] == [
        (0, 3)
    ]
