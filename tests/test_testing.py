"""The conformance kit accepts what is right and says what is wrong; plugins arrive by name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from nlp_architect_ext.students.cnn_lstm import CnnLstm
from nlp_architect_ext.testing import check_student

ROOT = Path(__file__).parents[1]
EXAMPLES = (
    "third_party_student",
    "third_party_procedure",
    "third_party_teacher",
    "simple_recurrence",
)


class Good(nn.Module):
    """Looks at each word and its characters alone."""

    def __init__(self, word_count, character_count, label_count, width=8, dropout=0.1):
        super().__init__()
        self.word_embedding = nn.Embedding(word_count, width, padding_idx=0)
        self.characters = nn.EmbeddingBag(character_count, width, mode="sum", padding_idx=0)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(width, label_count)

    def features(self, batch):
        characters = self.characters(batch.characters.flatten(0, 1)).view(*batch.words.shape, -1)
        return self.word_embedding(batch.words) + characters

    def forward(self, batch):
        return self.output(self.dropout(self.features(batch)))


class SeesPaddingWords(Good):
    def __init__(self, word_count, character_count, label_count, width=8):
        super().__init__(word_count, character_count, label_count, width)
        self.lstm = nn.LSTM(width, width // 2, batch_first=True, bidirectional=True)

    def forward(self, batch):
        return self.output(self.lstm(self.features(batch))[0])


class SeesPaddingCharacters(Good):
    def __init__(self, word_count, character_count, label_count, width=8):
        super().__init__(word_count, character_count, label_count, width)
        self.characters = nn.Embedding(character_count, width)

    def features(self, batch):
        return self.word_embedding(batch.words) + self.characters(batch.characters).amax(dim=2)


class SeesNeighbours(Good):
    def features(self, batch):
        features = super().features(batch)
        return features - features[batch.mask].mean(dim=0)


class TakesOneMoreLabel(Good):
    def __init__(self, word_count, character_count, label_count):
        super().__init__(word_count, character_count, label_count + 1)


class CrashesOnOneWord(Good):
    def features(self, batch):
        return super().features(batch).squeeze()


class AlwaysDropsOut(Good):
    def features(self, batch):
        return functional.dropout(super().features(batch), 0.5)


class HasUnusedWeights(Good):
    def __init__(self, word_count, character_count, label_count):
        super().__init__(word_count, character_count, label_count)
        self.unused = nn.Linear(2, 2)


class ForgetsOnSaving(Good):
    def __init__(self, word_count, character_count, label_count):
        super().__init__(word_count, character_count, label_count)
        self.shift = torch.randn(8)

    def features(self, batch):
        return super().features(batch) + self.shift


class SharesWeights(Good):
    def __init__(self, word_count, character_count, label_count):
        super().__init__(word_count, character_count, label_count)
        self.again = nn.Linear(8, label_count)
        self.again.weight = self.output.weight

    def forward(self, batch):
        return self.again(super().features(batch)) + super().forward(batch)


class PeeksAtLabels(Good):
    def forward(self, batch):
        return super().forward(batch) + batch.labels.unsqueeze(2)


class WritesIntoTheBatch(Good):
    def features(self, batch):
        batch.words[batch.words > 40] = 1
        return super().features(batch)


class IgnoresTheSeed(Good):
    def __init__(self, word_count, character_count, label_count):
        super().__init__(word_count, character_count, label_count)
        nn.init.normal_(self.output.weight, generator=torch.Generator().manual_seed(torch.seed()))


CPU = torch.device("cpu")


class HasArgumentsThatAreNoJson(Good):
    def __init__(self, word_count, character_count, label_count, device=CPU):
        super().__init__(word_count, character_count, label_count)


class NeedsAnArgument(Good):
    def __init__(self, word_count, character_count, label_count, width):
        super().__init__(word_count, character_count, label_count, width)


class TakesSizesByOtherNames(Good):
    def __init__(self, words, characters, labels):
        super().__init__(words, characters, labels)


def test_a_right_student_passes_and_random_numbers_go_on_as_before():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check_student(Good)
    check_student(Good, width=2, dropout=0.0)
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (SeesPaddingWords, "3 more padding words"),
        (SeesPaddingCharacters, "4 more padding characters"),
        (SeesNeighbours, "alone in its batch"),
        (TakesOneMoreLabel, r"emissions \(.*, 6\); expected \(.*, 5\)"),
        (CrashesOnOneWord, r"emissions \(5,\); expected \(1, 1, 5\)"),
        (AlwaysDropsOut, "from call to call"),
        (HasUnusedWeights, "unused.weight"),
        (ForgetsOnSaving, "after saving"),
        (SharesWeights, "safetensors refuses"),
        (PeeksAtLabels, "depend on the labels"),
        (WritesIntoTheBatch, "changes batch.words in place"),
        (IgnoresTheSeed, r"other weights: \['output.weight'\]"),
        (HasArgumentsThatAreNoJson, "config.json"),
        (NeedsAnArgument, r"\['width'\] have no default"),
        (TakesSizesByOtherNames, "word_count, character_count, label_count"),
    ],
)
def test_a_broken_promise_is_named(student, message):
    with pytest.raises(AssertionError, match=message):
        check_student(student)


class ExportsSomethingElse(CnnLstm):
    """The export lacks the skip from the input to the labels."""

    def write_onnx(self, graph, features, lengths):
        skip, self.skip = self.skip, None
        try:
            return super().write_onnx(graph, features, lengths)
        finally:
            self.skip = skip


def test_another_export_is_named():
    with pytest.raises(AssertionError, match="as ONNX; correct write_onnx"):
        check_student(ExportsSomethingElse)


def test_wrong_arguments_are_named():
    with pytest.raises(
        AssertionError, match=r"\['widht'\]; the constructor has \['width', 'dropout'\]"
    ):
        check_student(Good, widht=3)


def test_packages_of_others_are_found_by_their_names_and_pass_their_own_tests(tmp_path):
    sources = [str(shutil.copytree(ROOT / "examples" / name, tmp_path / name)) for name in EXAMPLES]
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run([*install, "--target", str(tmp_path / "installed"), *sources], check=True)
    path = os.pathsep.join([str(tmp_path / "installed"), str(ROOT)])
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--import-mode=importlib",
            *sources,
        ],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "23 passed" in result.stdout
