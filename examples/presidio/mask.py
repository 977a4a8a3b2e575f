"""Mask a text: a tagger in Presidio, as `analyzer.yaml` beside this file says it.

    pip install 'nlp-architect-ext[presidio]'
    python examples/presidio/mask.py "Ada Lovelace moved to London."

The tagger is read from `out/`, where `nlp-train` wrote it.
Without a text, standard input is masked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, AnalyzerEngineProvider
from presidio_anonymizer import AnonymizerEngine

import nlp_architect_ext.hosts.presidio  # noqa: F401 (so Presidio finds the recognizer by name)
from nlp_architect_ext.core.errors import UserError

CONFIGURATION = Path(__file__).with_name("analyzer.yaml")


def new_analyzer(configuration: Path) -> AnalyzerEngine:
    """What finds personal data."""
    return AnalyzerEngineProvider(analyzer_engine_conf_file=configuration).create_engine()


def masked(analyzer: AnalyzerEngine, text: str) -> str:
    """A text with the type of each entity in its place."""
    found = analyzer.analyze(text, language="en")
    result: str = AnonymizerEngine().anonymize(text, found).text
    return result


def main() -> None:
    """Mask what is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", nargs="?")
    parser.add_argument("--configuration", type=Path, default=CONFIGURATION)
    options = parser.parse_args()
    text = sys.stdin.read() if options.text is None else options.text
    try:
        print(masked(new_analyzer(options.configuration), text))
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
