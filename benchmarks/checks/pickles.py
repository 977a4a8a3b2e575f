"""R4: no pickle, `torch.load` or `eval`, in the code, while it runs, or in what it writes."""

from __future__ import annotations

import ast
import pickletools
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import is_zipfile

from nlp_architect_ext import cli

ROOT = Path(__file__).parents[2]
CODE = ("nlp_architect_ext", "procedures")
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "torch.save"}
UNPICKLES = "pickle.find_class"  # the interpreter's audit event
TRAIN = "Anna\tB-PER\nmet\tO\nBo\tB-PER\nin\tO\nOslo\tB-LOC\n.\tO\n\n" * 20
SMALL = [
    "--epochs",
    "1",
    "--min_epoch_steps",
    "1",
    "--save_steps",
    "1",
    "--tokenizer",
    "whitespace",
]


def check_pickles(_: int, __: int) -> bool:
    """R4: uses in the source, loads during a run with its export, and files that hold one."""
    files = [path for part in CODE for path in sorted((ROOT / part).rglob("*.py"))]
    uses = [use for path in files for use in uses_in(path.read_text(encoding="utf-8"), path)]
    with TemporaryDirectory() as name:
        place = Path(name)
        loads = _run(place)
        written = [path for path in sorted(place.rglob("*")) if path.is_file()]
        held = [str(path.relative_to(place)) for path in written if is_pickle(path)]
    for found in (*uses, *loads, *held):
        print(found, file=sys.stderr)
    print(
        f"R4 {len(files)} source files: {len(uses)} uses of pickle, torch.load or eval; "
        f"{len(loads)} loads in a run; {len(held)} of {len(written)} written files hold one "
        "(target 0, 0 and 0)"
    )
    return not (uses or loads or held) and len(written) > len(SMALL)


def uses_in(source: str, path: Path) -> Iterator[str]:
    """Imports and calls of a source file that run or write code."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS:
            yield f"{path}:{node.lineno}: {ast.unparse(node.func)}"
        yield from (
            f"{path}:{node.lineno}: import {name}"
            for name in names
            if name.partition(".")[0] in MODULES
        )


def is_pickle(path: Path) -> bool:
    """Whether a file is a pickle, or an archive as `torch.save` writes them."""
    content = path.read_bytes()
    if is_zipfile(path):
        return True
    if not content.startswith(b"\x80"):  # of every protocol since the second, of 2003
        return False
    try:
        return any(code.name == "STOP" for code, _, _ in pickletools.genops(content))
    except ValueError:
        return False


def _run(place: Path) -> list[str]:
    """What is unpickled while a tagger is trained, its teacher too, exported and used."""
    loads: list[str] = []
    is_on = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if is_on[0] and event == UNPICKLES:
            loads.append(f"unpickled: {arguments}")

    for name in ("train.txt", "dev.txt"):
        (place / name).write_text(TRAIN, encoding="utf-8")
    sys.addaudithook(hook)  # for good
    data = ["--data_dir", str(place)]
    first, second = str(place / "first"), str(place / "second")
    (place / "text.txt").write_text("Anna met Bo .\n", encoding="utf-8")
    tagged = ["--data_file", str(place / "text.txt"), "--output_dir", str(place / "tagged")]
    codes = [
        cli.train(["tagger", *data, "--output_dir", first, *SMALL]),
        cli.train(["tagger_kd", *data, "--output_dir", second, "--teacher", first, *SMALL]),
        cli.train(["export", "--model_dir", second, "--force"]),
        cli.inference(["tagger", "--model_dir", second, *tagged]),
    ]
    is_on[0] = False
    return loads + [f"a command of four ended with {code}" for code in codes if code]
