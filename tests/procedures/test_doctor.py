"""`nlp-train doctor` where only a part of the packages is installed."""

import subprocess
import sys

import pytest

BLOCKED = """
import sys
for module in {modules!r}:
    sys.modules[module] = None  # as if it weren't installed
from nlp_architect_ext import cli
sys.exit(cli.train(["doctor"]))
"""
ALL = (
    "accelerate",
    "huggingface_hub",
    "matplotlib",
    "numpy",
    "onnx",
    "onnxruntime",
    "safetensors",
    "seqeval",
    "spacy",
    "tokenizers",
    "torch",
    "torchcrf",
    "tqdm",
    "transformers",
)
RUNTIME = ("numpy", "onnxruntime")
KERNEL = "nlp_architect_ext.runtime.native._kernel"


def facts_without(*modules):
    """What `nlp-train doctor` prints in an installation without these modules."""
    code = BLOCKED.format(modules=modules)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = (line.split("  ", 1) for line in done.stdout.splitlines())
    return {name: fact.strip() for name, fact in rows}


def test_with_everything_everything_works():
    facts = facts_without()
    assert "not installed" not in facts.values()
    assert facts["train, fine-tune"] == facts["export"] == "yes"
    assert facts["tag with an export"].startswith("yes, in ")
    assert "threads used by torch" in facts["processor"]


def test_a_runtime_installation_tags_with_an_export_and_does_nothing_else():
    facts = facts_without(*set(ALL) - set(RUNTIME), KERNEL)
    assert facts["torch"] == facts["transformers"] == "not installed"
    assert facts["tag with an export"].startswith(
        "yes, in ONNX Runtime; not in the native kernel: "
    )
    for ability in ("train, fine-tune", "export", "tag with a model", "tag with a transformer"):
        assert facts[ability].startswith("no: needs torch, pytorch-crf"), ability
    assert "cnn-lstm (needs torch)" in facts["students"].split(", ")
    formats = facts["formats"].split(", ")  # what a file needs is imported when it's read
    assert {"columns", "label_studio", "prodigy", "spacy", "text"} < {*formats}


@pytest.mark.parametrize(
    ("module", "ability"),
    [
        ("onnx", "export"),
        ("spacy", "split text by spaCy"),
        ("seqeval", "score (--evaluate)"),
        ("transformers", "train, fine-tune"),
    ],
)
def test_what_is_missing_is_named_where_it_is_needed(module, ability):
    assert facts_without("torch", module)[ability].endswith(module)


def test_without_anything_that_runs_exports_both_are_named():
    fact = facts_without("onnxruntime", KERNEL)["tag with an export"]
    assert fact.startswith("no: needs onnxruntime; not in the native kernel: ")


def test_it_runs_with_nothing_installed():
    assert set(facts_without(*ALL)) >= {"Python", "processor", "formats"}
