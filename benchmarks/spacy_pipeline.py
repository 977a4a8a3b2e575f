"""The component in spaCy's `nlp.pipe` beside spaCy's own NER, and beside no component at all.

    OMP_NUM_THREADS=1 python benchmarks/spacy_pipeline.py

Words a second from raw text to docs with entities, in one process and one thread. The systems take
turns; a figure is the median of the rounds, in words by the second of processor time, which other
programs on the machine disturb less, and by the second of the clock. Both learn from the same
labelled sentences, without a teacher and for a moment only: what they find isn't compared here (see
`alternatives.py`), and the time that a network takes hardly depends on its weights.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy

import nlp_architect_ext
from nlp_architect_ext.benchmark.spacy_ner import trained_ner
from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.sampling import draw_labelled
from nlp_architect_ext.runs.export_tagger import export_tagger
from nlp_architect_ext.settings.deployment import ExportSettings

SEED = 1
STEPS = 50  # of training
COMPONENT = "nlp_architect_tagger"
JOINED = 20  # sentences of a long doc

Rates = tuple[float, float]


def pipelines(corpus: Corpus, folder: Path) -> dict[str, spacy.Language]:
    """Pipelines to compare, by name."""
    labelled, dev = corpus.train, (corpus.dev or [])[:200]
    nlp_architect_ext.train(
        labelled, dev=dev, output_dir=folder, epochs=1, min_epoch_steps=STEPS, seed=SEED
    )
    found = {"no component": spacy.blank("en"), "spaCy's NER": trained_ner(corpus, SEED, epochs=1)}
    for precision in ("int8", "fp32"):
        export = folder / precision
        export_tagger(
            ExportSettings(
                model_dir=str(folder), output_dir=str(export), precision=precision, force=True
            )
        )
        nlp = spacy.blank("en")
        nlp.add_pipe(COMPONENT, config={"model": str(export)})
        found[f"{COMPONENT}, {precision}"] = nlp
    return found


def words_a_second(nlp: spacy.Language, texts: Sequence[str]) -> Rates:
    """By processor time and by the clock."""
    clock, processor = time.perf_counter(), time.process_time()
    words = sum(len(doc) for doc in nlp.pipe(texts))
    return words / (time.process_time() - processor), words / (time.perf_counter() - clock)


def compare(
    systems: dict[str, spacy.Language], texts: Sequence[str], rounds: int
) -> dict[str, Rates]:
    """The medians of each system; a first round isn't counted."""
    found: dict[str, list[Rates]] = {name: [] for name in systems}
    for number in range(rounds + 1):
        for name, nlp in systems.items():
            rates = words_a_second(nlp, texts)
            if number:
                found[name].append(rates)
    return {
        name: (
            statistics.median(rate[0] for rate in rates),
            statistics.median(rate[1] for rate in rates),
        )
        for name, rates in found.items()
    }


def main() -> None:
    """Train, time, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/wikigold"))
    parser.add_argument("--labelled", type=int, default=200)
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    corpus = draw_labelled(read_corpus(options.data), options.labelled, SEED)
    sentences = [one.with_text().text or "" for one in (corpus.test or [])[: options.sentences]]
    joined = [
        " ".join(sentences[start : start + JOINED]) for start in range(0, len(sentences), JOINED)
    ]
    with TemporaryDirectory() as folder:
        systems = pipelines(corpus, Path(folder))
        print("| words/s of processor time (of the clock) | " + " | ".join(systems) + " |")
        print("|---|" + "---|" * len(systems))
        cases = {"a sentence a doc": sentences, f"{JOINED} sentences a doc": joined}
        for case, texts in cases.items():
            found = compare(systems, texts, options.rounds).values()
            cells = [f"{processor:,.0f} ({clock:,.0f})" for processor, clock in found]
            print(f"| {case} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
