"""What can run an export: the engines that `nlp-train benchmark` shows side by side."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from nlp_architect_ext.runtime.native.availability import native_obstacle


@dataclass(frozen=True)
class Engine:
    """A class that runs exports, with the methods of `runtime.Tagger`.

    Args:
        name: what it's called in tables.
        module, class_: where it is.
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


def engines(export: Path) -> tuple[Engine, ...]:
    """Those that can run an export here: the fastest, with which others are compared, first.

    Raises:
        UserError: a damaged export.
    """
    return (ONNX,) if native_obstacle(export) else (NATIVE, ONNX)
