"""The pages that are read along do what they show: their blocks run, in order, in a new folder.

A block of ``sh`` is run, a block of ``python`` too; what they print is the block of ``text`` that
follows. A block after a line that ends in a file's name and a colon is that file.

    python tests/test_tutorial.py --write

writes into the pages what is printed today.
"""

from __future__ import annotations

import io
import logging
import os
import re
import runpy
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_teacher import tiny_encoder

from nlp_architect_ext import cli
from nlp_architect_ext.core.progress import LOG
from nlp_architect_ext.runtime.native.availability import missing_kernel

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [DOCS / "tutorial.md", DOCS / "python.md", DOCS / "annotation-tools.md"]
TEACHER = "bert-base-cased"  # a folder of this name comes before the hub
PROGRAMS = {"nlp-train": cli.train, "nlp-inference": cli.inference}

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`(\w+\.\w+)`:\n\n$")
SERVICES: list[subprocess.Popen[bytes]] = []  # that a page has started
# A bar of another library, or a line that only slow machines show.
UNSTABLE = re.compile(r"it/s\]|^[^:]+: [\d,]+( of [\d,]+)? \w+, [\d,.]+ a second$")
MEASURED = re.compile(r"\d[\d,.]*(?= (s|ms|min|seconds|minutes|hours|words/s|MB|KB)\b)")
KERNEL = re.compile(r"(?<=runs in the native kernel )\([\w-]+\)")  # of this processor
DECIMAL = re.compile(r"\d+\.\d+")
SHOWN = 3  # lines of fine-tuning at its beginning; of the others only the last is shown


@dataclass(frozen=True)
class Step:
    """A block of a page that is done, and what the page says that it prints.

    Args:
        kind: "sh", "python", or "file".
        name: of the file.
        code: what stands in the block.
        printed: the block of output behind it; empty without one.
        place: where that block's content lies in the page; None without one.
    """

    kind: str
    name: str
    code: str
    printed: str = ""
    place: slice | None = None


def steps(page: str) -> list[Step]:
    """What a page asks its reader to do."""
    found: list[Step] = []
    for match in BLOCK.finditer(page):
        language, code = match[1], match[2]
        file = FILE.search(page[: match.start()])
        if file:
            found.append(Step("file", file[1], code))
        elif language == "text":
            last = found.pop()
            found.append(Step(last.kind, last.name, last.code, code, slice(*match.span(2))))
        elif language in ("sh", "python"):
            found.append(Step(language, "", code))
    return found


def results(page: str) -> list[tuple[Step, str]]:
    """Every block, done in the folder that we are in, and what it printed."""
    handlers, level = list(LOG.handlers), LOG.level
    todo = steps(page)
    tiny_encoder(Path(TEACHER), re.findall(r"\w+", todo[0].code))  # the data is made there
    names: dict[str, Any] = {}
    try:
        return [(step, do(step, names)) for step in todo]
    finally:
        while SERVICES:
            SERVICES.pop().kill()
        LOG.handlers[:] = handlers
        LOG.setLevel(level)


def do(step: Step, names: dict[str, Any]) -> str:
    """Do what a block says in the folder that we are in; what it prints, as the page shows it."""
    if step.kind == "file":
        Path(step.name).write_text(step.code, encoding="utf-8")
        return ""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        if step.kind == "python":
            Path(".block.py").write_text(step.code, encoding="utf-8")
            names |= runpy.run_path(".block.py", init_globals=names)
        else:
            for line in step.code.replace("\\\n", " ").splitlines():
                command(line)
    return as_shown(out.getvalue())


def command(line: str) -> None:
    """Run a line of the shell; our own programs in this process, which has torch already."""
    program, *arguments = shlex.split(line)
    if arguments and arguments[-1] == "&":
        serve(program, arguments[:-1])
        return
    if program in PROGRAMS:
        assert PROGRAMS[program](arguments) == 0, line
        return
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", line],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    sys.stdout.write(done.stdout)


def serve(program: str, arguments: list[str]) -> None:
    """Start a service that goes on beside the page's next blocks, and wait until it's ready."""
    path = Path(sys.executable).with_name(program)
    SERVICES.append(subprocess.Popen([path, *arguments], stderr=subprocess.DEVNULL))
    ready = f"http://127.0.0.1:{arguments[arguments.index('--port') + 1]}/health/ready"
    for _ in range(600):
        with suppress(OSError), urllib.request.urlopen(ready) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{program} isn't ready after a minute")


def as_shown(printed: str) -> str:
    """Output without what isn't ours, and with the middle of fine-tuning left out."""
    lines = [line.rstrip() for line in printed.splitlines() if not UNSTABLE.search(line)]
    shown: list[str] = []
    for is_long, part in groupby(lines, lambda line: line.startswith("fine-tuning ·")):
        group = list(part)
        if is_long and len(group) > SHOWN + 2:
            group = [*group[:SHOWN], "...", group[-1]]
        shown += group
    return "\n".join(shown).strip("\n") + "\n"


def constant(text: str) -> str:
    """Output without the numbers that differ from machine to machine."""
    masked = MEASURED.sub("…", KERNEL.sub("…", text))
    lines = [re.sub(" +", " ", line) if "…" in line else line for line in masked.splitlines()]
    return DECIMAL.sub("…", "\n".join(lines))


def decimals(text: str) -> list[float]:
    """The scores and losses in an output; processors differ in their last digits."""
    return [float(number) for number in DECIMAL.findall(MEASURED.sub("…", text))]


def alike(printed: str, shown: str) -> bool:
    """Whether two outputs differ only as two machines do."""
    close = pytest.approx(decimals(shown), rel=0.1, abs=0.1)
    return constant(printed) == constant(shown) and decimals(printed) == close


@pytest.mark.skipif(bool(missing_kernel()), reason="the pages show the native kernel's output")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_page_prints_what_it_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for step, printed in results(path.read_text(encoding="utf-8")):
        if step.place is not None and not alike(printed, step.printed):
            assert printed == step.printed, (
                f"run python tests/test_tutorial.py --write\n{step.code}"
            )


def test_what_a_page_shows_wrongly_would_be_seen() -> None:
    assert alike("in 2.4 s (5 words/s)", "in  12 s (90 words/s)")
    assert alike("F1 90.91", "F1 90.86")
    assert not alike("F1 90.91", "F1 70.25")
    assert not alike("12 sentences", "13 sentences")
    assert not alike("F1 90.91", "F1  90.91")


def test_output_belongs_to_the_block_before_it() -> None:
    page = "As `a.json`:\n\n```json\n{}\n```\n\n```sh\nls\n```\n\n```text\na.json\n```\n"
    file, listing = steps(page)
    assert (file.kind, file.name, file.code) == ("file", "a.json", "{}\n")
    assert (listing.kind, listing.code, listing.printed) == ("sh", "ls\n", "a.json\n")
    assert listing.place is not None
    assert page[listing.place] == "a.json\n"


def write(path: Path) -> None:
    """Put what the page's blocks print today into the page."""
    page = path.read_text(encoding="utf-8")
    logging.getLogger().addHandler(
        logging.NullHandler()
    )  # pytest has one; else onnxruntime adds one
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        done = results(page)
    for step, printed in reversed(done):
        if step.place is not None and not alike(printed, step.printed):
            page = page[: step.place.start] + printed + page[step.place.stop :]
    path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/test_tutorial.py --write")
    torch.set_num_threads(1)
    for page in PAGES:
        write(page)
