"""Fitnesses that took minutes to compute, on disk by what decides them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from nlp_architect_ext.compression.layer_search import Fitness, Gene
from nlp_architect_ext.core.costs import TIMES, Meter
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, read_json


class StoredFitness:
    """A fitness that is computed once: a search that was interrupted replays what it had.

    Each is a JSON file, named by the SHA-256 of gene, seed and all that decides it beside them. One
    that is damaged is computed again.

    Args:
        fitness: computes it.
        folder: made when the first one is written.
        decided_by: what else decides a fitness: fingerprints and settings.
    """

    def __init__(self, fitness: Fitness, folder: Path, decided_by: Mapping[str, object]) -> None:
        self._fitness, self._folder, self._decided_by = fitness, folder, dict(decided_by)
        self.computed = 0  # by this object
        self.asked: set[tuple[Gene, int]] = set()  # of this object, each once
        self.earlier = dict.fromkeys(TIMES, 0.0)  # what those took that were stored before

    def __call__(self, gene: Gene, seed: int) -> float:
        """The fitness, stored or new.

        Raises:
            UserError: it can't be written.
        """
        content = {"gene": list(gene), "seed": seed, "decided_by": self._decided_by}
        name = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        path = self._folder / f"{name}.json"
        found = _stored(path)
        if found is None:
            found = self._computed(gene, seed)
            self._folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps({**content, **found}, indent=1, sort_keys=True)
            atomic_write_text(path, f"{text}\n")
        elif (gene, seed) not in self.asked:
            for kind in TIMES:
                self.earlier[kind] += found[kind]
        self.asked.add((gene, seed))
        return found["fitness"]

    def _computed(self, gene: Gene, seed: int) -> dict[str, float]:
        meter = Meter()
        found = self._fitness(gene, seed)
        self.computed += 1
        return {"fitness": found, **meter.times()}


def _stored(path: Path) -> dict[str, float] | None:
    """Fitness and times; None where there are none, or none that can be read."""
    if not path.exists():
        return None
    try:
        content = read_json(path)
    except UserError:
        return None
    found = {name: content.get(name) for name in ("fitness", *TIMES)}
    numbers = {name: value for name, value in found.items() if isinstance(value, float)}
    return numbers if len(numbers) == len(found) else None
