"""A whole curve: check everything, run the cells, and write what is known after each."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.progress import Bar, bar, say
from nlp_architect_ext.curve.cell import last_line
from nlp_architect_ext.curve.checks import check_data, check_encoder
from nlp_architect_ext.curve.comparison import Comparison
from nlp_architect_ext.curve.engine import SKIPPED, Engine, LocalEngine, run_cells
from nlp_architect_ext.curve.folder import (
    ALL,
    COSTS,
    JOURNAL,
    PICTURE,
    REPORT,
    ROWS,
    TABLE,
    check,
    open_folder,
)
from nlp_architect_ext.curve.outcomes import read_outcome
from nlp_architect_ext.curve.picture import draw, draw_costs
from nlp_architect_ext.curve.plan import Cell, plan
from nlp_architect_ext.curve.ray_engine import RayEngine
from nlp_architect_ext.curve.report import report
from nlp_architect_ext.curve.systems import LABELS, systems_of
from nlp_architect_ext.curve.table import everything, page, rows
from nlp_architect_ext.data.summary import summary
from nlp_architect_ext.runs.inputs import input_files, load_corpus
from nlp_architect_ext.settings.curve import LearningCurveSettings
from nlp_architect_ext.settings.data import (
    DataSettings,
    DrawSettings,
    TokenizerSettings,
    UnlabelledSettings,
)
from nlp_architect_ext.settings.fields import built, shared


def train_curve(settings: LearningCurveSettings) -> None:
    """Run every cell of the curve that isn't finished, and write tables and picture after each.

    Raises:
        UserError: anything of the user's that can't be used, before anything is written; or a cell
            that failed, when all others are finished.
    """
    if settings.teacher is not None and Path(settings.teacher).expanduser().is_dir():
        settings = dataclasses.replace(
            settings, teacher=str(Path(settings.teacher).expanduser().absolute())
        )
    systems = systems_of(settings)
    corpus = load_corpus(
        built(DataSettings, shared(settings, DataSettings)),
        DrawSettings(),
        text=built(TokenizerSettings, shared(settings, TokenizerSettings)),
    )
    say(summary(corpus))
    check_data(settings, corpus, systems)
    if settings.teacher is not None and any(system.needs_teacher for system in systems):
        check_encoder(settings.teacher)
    files = _files(settings)
    check(settings, files)
    cells = plan(settings, systems)
    if settings.dry_run:
        say(_described(settings, cells))
        return
    engines: dict[str, type[RayEngine | LocalEngine]] = {"ray": RayEngine, "local": LocalEngine}
    engine: Engine = engines[settings.engine](settings.workers, settings.threads, settings.no_cuda)
    try:
        shown = Comparison(
            sorted(set(settings.sizes)),
            [system.name for system in systems],
            "test" if corpus.test else "dev",
        )
        with open_folder(settings, files) as folder:
            _Run(folder, cells, shown, corpus.labels.scheme).go(engine)
    finally:
        engine.stop()


class _Run:
    """The cells on their way.

    Args:
        folder: of the curve.
        cells: all of them.
        comparison: what is known; filled here.
        scheme: of the labels within the program.
    """

    def __init__(
        self, folder: Path, cells: Sequence[Cell], comparison: Comparison, scheme: str
    ) -> None:
        self.folder = folder
        self.cells = cells
        self.comparison = comparison
        self.scheme = scheme
        self.failed: list[Cell] = []
        self.skipped = 0
        self.progress: Bar[Any] | None = None

    def go(self, engine: Engine) -> None:
        """Run them; raises UserError if one failed."""
        finished = [cell for cell in self.cells if cell.is_done]
        for cell in finished:
            self._take_in(cell)
        self._write()
        counts = f"{len(self.cells):,} cells, {len(finished):,} of them finished"
        say(f"{counts}; {engine.workers} at once")
        try:
            with bar(
                (), label="cells", unit="cells", total=len(self.cells), start=len(finished)
            ) as self.progress:
                run_cells(self.cells, engine, self.ended)
        except KeyboardInterrupt:
            done = sum(cell.is_done for cell in self.cells)
            say(
                f"{done:,} of {len(self.cells):,} cells are finished; the same command with "
                "--resume goes on"
            )
            raise
        say(
            f"\n{page(self.comparison)}\nwritten to {self.folder}: {TABLE}, {ROWS}, {ALL}, "
            f"{PICTURE}, {COSTS}, {REPORT}"
        )
        if self.failed:
            log = self.failed[0].log
            skipped = f", {self.skipped:,} that need them weren't run" if self.skipped else ""
            raise UserError(
                where=str(log),
                wrong=f"{len(self.failed):,} of {len(self.cells):,} cells failed{skipped} "
                f"({last_line(log)})",
                expected="every cell to finish",
                remedy="correct the cause and repeat the command with --resume",
            )

    def ended(self, cell: Cell, code: int, seconds: float) -> None:
        """Note how a cell ended, and bring tables and picture up to date."""
        if code == SKIPPED:
            self.skipped += 1
            say(f"{cell.name}: not run, because a cell that it needs has failed")
        else:
            if code == 0 and cell.system == LABELS:
                atomic_write_text(cell.done, to_text({"labelling": round(seconds, 2)}))
            said = self._finished(cell) if code == 0 else self._broken(cell, code)
            say(f"{cell.name}: {said} ({seconds:.0f} s)")
            values = {"size": cell.size, "seed": cell.seed, "system": cell.system}
            number = sum(cell.is_done for cell in self.cells)
            Journal(self.folder / JOURNAL).write(
                "cell", number, **values, exit=code, seconds=round(seconds, 2)
            )
        if self.progress is not None:
            self.progress.update()

    def _finished(self, cell: Cell) -> str:
        self._take_in(cell)
        self._write()
        if cell.system == LABELS:
            return "all texts labelled"
        f1 = self.comparison.f1(cell.size, cell.system)[cell.seed]
        return f"{self.comparison.split} F1 {100 * f1:.2f}"

    def _broken(self, cell: Cell, code: int) -> str:
        self.failed.append(cell)
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return f"failed, {how}: {last_line(cell.log)}; see {cell.log}"

    def _take_in(self, cell: Cell) -> None:
        self.comparison.add(read_outcome(cell, self.comparison.split, self.scheme))

    def _write(self) -> None:
        atomic_write_text(self.folder / TABLE, page(self.comparison))
        atomic_write_text(self.folder / ROWS, rows(self.comparison))
        atomic_write_text(self.folder / ALL, everything(self.comparison))
        atomic_write_bytes(self.folder / PICTURE, draw(self.comparison))
        atomic_write_bytes(self.folder / COSTS, draw_costs(self.comparison))
        atomic_write_text(self.folder / REPORT, report(self.comparison))


def _files(settings: LearningCurveSettings) -> list[Path]:
    """The data that decides what the cells compute."""
    data = built(DataSettings, shared(settings, DataSettings))
    return input_files(data, built(UnlabelledSettings, shared(settings, UnlabelledSettings)))


def _described(settings: LearningCurveSettings, cells: Sequence[Cell]) -> str:
    """What would be done, with the commands of the first draw."""
    finished = sum(cell.is_done for cell in cells)
    first = [cell for cell in cells if (cell.size, cell.seed) == (cells[0].size, cells[0].seed)]
    commands = "\n".join(f"nlp-train {shlex.join(cell.arguments)}" for cell in first)
    return (
        f"{commands}\nwould run {len(cells) - finished:,} cells like these in "
        f"{settings.output_dir}, {finished:,} are finished already; nothing was written"
    )
