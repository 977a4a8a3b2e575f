"""Whether the native kernel can run an export here, and if not, why not.

It's asked before anything of an export is loaded, so numpy isn't imported for it.
"""

from __future__ import annotations

import sysconfig
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import read_manifest, read_verified
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.folder import CONFIG, NETWORK, damaged

NETWORKS = ("cnn-lstm", "id-cnn", "chain")  # students whose networks the kernel knows
RECORD = Path(__file__).with_name("not_built.txt")  # written where the kernel couldn't be built
AGAIN = "call nlp-train export again"


def missing_kernel() -> str:
    """Why there is no kernel in this installation; nothing if there is one."""
    try:
        kernel()
    except ImportError as error:
        return _why_not_built() or f"it can't be imported ({error})"
    return ""


def kernel_path() -> str:
    """The instruction set that the kernel computes with on this processor.

    Raises:
        ImportError: there is no kernel.
        ValueError: another is forced than this processor has.
    """
    return str(kernel().path())


def native_obstacle(folder: str | Path) -> str:
    """Why the kernel can't run an export; nothing if it can.

    Args:
        folder: of the export.

    Raises:
        UserError: a damaged export; or an instruction set is asked for that isn't there.
    """
    missing = missing_kernel()
    if missing:
        return missing
    _check_path()
    place = Path(folder)
    student = _student(place)
    if student not in NETWORKS:
        return f"it knows the networks {', '.join(NETWORKS)}, not {student}"
    if NETWORK not in read_manifest(place):
        return f"the export has no {NETWORK}, as before there was a kernel; {AGAIN}"
    return ""


def kernel() -> Any:
    """The extension's module.

    Raises:
        ImportError: it wasn't built, or it isn't for this Python or processor.
    """
    return import_module("nlp_architect_ext.runtime.native._kernel")


def _check_path() -> None:
    try:
        kernel_path()
    except ValueError as error:
        where, _, expected = str(error).partition(": expected ")
        raise UserError(
            where=where,
            wrong="can't be computed with here",
            expected=expected,
            remedy="choose one, or unset the variable",
        ) from error


def _why_not_built() -> str:
    """What is known of a kernel that isn't there; nothing if a file is."""
    folder = Path(__file__).parent
    if any((folder / f"_kernel{suffix}").exists() for suffix in EXTENSION_SUFFIXES):
        return ""
    if RECORD.is_file():
        reason = RECORD.read_text(encoding="utf-8", errors="replace").strip()
        return f"it wasn't built ({reason})"
    for_other = sorted(path.name for path in folder.glob("_kernel.*"))
    if for_other:
        own = sysconfig.get_config_var("EXT_SUFFIX")
        return f"it was built for another Python ({', '.join(for_other)}; this one takes {own})"
    return "it isn't part of this installation"


def _student(export: Path) -> str:
    config = read_verified(export, [CONFIG])[CONFIG]
    try:
        return TaggerConfig.read(config, str(export / CONFIG)).student
    except ValueError as error:
        raise damaged(export / CONFIG, error) from error
