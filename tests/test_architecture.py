"""The shape of the code: which way imports point, how long things may get, what may never be called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "nlp_architect_ext"

# A module may import its own level and the levels below it. A new module gets a line here: where does it belong?
LEVELS = (
    {"core"},
    {"settings", "data", "runtime", "evaluation", "reports", "batches", "layers", "encoders", "students", "teachers",
     "training", "taggers", "runs", "serving", "testing"},
    {"benchmark", "cli", "curve", "procedure"},
)  # fmt: skip
LEVEL_OF = {name: level for level, names in enumerate(LEVELS) for name in names}
PROCEDURES = 2

LIBRARY = sorted((ROOT / PACKAGE).rglob("*.py"))
COMMANDS = sorted((ROOT / "procedures").glob("*.py"))
SHIPPED = LIBRARY + COMMANDS
ALL_CODE = [*SHIPPED, *sorted((ROOT / "examples").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

LONGEST_FILE, LONGEST_FUNCTION = 250, 60
RUNS_CODE = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def module_name(path: Path) -> str:
    """The dotted name of a file of the library: ``nlp_architect_ext.data.formats.text``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path) for path in LIBRARY}


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, inside functions too; relative names start at ``package``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from ((node.lineno, name if name in MODULES else base) for name in names)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def package_of(path: Path) -> str:
    return module_name(path) if path.stem == "__init__" else module_name(path).rpartition(".")[0]


def level(module: str) -> int | None:
    """The level of a library module; None for the package itself, whose ``__init__`` only names the version."""
    parts = module.split(".")
    return LEVEL_OF[parts[1]] if len(parts) > 1 else None


def upward(tree: ast.AST, own_level: int, package: str) -> list[str]:
    """The imports that point to a higher level."""
    return [
        f"line {line}: {name}"
        for line, name in imported(tree, package)
        if name.startswith(f"{PACKAGE}.") and (level(name) or 0) > own_level
    ]


def forbidden(tree: ast.AST) -> list[str]:
    """Everything in the code that could run what a file says."""
    found = [f"line {line}: imports {name}" for line, name in imported(tree, "") if name.split(".")[0] in RUNS_CODE]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "torch" and any(a.name == "load" for a in node.names):
            found.append(f"line {node.lineno}: imports torch.load")
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in ("eval", "exec", "compile", "__import__", "torch.load", "builtins.eval", "builtins.exec"):
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


def test_every_module_has_a_level():
    assert {name.split(".")[1] for name in MODULES if "." in name} <= set(LEVEL_OF)


@pytest.mark.parametrize("path", LIBRARY, ids=shown)
def test_imports_point_down(path):
    own_level = level(module_name(path))
    assert upward(parsed(path), -1 if own_level is None else own_level, package_of(path)) == []


@pytest.mark.parametrize("path", COMMANDS, ids=shown)
def test_procedures_import_only_the_library(path):
    assert upward(parsed(path), PROCEDURES, "procedures") == []


def test_imports_have_no_cycle():
    graph = {
        module_name(path): {
            name for _, name in imported(parsed(path), package_of(path)) if name in MODULES and name != PACKAGE
        }
        for path in LIBRARY
    }
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the cycle
    assert set(order) == MODULES


@pytest.mark.parametrize("path", ALL_CODE + TESTS, ids=shown)
def test_nobody_imports_procedures(path):
    """They are reached by name, as a stranger's are."""
    names = {name.split(".")[0] for _, name in imported(parsed(path), "procedures" if path in COMMANDS else "")}
    assert not names & {"procedures", "nlp_architect_ext_procedures"}


@pytest.mark.parametrize("path", ALL_CODE, ids=shown)
def test_nothing_runs_what_a_file_says(path):
    assert forbidden(parsed(path)) == []


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
    "code", ["model.eval()", "NeuralTagger.load('x')", "AutoModel.from_pretrained('x', trust_remote_code=False)"]
)
def test_harmless_code_is_left_alone(code):
    assert forbidden(ast.parse(code)) == []


@pytest.mark.parametrize(
    "code",
    [
        "from nlp_architect_ext.taggers.neural import NeuralTagger",
        "from nlp_architect_ext import cli",
        "def f():\n    import nlp_architect_ext.teachers.base",
        "from .taggers.neural import NeuralTagger",
        "from . import cli",
    ],
)
def test_an_import_that_points_up_would_be_seen(code):
    assert len(upward(ast.parse(code), 0, PACKAGE)) == 1
    assert upward(ast.parse(code), 4, PACKAGE) == []
