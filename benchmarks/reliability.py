"""The scoreboard of reliability: each check prints its figure, and fails below its target.

python benchmarks/reliability.py                       all of them
python benchmarks/reliability.py folders --count 5000  one of them

folders (R2): malformed model, export and teacher folders, their manifests sealed again. Loading
them and tagging with them must end in an answer or in one line: no traceback, no hang, no crash,
and no more memory than twice the folder beside what the undamaged one takes.

offsets (R11): offsets of random Unicode, and the same entities in torch, ONNX Runtime and kernel.

pickles (R4): no pickle, torch.load or eval in the code, in a run, or in what a run writes.

start (R17): seconds of --help and of import, without torch.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import torch
from checks.offsets import check_offsets
from checks.pickles import check_pickles
from checks.start import check_start
from damage.folders import KINDS, TEACHER, use, write_all
from damage.mutations import damaged
from damage.watch import DONE, REFUSED, watched

from nlp_architect_ext.core.manifest import MANIFEST, write_manifest

BESIDE = 64_000_000  # bytes that loading a tiny folder takes in libraries, freed or not
SHOWN = 10  # faults in full


def check_folders(count: int, first: int) -> bool:
    """R2: whether `count` damaged folders, numbered from `first` on, do no harm."""
    with TemporaryDirectory() as name:
        place = Path(name)
        kinds = write_all(place)
        for kind in (*KINDS, TEACHER):
            use(kind, place / kind)  # undamaged ones work; and libraries are loaded before the fork

        def work(number: int) -> int:
            kind, _, files = damaged(kinds, number)
            with TemporaryDirectory() as inner:
                folder = Path(inner)
                for file, content in files.items():
                    (folder / file).write_bytes(content)
                if MANIFEST not in files:
                    write_manifest(folder)
                use(kind, folder)
            return BESIDE + 2 * sum(map(len, files.values()))

        outcomes = []
        for number, outcome, more in watched(work, range(first, first + count)):
            outcomes.append(outcome)
            if outcome not in (DONE, REFUSED) and sum(map(_is_fault, outcomes)) <= SHOWN:
                kind, done, _ = damaged(kinds, number)
                print(f"{number}: {kind}, {done}: {outcome}\n{more}", file=sys.stderr)
    counted = Counter(outcomes)
    listed = ", ".join(f"{many:,} {what}" for what, many in counted.most_common())
    faults = sum(map(_is_fault, outcomes))
    print(f"R2 {count:,} malformed folders: {faults} faults (target 0); {listed}")
    return faults == 0


def _is_fault(outcome: str) -> bool:
    return outcome not in (DONE, REFUSED)


# What each checks, and how many of them if nobody says.
CHECKS: dict[str, tuple[Callable[[int, int], bool], int]] = {
    "folders": (check_folders, 5000),
    "offsets": (check_offsets, 50_000),
    "pickles": (check_pickles, 1),
    "start": (check_start, 5),
}


def main() -> None:
    """Run one check, or all; exit code 1 where one misses its target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("check", nargs="?", choices=sorted(CHECKS), help="default: all")
    parser.add_argument("--count", type=int, help="folders, texts or tries; default: the target's")
    parser.add_argument("--first", type=int, default=0, help="number of the first; to repeat one")
    options = parser.parse_args()
    torch.set_num_threads(1)  # forked processes have no threads of torch's
    names = [options.check] if options.check else sorted(CHECKS)
    start = perf_counter()
    are_good = []
    for name in names:
        check, usual = CHECKS[name]
        are_good.append(check(options.count or usual, options.first))
    print(f"{perf_counter() - start:.0f} seconds")
    raise SystemExit(not all(are_good))


if __name__ == "__main__":
    main()
