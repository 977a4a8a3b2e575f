"""What is shipped: the commands run from the built wheel, the source tree out of sight."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from built_wheel import build_wheel
from test_tagger import SOFTMAX

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel as CI would upload it."""
    return build_wheel(tmp_path_factory.mktemp("wheel"), "--no-isolation")


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel installed by itself, ahead of the editable installation."""
    target = tmp_path_factory.mktemp("installed")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        target,
        wheel,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return target


def run(installed, *command, cwd):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [str(installed / "bin" / command[0]), *map(str, command[1:])],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
    )


def test_the_wheel_has_library_procedures_types_and_licence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {"nlp_architect_ext/py.typed", "nlp_architect_ext_procedures/tagger_kd_pseudo.py"}
    expected |= {f"nlp_architect_ext/reports/assets/{name}" for name in ("style.css", "report.js")}
    assert expected <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    page = [name for name in names if name.startswith("nlp_architect_ext/serving/page/")]
    kinds = sorted(name.rpartition(".")[2] for name in page)
    assert kinds == ["css", "html", "js", "svg", "txt"]  # built; its sources are in the repository
    assert not [
        name for name in names if name.startswith(("tests", "benchmarks", "examples", "docs"))
    ]


def test_the_extra_of_a_runtime_is_what_the_requirements_file_says(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    metadata = archive.read(name).decode()
    extra = re.findall(r'^Requires-Dist: (\S+); extra == "runtime"$', metadata, re.MULTILINE)
    lines = (ROOT / "requirements-runtime.txt").read_text(encoding="utf-8").splitlines()
    assert extra == [line for line in lines if not line.startswith("#")]
    assert re.search(r"^Provides-Extra: export$", metadata, re.MULTILINE)  # of 0.1: old lines work


def test_the_wheel_tells_spacy_of_its_component(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
    _, _, factories = archive.read(name).decode().partition("[spacy_factories]\n")
    module = "nlp_architect_ext.hosts.spacy_component"
    assert factories.startswith(f"nlp_architect_tagger = {module}:make_component\n")
    assert f"{module.replace('.', '/')}.py" in archive.namelist()


def test_both_commands_run_from_the_wheel(installed, tmp_path):
    where = [
        sys.executable,
        "-c",
        (
            "import nlp_architect_ext as n, nlp_architect_ext_procedures as p; print(n.__file__, "
            "p.__file__)"
        ),
    ]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    shown = subprocess.run(
        where, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert all(Path(path).is_relative_to(installed) for path in shown.split())
    students = run(installed, "nlp-train", "students", cwd=tmp_path)
    assert "cnn-lstm" in students.stdout, students.stderr
    SOFTMAX.save(tmp_path / "model")
    (tmp_path / "notes.txt").write_text("Anna met Bo\n")
    arguments = [
        "--model_dir",
        tmp_path / "model",
        "--data_file",
        tmp_path / "notes.txt",
        "--output_dir",
        tmp_path / "out",
    ]
    done = run(installed, "nlp-inference", "tagger", *arguments, "--threads", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out" / "output.txt").read_text().splitlines()) == 4
