"""The native kernel's build: where it can't be made, one line says so, and the wheel is pure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from built_wheel import ROOT, copy_sources

KERNEL = "nlp_architect_ext/runtime/native"
HAS_COMPILER = shutil.which("g++") is not None
FINE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
static PyModuleDef_Slot kSlots[] = {{0, nullptr}};
static PyModuleDef kModule = {
    PyModuleDef_HEAD_INIT, "_kernel", nullptr, 0, nullptr, kSlots, nullptr, nullptr, nullptr};
PyMODINIT_FUNC PyInit__kernel() { return PyModuleDef_Init(&kModule); }
"""
BROKEN = "int broken() { return is_missing; }\n"


@dataclass(frozen=True)
class Build:
    """A checkout whose kernel is one small file, and what building it came to."""

    folder: Path

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if name not in ("CXX", "CC")}
        env = {**env, "NLP_ARCHITECT_EXT_NATIVE": "", **variables}
        arguments = [sys.executable, "setup.py", "-q", *command]
        return subprocess.run(arguments, cwd=self.folder, env=env, capture_output=True, text=True)

    def wheel(self, **variables: str) -> tuple[str, zipfile.ZipFile, str]:
        """Name and content of the wheel, and the line about a kernel that is missing."""
        done = self.run("bdist_wheel", **variables)
        assert done.returncode == 0, done.stderr
        (path,) = (self.folder / "dist").glob("*.whl")
        lines = [line for line in done.stderr.splitlines() if "without its native" in line]
        return path.name, zipfile.ZipFile(path), "".join(lines)


@pytest.fixture
def build(tmp_path):
    copy_sources(tmp_path / "sources")
    sources = tmp_path / "sources" / KERNEL / "src"
    for path in sources.iterdir():
        if path.name not in ("exports.map", "build_native.py"):
            path.unlink()
    (sources / "binding.cpp").write_text(FINE)
    return Build(tmp_path / "sources")


def kernel_files(archive: zipfile.ZipFile) -> set[str]:
    """What of the kernel is in a wheel beside Python's code."""
    names = (name for name in archive.namelist() if name.startswith(f"{KERNEL}/"))
    return {name.removeprefix(f"{KERNEL}/") for name in names if not name.endswith(".py")}


@pytest.mark.skipif(not HAS_COMPILER, reason="needs a compiler")
def test_a_wheel_with_the_kernel_is_for_a_system_and_every_later_python(build):
    name, archive, line = build.wheel()
    assert "-cp311-abi3-" in name
    assert line == ""
    assert kernel_files(archive) in ({"_kernel.abi3.so"}, {"_kernel.pyd"})


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"CXX": "false"}, "false ended with status 1"),
        ({"CXX": "/nowhere/g++", "CC": "/nowhere/gcc"}, "/nowhere/g++"),
        ({"NLP_ARCHITECT_EXT_NATIVE": "skip"}, "NLP_ARCHITECT_EXT_NATIVE=skip"),
    ],
)
def test_a_wheel_without_the_kernel_is_pure_and_keeps_the_reason(build, variables, reason):
    name, archive, line = build.wheel(**variables)
    assert name.endswith("-py3-none-any.whl")
    assert kernel_files(archive) == {"not_built.txt"}
    kept = archive.read(f"{KERNEL}/not_built.txt").decode()
    assert reason in kept
    assert len(kept) < 200
    assert line.endswith(kept.strip())


@pytest.mark.skipif(not HAS_COMPILER, reason="needs a compiler")
def test_the_reason_is_the_first_error_of_the_compiler(build):
    (build.folder / KERNEL / "src" / "broken.cpp").write_text(BROKEN)
    name, archive, line = build.wheel()
    assert name.endswith("-py3-none-any.whl")
    assert kernel_files(archive) == {"not_built.txt"}
    assert f"{KERNEL}/src/broken.cpp:1:" in line
    assert "is_missing" in line


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other linkers refuse it")
def test_a_kernel_that_can_not_be_imported_is_left_out(build):
    undefined = f"int is_nowhere(PyObject*);{FINE}"
    slot = "{Py_mod_exec, reinterpret_cast<void*>(is_nowhere)}, {0, nullptr}"
    code = "#include <Python.h>\n" + undefined.replace("{0, nullptr}", slot)
    (build.folder / KERNEL / "src" / "binding.cpp").write_text(code)
    name, _, line = build.wheel()
    assert name.endswith("-py3-none-any.whl")
    assert "undefined symbol: " in line


def test_a_kernel_that_is_required_must_compile(build):
    done = build.run("bdist_wheel", CXX="false", NLP_ARCHITECT_EXT_NATIVE="require")
    assert done.returncode != 0
    assert "the native kernel was required: false ended with status 1" in done.stderr
    assert not (build.folder / "dist").exists()


def test_a_misspelt_wish_is_an_error(build):
    done = build.run("build_ext", "--inplace", NLP_ARCHITECT_EXT_NATIVE="required")
    assert done.returncode != 0
    assert "expected require, skip or nothing" in done.stderr


@pytest.mark.skipif(not HAS_COMPILER, reason="needs a compiler")
def test_a_build_in_place_leaves_no_kernel_of_earlier_sources(build):
    folder = build.folder / KERNEL
    assert build.run("build_ext", "--inplace").returncode == 0
    assert [path.suffix for path in folder.glob("_kernel.*")] in ([".so"], [".pyd"])
    (folder / "src" / "binding.cpp").write_text(FINE + BROKEN)
    assert build.run("build_ext", "--inplace").returncode == 0
    assert list(folder.glob("_kernel.*")) == []
    assert "is_missing" in (folder / "not_built.txt").read_text()
    (folder / "src" / "binding.cpp").write_text(FINE)
    assert build.run("build_ext", "--inplace").returncode == 0
    assert list(folder.glob("_kernel.*"))
    assert not (folder / "not_built.txt").exists()


@pytest.mark.skipif(not HAS_COMPILER, reason="needs a compiler")
def test_a_changed_header_compiles_its_sources_anew(build):
    sources = build.folder / KERNEL / "src"
    (sources / "number.h").write_text("// nothing yet\n")
    (sources / "binding.cpp").write_text(f'#include "number.h"\n{FINE}')
    assert build.run("build_ext", "--inplace").returncode == 0
    (sources / "number.h").write_text("#error changed\n")
    done = build.run("build_ext", "--inplace", NLP_ARCHITECT_EXT_NATIVE="require")
    assert "#error changed" in done.stderr


def test_the_sdist_holds_all_that_a_build_needs(tmp_path):
    copy_sources(tmp_path / "sources")
    done = Build(tmp_path / "sources").run("sdist", "--formats", "tar")
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "sources" / "dist").iterdir()
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / KERNEL / "src").iterdir()}
    assert {"setup.py", "pyproject.toml"} | sources <= names
    assert not [name for name in names if name.endswith((".so", ".o", "not_built.txt"))]
