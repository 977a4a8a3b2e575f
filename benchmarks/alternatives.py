"""What people would use instead, on the same labelled sentences: spaCy's NER and CRFsuite.

    pip install 'nlp-architect-ext[crfsuite]'
    python benchmarks/alternatives.py

F1 in percent on the test set, by the scorer of this project; dev picks spaCy's epoch. Neither reads
unlabelled text. The students and teachers of the same sentences are in `accuracy.py`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from nlp_architect_ext.benchmark.crfsuite import crfsuite_system, trained_crfsuite
from nlp_architect_ext.benchmark.scoring import f1_of
from nlp_architect_ext.benchmark.spacy_ner import spacy_labels, trained_ner
from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.sampling import draw_labelled

CASES = {"gmb": 300, "wikigold": 200}
SEEDS = (1, 2, 3)

Labels = list[Sequence[str]]


def spacy_ner(corpus: Corpus, seed: int) -> Labels:
    """The labels that spaCy's NER gives to test."""
    return spacy_labels(trained_ner(corpus, seed), corpus.test or [], corpus.labels)


def crfsuite(corpus: Corpus, seed: int) -> Labels:
    """The labels that a CRF with the usual features of words gives to test; `seed` isn't needed."""
    system = crfsuite_system(trained_crfsuite(corpus.train), corpus.labels)
    assert system.label is not None
    return system.label(corpus.test or [])


def main() -> None:
    """Train and score everything, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    systems: dict[str, Callable[[Corpus, int], Labels]]
    systems = {"CRFsuite": crfsuite, "spaCy NER": spacy_ner}
    print(f"| test F1 | {' | '.join(systems)} |")
    print("|---|" + "---|" * len(systems))
    for name, size in CASES.items():
        whole = read_corpus(options.data / name)
        cells = []
        for system in systems.values():
            drawn = [(draw_labelled(whole, size, seed), seed) for seed in SEEDS]
            found = [
                100 * f1_of(corpus.test or [], system(corpus, seed), corpus.labels)
                for corpus, seed in drawn
            ]
            cells.append(f"{statistics.mean(found):.1f} ± {statistics.stdev(found):.1f}")
        print(f"| {name}, {size} labelled sentences | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
