"""What can run an export: the native kernel, ONNX Runtime."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nlp_architect_ext.runtime.native.availability import kernel_path, native_obstacle

PORTABLE = "portable"  # the kernel's loops for processors that it has no instructions for


@dataclass(frozen=True)
class Engine:
    """A class that runs exports, with the methods of `runtime.Tagger`.

    Args:
        name: what it's called in tables.
        module, class_: where it is; it isn't imported before an export is loaded.
    """

    name: str
    module: str
    class_: str

    def load(self, folder: Path, threads: int = 1) -> Any:
        """The tagger of an export.

        Raises:
            UserError: the folder isn't one, or is damaged.
        """
        return getattr(import_module(self.module), self.class_).load(folder, threads)


NATIVE = Engine("native kernel", "nlp_architect_ext.runtime.native.tagger", "NativeTagger")
ONNX = Engine("ONNX Runtime", "nlp_architect_ext.runtime.tagger", "Tagger")


def has_onnx_runtime() -> bool:
    """Whether it's installed."""
    return find_spec("onnxruntime") is not None


def engines(export: Path) -> tuple[Engine, ...]:
    """Those that can run an export here, the fastest first.

    Raises:
        UserError: a damaged export.
    """
    found = [] if native_obstacle(export) else [NATIVE]
    if has_onnx_runtime():
        found.append(ONNX)
    if NATIVE in found and kernel_path() == PORTABLE:
        found.reverse()
    return tuple(found)
