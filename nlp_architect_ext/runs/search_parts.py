"""What a search works with, and what it leaves in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from nlp_architect_ext.compression.chain_shapes import ChainSpace
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.manifest import SETTINGS
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.runs.methods import PSEUDO_LABELS
from nlp_architect_ext.runs.search_candidates import Candidate, Clock
from nlp_architect_ext.runs.search_latency import Latencies, Stopwatch
from nlp_architect_ext.runs.search_networks import NETWORKS
from nlp_architect_ext.runs.search_report import PICTURE, TABLE
from nlp_architect_ext.runs.search_supernet import ROUNDS, SCORES
from nlp_architect_ext.runs.train_student import untrained
from nlp_architect_ext.settings.search import TaggerSearchSettings, budget_name, milliseconds
from nlp_architect_ext.taggers.neural import NeuralTagger

TIMES, CHOSEN = "latencies.json", "chosen.json"
TIMED_SENTENCES = 320


@dataclass(frozen=True)
class Search:
    """What a search works with.

    Args:
        settings: with nothing left open.
        budgets: milliseconds, ascending.
        space: the chains.
        corpus: the data.
        dev: sentences that choose and are timed.
        words: the encoder that gives word vectors, if there is one.
        device: where it computes.
    """

    settings: TaggerSearchSettings
    budgets: Sequence[float]
    space: ChainSpace
    corpus: Corpus
    dev: Sequence[Sentence]
    words: PretrainedWords | None
    device: torch.device

    def build(self, candidate: Candidate) -> NeuralTagger:
        """A candidate with random weights."""
        student = replace(self.settings.student, model_type=candidate.model_type)
        settings = replace(self.settings, student=student)
        return untrained(
            PSEUDO_LABELS, settings, self.corpus, self.words, self.device, candidate.arguments
        )

    def clock(self, folder: Path, *, is_kept: bool) -> Clock:
        """What measures, but for what the folder knows; `is_kept` adds to the folder."""
        timed = [sentence.without_labels() for sentence in self.dev[:TIMED_SENTENCES]]
        stopwatch = Stopwatch(timed, self.settings.search.budget_batch)
        return Clock(self.build, stopwatch, Latencies(folder / TIMES, is_kept=is_kept))


def written(settings: TaggerSearchSettings, budgets: Sequence[float]) -> tuple[str, ...]:
    """What a search writes beside what every run writes.

    An earlier search there may have had other budgets: their folders are among it.
    """
    file = Path(settings.run.output_dir) / SETTINGS
    earlier = read_json(file).get("budgets", []) if file.exists() else []
    names = [budget_name(milliseconds(str(budget))) for budget in earlier]
    names += [budget_name(budget) for budget in budgets]
    return (*dict.fromkeys(names), NETWORKS, TIMES, ROUNDS, SCORES, CHOSEN, TABLE, PICTURE)
