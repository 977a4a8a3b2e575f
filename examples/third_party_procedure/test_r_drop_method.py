"""The method by its name, with all that a command of the library can do."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from r_drop_method import RDrop
from safetensors.torch import load_file

from nlp_architect_ext import load
from nlp_architect_ext.cli import train
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.runs.train_student import train_student

NAMES = ("Ada", "Bo", "Chen", "Dora", "Emil")
PLACES = ("Oslo", "Lima", "Rome", "Kyoto", "Bern")
STUDENT = {"word_width": 8, "character_filters": 8, "lstm_width": 8, "dropout": 0.3}
SMALL = ["--tokenizer", "whitespace", "--threads", "1", "-b", "4", "--min_epoch_steps", "1"]


@pytest.fixture
def call(tmp_path: Path) -> list[str]:
    """Flags of a small run on data of its own, without the output folder."""
    data = tmp_path / "data"
    data.mkdir()
    pairs = [(name, place) for name in NAMES for place in PLACES]
    rows = [f"{name}\tB-PER\nleft\tO\n{place}\tB-LOC\n" for name, place in pairs]
    (data / "train.txt").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "student.json").write_text(json.dumps(STUDENT), encoding="utf-8")
    return ["--data_dir", str(data), "--config_file", str(tmp_path / "student.json"), *SMALL]


def test_a_run_leaves_scores_report_and_an_export(call: list[str], tmp_path: Path) -> None:
    """As `nlp-train tagger` does."""
    out = tmp_path / "out"
    flags = ["--output_dir", str(out), "-e", "12", "--lr", "0.02", "--agreement_w", "0.5"]
    flags += ["--logging_steps", "10"]
    assert train(["tagger_r_drop", *call, *flags]) == 0
    assert json.loads((out / "metrics.json").read_text())["dev"]["f1"] > 0.9
    assert json.loads((out / "run.json").read_text())["agreement_w"] == 0.5
    assert '"agreement": ' in (out / "metrics.jsonl").read_text()
    assert (out / "report.html").exists()
    assert train(["export", "--model_dir", str(out), "--force"]) == 0
    assert [one.word for one in load(out)("Ada left Rome")] == ["Ada", "Rome"]


def test_a_dry_run_writes_nothing(call: list[str], tmp_path: Path) -> None:
    """And says what would be done."""
    assert train(["tagger_r_drop", *call, "--output_dir", str(tmp_path / "x"), "--dry_run"]) == 0
    assert not (tmp_path / "x").exists()


def test_a_killed_run_goes_on_to_the_same_end(call: list[str], tmp_path: Path) -> None:
    """With the weights of a run that nobody killed."""
    flags = [*call, "-e", "30", "--save_steps", "7"]
    folders = [tmp_path / "whole", tmp_path / "killed"]
    assert train(["tagger_r_drop", *flags, "--output_dir", str(folders[0])]) == 0
    code = "import sys; from nlp_architect_ext.cli import train; sys.exit(train())"
    command = [sys.executable, "-c", code, "tagger_r_drop", *flags, "--output_dir", str(folders[1])]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 (our own command)
        while not (folders[1] / "checkpoints" / "last.safetensors").exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert not (folders[1] / "MANIFEST.json").exists()
    assert train(["tagger_r_drop", *flags, "--output_dir", str(folders[1]), "--resume"]) == 0
    whole, killed = (load_file(folder / "model.safetensors") for folder in folders)
    assert all(torch.equal(tensor, killed[name]) for name, tensor in whole.items())


def test_two_equal_answers_cost_no_more_than_one() -> None:
    """Without dropout the divergence is 0, and the task loss that of one pass."""
    labels = LabelSet.for_types(["PER"])
    emissions = torch.randn(1, 2, len(labels), generator=torch.Generator().manual_seed(0))
    batch = _Batch(torch.tensor([[1, 0]]), torch.tensor([2]), torch.ones(1, 2, dtype=torch.bool))
    loss, parts = RDrop(Decoder(labels, use_crf=False), 3.0).loss(lambda _: emissions, batch)
    assert parts["agreement"] == pytest.approx(0.0, abs=1e-6)
    expected = torch.nn.functional.cross_entropy(emissions[0], batch.labels[0])
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


class _Batch:
    def __init__(self, labels: torch.Tensor, lengths: torch.Tensor, mask: torch.Tensor) -> None:
        self.labels, self.lengths, self.mask = labels, lengths, mask


def test_the_library_knows_no_method_by_name() -> None:
    """Nothing in it says R-Drop."""
    library = Path(sys.modules[train_student.__module__].__file__ or "").parents[1]
    assert not [path for path in library.rglob("*.py") if "r_drop" in path.read_text().lower()]
