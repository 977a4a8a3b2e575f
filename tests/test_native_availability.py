"""Which engine runs an export where the native kernel is, and where it isn't, and what is said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from test_tagger import SOFTMAX

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.runtime.native import availability
from nlp_architect_ext.runtime.native.availability import NETWORK, missing_kernel, native_obstacle
from nlp_architect_ext.serving.load import choose, load

KERNEL = "nlp_architect_ext.runtime.native._kernel"
needs_kernel = pytest.mark.skipif(missing_kernel() != "", reason=missing_kernel() or "there")


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    SOFTMAX.export(folder, "int8")
    return folder


@pytest.fixture
def no_kernel(monkeypatch, tmp_path):
    """As in a wheel without the extension."""
    monkeypatch.setitem(sys.modules, KERNEL, None)
    monkeypatch.setattr(availability, "__file__", str(tmp_path / "availability.py"))
    monkeypatch.setattr(availability, "RECORD", tmp_path / "not_built.txt")
    return tmp_path


def test_the_record_of_the_build_is_the_reason(no_kernel):
    assert missing_kernel() == "it isn't part of this installation"
    (no_kernel / "not_built.txt").write_text("g++ ended with status 1\n")
    assert missing_kernel() == "it wasn't built (g++ ended with status 1)"


def test_a_kernel_for_another_python_is_named(no_kernel):
    (no_kernel / "_kernel.cpython-399-x86_64.so").touch()
    assert missing_kernel().startswith("it was built for another Python (_kernel.cpython-399-")


def test_without_the_kernel_onnx_runtime_runs_an_export_and_the_line_says_why(export, no_kernel):
    said = str(choose(export, device="auto", engine="auto"))
    assert said == (
        f"{export} runs in ONNX Runtime; not in the native kernel: it isn't part of this "
        "installation"
    )
    assert load(export).engine == "onnx"


def test_the_engine_native_insists_on_the_kernel(export, no_kernel):
    message = f"{export}: the native kernel can't run it: it isn't part of this installation"
    with pytest.raises(UserError, match=re.escape(message)):
        load(export, engine="native")


@needs_kernel
def test_an_export_of_before_the_kernel_says_how_to_get_faster(export):
    (export / NETWORK).unlink(missing_ok=True)
    write_manifest(export)
    assert native_obstacle(export).endswith("call nlp-train export again")
    choice = choose(export, device="cpu", engine="auto")
    assert choice.engine == "onnx"
    assert "call nlp-train export again" in choice.remark


@needs_kernel
def test_a_network_that_the_kernel_does_not_know_is_named(export):
    config = json.loads((export / "config.json").read_text())
    (export / "config.json").write_text(json.dumps({**config, "student": "perceptron"}))
    write_manifest(export)
    assert (
        native_obstacle(export) == "it knows the networks cnn-lstm, id-cnn, chain, not perceptron"
    )


@needs_kernel
def test_a_damaged_export_is_no_matter_of_engines(export):
    with (export / "config.json").open("a") as file:
        file.write(" ")
    with pytest.raises(UserError, match="isn't the file that MANIFEST"):
        native_obstacle(export)


@needs_kernel
def test_where_the_kernel_is_slower_onnx_runtime_is_taken(export):
    script = (
        "import sys; from nlp_architect_ext.serving.load import choose;"
        "print(choose(sys.argv[1], device='cpu', engine='auto'))"
    )
    environment = {**os.environ, "NLP_ARCHITECT_EXT_KERNEL": "portable"}
    command = [sys.executable, "-c", script, str(export)]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "runs in ONNX Runtime; the native kernel has no instructions" in found.stdout
