"""R17: how long the commands and the package take to start, and that they import no torch."""

from __future__ import annotations

import resource
import subprocess
import sys

HELP, IMPORT = 0.5, 0.05  # seconds
HEAVY = ("torch", "transformers", "spacy", "numpy", "onnxruntime")
HELPS = {
    f"{program} --help": f"from nlp_architect_ext import cli; cli.{name}(['--help'])"
    for program, name in (("nlp-train", "train"), ("nlp-inference", "inference"))
}
IMPORTED = (
    "import time; begun = time.process_time(); import nlp_architect_ext; "
    "print(time.process_time() - begun)"
)
LOADED = f"import sys; print([name for name in {HEAVY} if name in sys.modules])"


def check_start(count: int, _: int) -> bool:
    """R17: the best of `count` tries, in processor seconds, which other work doesn't lengthen."""
    found = {name: min(_help(code) for _ in range(count)) for name, code in HELPS.items()}
    imported = min(float(_run(IMPORTED)) for _ in range(count))
    loaded = {name for code in HELPS.values() for name in _loaded(code)}
    loaded |= _loaded("import nlp_architect_ext")
    shown = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.items())
    heavy = ", ".join(sorted(loaded)) or "nothing"
    print(
        f"R17 {shown} (target {HELP}), import {1000 * imported:.0f} ms "
        f"(target {1000 * IMPORT:.0f}); of {', '.join(HEAVY)} they load {heavy}"
    )
    return max(found.values()) < HELP and imported < IMPORT and not loaded


def _help(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _loaded(code: str) -> set[str]:
    lines = _run(f"try: {code}\nexcept SystemExit: pass\n{LOADED}").splitlines()
    return {name for name in HEAVY if name in lines[-1]}


def _run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
