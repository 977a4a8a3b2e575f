"""Whether exports in int8 say what their models say, alone and in company.

    python benchmarks/export_parity.py MODEL FILE [MODEL FILE ...]

Each model is exported, and every engine tags its labelled file: words with another tag than in
torch, the largest difference of a label's score in logits, F1 of both, and the words whose tag
changes when each sentence is tagged alone instead of all at once, on two threads.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.evaluation.parity import compare
from nlp_architect_ext.runtime.engines import Engine, engines
from nlp_architect_ext.taggers.neural import NeuralTagger

THREADS = 2


def changed_by_company(engine: Engine, export: Path, sentences: Sequence[Sentence]) -> int:
    """Words with another tag alone than in the company of all others."""
    tagger = engine.load(export, THREADS)
    together = [one.labels for one in tagger.predict_labels(sentences)]
    alone = [tagger.predict_labels([sentence])[0].labels for sentence in sentences]
    words = zip(chain.from_iterable(together), chain.from_iterable(alone), strict=True)
    return sum(one != other for one, other in words)


def main() -> None:
    """Print a line a model and engine."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", type=Path, nargs="+", metavar="MODEL FILE")
    options = parser.parse_args()
    for model, file in zip(options.pairs[::2], options.pairs[1::2], strict=True):
        tagger, sentences = NeuralTagger.load(model), list(read_columns(file))
        with tempfile.TemporaryDirectory() as scratch:
            export = Path(scratch)
            tagger.export(export)
            for engine in engines(export):
                parity = compare(tagger, engine.load(export), sentences)
                company = changed_by_company(engine, export, sentences)
                print(f"{model}, {engine.name}: {parity}; company changes {company}", flush=True)


if __name__ == "__main__":
    main()
