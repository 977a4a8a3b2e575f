"""A tagger that a host holds: opened when it's needed, saved with what the host saves."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.manifest import MANIFEST, read_manifest, read_verified
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runtime.folder import CONFIG, EXPORTED, NETWORK, ORIGIN, VOCABULARY
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.serving.load import ENGINES, Choice, choose

MODEL = (CONFIG, VOCABULARY, "model.safetensors")
NEEDED = {"native": EXPORTED, "onnx": EXPORTED, "torch": MODEL}
OF_EXPORTS = (ORIGIN, NETWORK)  # which not every export has
# Everything that is copied; names from elsewhere never become names of files.
KNOWN = {MANIFEST, *OF_EXPORTS, *EXPORTED, *MODEL}

Contents = dict[str, bytes]


class HeldTagger:
    """A tagger and the bytes of its files, which can be written elsewhere and opened again.

    It's opened when it's first asked for: a host reads its own saved copy of the files after it has
    made this object, and the folder that they came from may be gone then. Threads and GPUs don't
    survive a fork, so other processes than the first open it anew, in one thread of a processor.

    Args:
        folder: of a model or an export; None if the files are read later.
        engine: as `serving.load.load`'s.
        threads: as `serving.load.load`'s.

    Raises:
        UserError: an unknown engine, or no positive number of threads.
    """

    def __init__(
        self, folder: str | None, engine: str = "auto", threads: int | None = None
    ) -> None:
        if engine not in ENGINES:
            raise _wrong(f"engine {engine!r}", f"one of {', '.join(ENGINES)}")
        if threads is not None and threads < 1:
            raise _wrong(f"threads {threads}", "a positive number, or none")
        # The working folder may change until the tagger is needed.
        self.folder = None if folder is None else Path(folder).absolute()
        self.engine, self.threads = engine, threads
        self._contents: Contents | None = None
        self._first_process = os.getpid()
        self._opened: tuple[int, TextTagger] | None = None  # in which process, what
        self._inherited: list[TextTagger] = []

    @property
    def tagger(self) -> TextTagger:
        """The tagger of this process.

        Raises:
            UserError: there is none, or it's damaged, or it can't be run as asked.
        """
        process = os.getpid()
        if self._opened is not None and self._opened[0] != process:
            # Of the process that this one is a copy of. It's kept: to free it would mean to wait
            # for its threads, which weren't copied.
            self._inherited.append(self._opened[1])
            self._opened = None
        if self._opened is None:
            self._opened = process, self._open()
        return self._opened[1]

    @property
    def contents(self) -> Contents:
        """The bytes of each file that the tagger was made of.

        Raises:
            UserError: as `tagger`.
        """
        if self._contents is None:
            self._opened = os.getpid(), self._open()
        assert self._contents is not None
        return self._contents

    def write(self, folder: Path) -> None:
        """Write the files into a folder, which `serving.load.load` reads then.

        Raises:
            UserError: as `tagger`, or the folder can't be written.
        """
        contents = self.contents
        folder.mkdir(parents=True, exist_ok=True)
        for name in KNOWN - contents.keys():  # of another tagger that was here
            (folder / name).unlink(missing_ok=True)
        for name in sorted(contents, key=lambda name: name == MANIFEST):
            atomic_write_bytes(folder / name, contents[name])

    def read(self, folder: Path) -> None:
        """Take the tagger of a folder instead.

        Raises:
            UserError: the folder holds no tagger, or a damaged one, or one that can't be run so.
        """
        self.folder, self._contents, self._opened = folder.absolute(), None, None
        _ = self.tagger

    def take(self, contents: Contents) -> None:
        """Take a tagger from the bytes of its files instead.

        Raises:
            UserError: they aren't those of a tagger, or it can't be run so.
        """
        self._contents = {name: contents[name] for name in KNOWN & contents.keys()}
        self._opened = None
        _ = self.tagger

    def _open(self) -> TextTagger:
        if self._contents is not None:
            with TemporaryDirectory(prefix="tagger-") as folder:
                for name, content in self._contents.items():
                    (Path(folder) / name).write_bytes(content)
                return self._run(self._choose(Path(folder)))
        if self.folder is None:
            raise UserError(
                where="model",
                wrong="no folder is named",
                expected="the folder of a model or of an export",
                remedy='name it, as in config={"model": "out/"}',
            )
        choice = self._choose(self.folder)
        self._contents = _contents(choice)
        tagger = self._run(choice)
        say(str(choice))
        return tagger

    @property
    def _is_first(self) -> bool:
        return os.getpid() == self._first_process

    def _choose(self, folder: Path) -> Choice:
        device = "auto" if self._is_first else "cpu"
        return choose(folder, device=device, engine=self.engine)

    def _run(self, choice: Choice) -> TextTagger:
        return choice.open(self.threads if self._is_first else 1)

    def __getstate__(self) -> dict[str, Any]:
        """What a new process is given: the files, but nothing that runs."""
        return {**self.__dict__, "_opened": None}


def _contents(choice: Choice) -> Contents:
    """The bytes of the files that a tagger is made of, each of them checked."""
    names = [*NEEDED[choice.engine]]
    if choice.engine != "torch":
        listed = read_manifest(choice.folder)
        names += [name for name in OF_EXPORTS if name in listed]
    manifest = (choice.folder / MANIFEST).read_bytes()
    return {**read_verified(choice.folder, names), MANIFEST: manifest}


def _wrong(setting: str, expected: str) -> UserError:
    return UserError(where=setting, wrong="can't be", expected=expected, remedy="choose another")
