"""How the native kernel is compiled, and what happens where it can't be.

Without a compiler the package installs all the same: one line says so, and a file in the package
keeps the reason for `nlp-train doctor`. `NLP_ARCHITECT_EXT_NATIVE=require` makes that an error,
`=skip` leaves the kernel out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from setuptools import Extension
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError, CompileError, LinkError, OptionError

VARIABLE = "NLP_ARCHITECT_EXT_NATIVE"
PACKAGE = Path("nlp_architect_ext", "runtime", "native")
RECORD = "not_built.txt"  # in the package: why it has no kernel
NOT_OF_PYTHON = {"c_api.cpp"}  # the library for programs in C
IMPORT = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location(*sys.argv[1:])
spec.loader.exec_module(module_from_spec(spec))
"""
FOREIGN = ("ARCHFLAGS", "_PYTHON_HOST_PLATFORM")  # set where a build is for another processor
PARALLEL = 2  # compilers at a time
# No function sets errno, which nobody reads; products are rounded before they are added, so that
# all compilers give the same bits.
UNIX = ["-std=c++17", "-O3", "-g0", "-pthread", "-fvisibility=hidden", "-ffunction-sections"]
UNIX += ["-fno-math-errno", "-ffp-contract=off"]
UNIX += ["-w", "-Wno-psabi"]  # warnings are for who changes the kernel: `make native-check`
MSVC = ["/std:c++17", "/permissive-", "/Zc:lambda", "/O2", "/EHsc", "/utf-8"]
# The stable ABI, which one wheel for all versions needs, isn't there without the interpreter lock:
# such a Python gets an extension of its version alone.
IS_STABLE = not sysconfig.get_config_var("Py_GIL_DISABLED")


def kernel() -> Extension:
    """The extension: every C++ file of the folder but the library for C."""
    sources = sorted((PACKAGE / "src").glob("*.cpp"))
    others = sorted(path for path in (PACKAGE / "src").iterdir() if path.suffix != ".cpp")
    return Extension(
        "nlp_architect_ext.runtime.native._kernel",
        [path.as_posix() for path in sources if path.name not in NOT_OF_PYTHON],
        depends=[path.as_posix() for path in others],
        language="c++",
        define_macros=[("Py_LIMITED_API", "0x030B0000")] if IS_STABLE else [],
        py_limited_api=IS_STABLE,
    )


class BuildKernel(build_ext):
    """Compiles several files at a time, and goes on without the kernel where that fails."""

    def run(self) -> None:
        """Build, or leave it out and say so."""
        self._package = self._packed_into()  # before it runs: `inplace` is another then
        wish = os.environ.get(VARIABLE, "")
        if wish not in ("", "require", "skip"):
            raise OptionError(f"{VARIABLE}={wish}: expected require, skip or nothing")
        if wish == "skip":
            self._leave_out(f"{VARIABLE}=skip")
            return
        (self._package / RECORD).unlink(missing_ok=True)
        with tempfile.TemporaryFile() as log:
            try:
                with _standard_output_to(log):
                    super().run()
            except (BaseError, CCompilerError, OSError) as error:
                reason = _first_error(_text(log)) or _without_flags(error)
                if wish == "require":
                    raise CompileError(f"the native kernel was required: {reason}") from error
                self._leave_out(reason)
            finally:
                sys.stderr.write(_text(log))

    def build_extension(self, ext: Extension) -> None:
        """Compile what changed, with the flags of this compiler, and link it."""
        is_msvc = self.compiler.compiler_type == "msvc"
        ext.extra_compile_args = MSVC if is_msvc else UNIX
        ext.extra_link_args = [] if is_msvc else ["-pthread"]
        if sys.platform.startswith("linux"):
            exports = Path(ext.sources[0]).with_name("exports.map")
            ext.extra_link_args += ["-Wl,-s", "-Wl,--gc-sections"]
            ext.extra_link_args.append(f"-Wl,--version-script={exports}")
        compile_files = self.compiler.compile

        def compile_parallel(sources: list[str], **options: Any) -> list[str]:
            def compile_one(source: str) -> list[str]:
                made = self.compiler.object_filenames([source], output_dir=options["output_dir"])
                if _is_newest(Path(made[0]), [source, *ext.depends]):
                    return list(made)
                return list(compile_files([source], **options))

            with ThreadPoolExecutor(PARALLEL) as pool:
                return [name for names in pool.map(compile_one, sources) for name in names]

        self.compiler.compile = compile_parallel
        super().build_extension(ext)
        _check_import(ext.name, self.get_ext_fullpath(ext.name))

    def _packed_into(self) -> Path:
        """Where the extension goes: in the sources, or in what is built of them."""
        is_in_place = self.inplace or getattr(self, "editable_mode", False)
        return PACKAGE if is_in_place else Path(self.build_lib) / PACKAGE

    def _leave_out(self, reason: str) -> None:
        """Forget the extension, so that the wheel is one for every machine; say and keep why."""
        self.extensions = []
        self.distribution.ext_modules = []
        self._package.mkdir(parents=True, exist_ok=True)
        for earlier in self._package.glob("_kernel.*"):
            earlier.unlink()
        (self._package / RECORD).write_text(f"{reason}\n", encoding="utf-8")
        sys.stderr.write(f"nlp-architect-ext goes without its native kernel: {reason}\n")


class Wheel(bdist_wheel):
    """A wheel whose name says what is in it: the kernel for a system, or nothing but Python."""

    def finalize_options(self) -> None:
        """One wheel for 3.11 and later, where Python has its lock."""
        if IS_STABLE:
            self.py_limited_api = "cp311"
        super().finalize_options()

    def run(self) -> None:
        """Build the wheel."""
        self.run_command("build_ext")  # first: whether it succeeds makes the name
        self.root_is_pure = not self.distribution.has_ext_modules()
        super().run()


def _check_import(name: str, path: str) -> None:
    """A missing symbol is no error to the linker: it would be one to whoever imports the module.

    Raises:
        LinkError: it can't be imported. Modules for another processor aren't tried.
    """
    if any(variable in os.environ for variable in FOREIGN):
        return
    code = (
        "from importlib import util as u; import sys; s = u.spec_from_file_location(*sys.argv[1:])"
    )
    command = [sys.executable, "-c", f"{code}; s.loader.exec_module(u.module_from_spec(s))"]
    done = subprocess.run([*command, name, path], capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise LinkError(said[-1] if said else f"importing it ended with {done.returncode}")


def _is_newest(made: Path, of: list[str]) -> bool:
    if not made.exists():
        return False
    return all(Path(name).stat().st_mtime < made.stat().st_mtime for name in of)


def _first_error(output: str) -> str:
    """The first line in which a compiler or linker names an error."""
    lines = (line.strip() for line in output.splitlines())
    return next((line for line in lines if re.search(r"\berror\b|undefined reference", line)), "")


def _without_flags(error: Exception) -> str:
    """What went wrong, in one line: not the fifty words of a compiler's command."""
    if error.args and isinstance(error.args[0], subprocess.CalledProcessError):
        failed = error.args[0]
        return f"{failed.cmd[0]} ended with status {failed.returncode}"
    return " ".join(str(error).split())


def _text(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode("utf-8", "replace")


@contextmanager
def _standard_output_to(file: IO[bytes]) -> Iterator[None]:
    """All that this process and its compilers write goes to a file."""
    kept = [os.dup(stream) for stream in (1, 2)]
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, before in zip((1, 2), kept, strict=True):
            os.dup2(before, stream)
            os.close(before)
