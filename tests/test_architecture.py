"""The shape of the code: where imports point, how long things get, what is never called."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "nlp_architect_ext"

# What each room may import beside itself: the rooms of `docs/architecture.md`, floor by floor.
# Torch begins at the second floor. A new room gets a line here: where does it belong?
FIRST_FLOOR = {
    "core": set(),
    "settings": {"core"},
    "data": {"core"},
    "runtime": {"core", "data"},
    "evaluation": {"core", "data", "runtime"},
    "reports": {"core", "runtime", "evaluation"},
}
SECOND_FLOOR = {
    "batches": {"core", "data"},
    "layers": {"core", "data", "batches"},
    "encoders": {"core", "data", "layers"},
    "students": {"core", "batches", "layers"},
    "teachers": {"core", "data", "evaluation", "layers", "encoders"},
    "training": {"core", "batches", "layers", "students"},
    "compression": {
        "core",
        "data",
        "evaluation",
        "batches",
        "layers",
        "encoders",
        "students",
        "training",
    },
}
BELOW_TAGGERS = {*FIRST_FLOOR, *SECOND_FLOOR} - {"reports", "training", "compression"}
BELOW_RUNS = {*FIRST_FLOOR, *SECOND_FLOOR, "taggers"}
THIRD_FLOOR = {
    "taggers": BELOW_TAGGERS,
    "runs": BELOW_RUNS,
    "serving": {*FIRST_FLOOR, "layers", "taggers"},
    "curve": {*BELOW_RUNS, "runs", "cli"},
    "benchmark": {*BELOW_RUNS, "runs", "serving"},
    "hosts": {*FIRST_FLOOR, "serving"},
}
DOORS = {
    "cli": {"core", "procedure"},
    "host": {"core", "procedure"},
    "procedure": set(),
    "testing": {*BELOW_RUNS},
}
ROOMS = {**FIRST_FLOOR, **SECOND_FLOOR, **THIRD_FLOOR, **DOORS}
# An exported tagger runs without torch.
ONLY_INSIDE_FUNCTIONS = {("serving", "layers"), ("serving", "taggers")}
TORCH = {"torch", "transformers", "torchcrf", "accelerate"}

LIBRARY = sorted((ROOT / PACKAGE).rglob("*.py"))
COMMANDS = sorted((ROOT / "procedures").glob("*.py"))
SHIPPED = LIBRARY + COMMANDS
ALL_CODE = [
    *SHIPPED,
    *sorted((ROOT / "examples").rglob("*.py")),
    *sorted((ROOT / "benchmarks").rglob("*.py")),
]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

LONGEST_FILE, LONGEST_FUNCTION = 250, 60
# This script reads a user's own old models, in the old environment; it's no part of the package.
READS_PICKLES = ROOT / "examples" / "from_nlp_architect" / "write_old_model.py"
RUNS_CODE = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def module_name(path: Path) -> str:
    """The dotted name of a file of the library: ``nlp_architect_ext.data.formats.text``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path) for path in LIBRARY}


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, inside functions too.

    Relative names start at ``package``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join(
                    [*parents[: len(parents) - node.level + 1], *([base] if base else [])]
                )
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from ((node.lineno, name if name in MODULES else base) for name in names)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def package_of(path: Path) -> str:
    return module_name(path) if path.stem == "__init__" else module_name(path).rpartition(".")[0]


def room_of(module: str) -> str | None:
    """The room of a library module; None for the package itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def misplaced(tree: ast.AST, room: str, package: str) -> list[str]:
    """The imports of rooms that this room mustn't know, inside functions too."""
    allowed = {room, *ROOMS[room]}
    found = [
        f"line {line}: {name}"
        for line, name in imported(tree, package)
        if name.startswith(f"{PACKAGE}.") and room_of(name) not in allowed
    ]
    at_import = (
        (node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
        if isinstance(tree, ast.Module)
        else ()
    )
    for node in at_import:
        for line, name in imported(ast.Module([node], []), package):
            if (room, room_of(name)) in ONLY_INSIDE_FUNCTIONS:
                found.append(f"line {line}: {name}, outside of a function")
    if room in FIRST_FLOOR:
        found += [
            f"line {line}: {name}"
            for line, name in imported(tree, package)
            if name.split(".")[0] in TORCH
        ]
    return found


def forbidden(tree: ast.AST) -> list[str]:
    """Everything in the code that could run what a file says."""
    found = [
        f"line {line}: imports {name}"
        for line, name in imported(tree, "")
        if name.split(".")[0] in RUNS_CODE
    ]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "torch"
            and any(a.name == "load" for a in node.names)
        ):
            found.append(f"line {node.lineno}: imports torch.load")
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in (
            "eval",
            "exec",
            "compile",
            "__import__",
            "torch.load",
            "builtins.eval",
            "builtins.exec",
        ):
            found.append(f"line {node.lineno}: calls {called}")
        for keyword in node.keywords:
            is_false = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            if keyword.arg in ("trust_remote_code", "allow_pickle") and not is_false:
                found.append(f"line {node.lineno}: {keyword.arg} isn't False")
    return found


def long_functions(tree: ast.AST) -> list[str]:
    """Functions that can't be read at a glance."""
    return [
        f"line {node.lineno}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_module_has_a_room():
    assert {room_of(name) for name in MODULES} - {None} <= set(ROOMS)


@pytest.mark.parametrize("path", LIBRARY, ids=shown)
def test_rooms_import_what_lies_below_them(path):
    room = room_of(module_name(path))
    if room is not None:
        assert misplaced(parsed(path), room, package_of(path)) == []


def rooms_of_the_page() -> dict[str, set[str]]:
    """What each room may import, as the table of `docs/architecture.md` says it to readers."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("## The rooms")[1].split("\n## ")[0]
    found: dict[str, set[str]] = {}
    for room, cell in re.findall(
        r"^\| [^|]+ \| `(\w+)` \|[^|]+\| ([^|]+) \|$", table, re.MULTILINE
    ):
        first, _, more = cell.partition("; also ")
        named, also = (set(re.findall(r"`(\w+)`", part)) for part in (first, more))
        found[room] = (set(found) - named if first.startswith("all above") else named) | also
    return found


def test_the_page_about_rooms_says_what_is_held():
    assert rooms_of_the_page() == ROOMS


WITHOUT_TORCH = """
import importlib, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked())
for name in {modules!r}:
    importlib.import_module(name)
"""


def test_the_first_floor_imports_without_torch():
    light = {*FIRST_FLOOR, "serving", "hosts", "cli", "host", "procedure", None}
    modules = sorted(name for name in MODULES if room_of(name) in light)
    code = WITHOUT_TORCH.format(blocked=sorted(TORCH), modules=modules)
    subprocess.run([sys.executable, "-c", code], check=True)


def test_imports_have_no_cycle():
    graph = {
        module_name(path): {
            name
            for _, name in imported(parsed(path), package_of(path))
            if name in MODULES and name != PACKAGE
        }
        for path in LIBRARY
    }
    # This raises CycleError, which names the cycle.
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == MODULES


@pytest.mark.parametrize("path", ALL_CODE + TESTS, ids=shown)
def test_nobody_imports_procedures(path):
    """They are reached by name, as a stranger's are."""
    names = {
        name.split(".")[0]
        for _, name in imported(parsed(path), "procedures" if path in COMMANDS else "")
    }
    assert not names & {"procedures", "nlp_architect_ext_procedures"}


@pytest.mark.parametrize("path", ALL_CODE, ids=shown)
def test_nothing_runs_what_a_file_says(path):
    found = {line.partition(": ")[2] for line in forbidden(parsed(path))}
    assert found == ({"imports pickle", "calls torch.load"} if path == READS_PICKLES else set())


@pytest.mark.parametrize("path", SHIPPED, ids=shown)
def test_files_and_functions_stay_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE
    assert long_functions(parsed(path)) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import dump",
        "def f():\n    import torch\n    return torch.load('x')",
        "from torch import load",
        "eval('1')",
        "exec(open('x').read())",
        "AutoModel.from_pretrained('x', trust_remote_code=True)",
        "AutoModel.from_pretrained('x', trust_remote_code=asked)",
        "np.load('x', allow_pickle=True)",
    ],
)
def test_dangerous_code_would_be_seen(code):
    assert len(forbidden(ast.parse(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "model.eval()",
        "NeuralTagger.load('x')",
        "AutoModel.from_pretrained('x', trust_remote_code=False)",
    ],
)
def test_harmless_code_is_left_alone(code):
    assert forbidden(ast.parse(code)) == []


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("data", "from nlp_architect_ext.taggers.neural import NeuralTagger"),
        ("core", "from nlp_architect_ext import cli"),
        ("students", "def f():\n    import nlp_architect_ext.teachers.base"),
        ("evaluation", "from ..taggers.neural import NeuralTagger"),
        ("runtime", "def f():\n    import torch"),
        ("serving", "from nlp_architect_ext.taggers.neural import NeuralTagger"),
    ],
)
def test_an_import_that_runs_up_a_floor_would_be_seen(room, code):
    assert len(misplaced(ast.parse(code), room, f"{PACKAGE}.{room}")) == 1


@pytest.mark.parametrize("room", ["taggers", "runs"])
def test_an_import_of_what_lies_below_is_right(room):
    code = "from nlp_architect_ext.students.base import build\nimport torch"
    assert misplaced(ast.parse(code), room, f"{PACKAGE}.{room}") == []


def test_long_files_and_functions_would_be_seen():
    body = "".join(f"    x = {number}\n" for number in range(LONGEST_FUNCTION))
    assert long_functions(ast.parse(f"def f():\n{body}")) == [
        f"line 1: f has {LONGEST_FUNCTION + 1} lines"
    ]
