"""Data for a small transformer: a teacher's arg max on raw text beside the labelled sentences.

    python benchmarks/pseudo_labelled.py TEACHER FOLDER --data_dir ../shared/data/gmb \
        --labeled_size 300 --split_seed 1

FOLDER gets train.txt (the labelled sentences that the flags draw, then unlabelled ones with the
teacher's labels), dev.txt and test.txt; `nlp-train transformer_token` trains on it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.columns import format_columns
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.data import (
    DataSettings,
    DrawSettings,
    TokenizerSettings,
    UnlabelledSettings,
)
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


def write(path: Path, sentences: Iterable[Sentence]) -> None:
    """Sentences with labels as a column file."""
    parts = [format_columns(sentence.words, sentence.labels or ()) for sentence in sentences]
    path.write_text("\n".join(parts), encoding="utf-8")


def main() -> None:
    """Label, and write three files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("teacher")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data_dir", required=True)
    parser.add_argument("--labeled_size", type=int, required=True)
    parser.add_argument("--split_seed", type=int, required=True)
    parser.add_argument("--unlabeled_filename", default=UnlabelledSettings.unlabeled_filename)
    parser.add_argument("--unlabeled_size", type=int, default=5000)
    options = parser.parse_args()
    corpus = load_corpus(
        DataSettings(data_dir=options.data_dir),
        DrawSettings(labeled_size=options.labeled_size, split_seed=options.split_seed),
        text=TokenizerSettings(tokenizer="whitespace"),
        unlabelled=UnlabelledSettings(
            unlabeled_filename=options.unlabeled_filename, unlabeled_size=options.unlabeled_size
        ),
    )
    teacher = TransformerTokenClassifier.load(options.teacher, corpus.labels)
    raw = corpus.unlabelled
    pseudo = [
        Sentence(sentence.words, labels)
        for sentence, labels in zip(raw, teacher.predict(raw), strict=True)
    ]
    options.folder.mkdir(parents=True, exist_ok=True)
    write(options.folder / "train.txt", [*corpus.train, *pseudo])
    write(options.folder / "dev.txt", corpus.dev or ())
    write(options.folder / "test.txt", corpus.test or ())


if __name__ == "__main__":
    main()
