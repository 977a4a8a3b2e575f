"""Does any word get lost? Every word of bc5cdr through a teacher and a student.

Its sentences have up to 225 words.

python benchmarks/no_word_lost.py --model build/benchmarks/bc5cdr-500-tagger_kd_pseudo
"""

from __future__ import annotations

import argparse
from pathlib import Path

from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier


def main() -> None:
    """Count the words that come out; exit code 1 if one is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the corpora"
    )
    parser.add_argument(
        "--model", type=Path, default=Path("build/benchmarks/bc5cdr-500-tagger_kd_pseudo")
    )
    parser.add_argument(
        "--max_pieces",
        type=int,
        default=64,
        help="short windows, so that many sentences need several",
    )
    options = parser.parse_args()
    tagger = NeuralTagger.load(options.model)
    teacher = TransformerTokenClassifier.load(
        options.model / "teacher", tagger.labels, max_pieces=options.max_pieces
    )
    lost = 0
    for split in ("train", "dev", "test"):
        sentences = [
            s
            for s in read_columns(options.data / "bc5cdr" / f"{split}.txt")
            if len(s) > 40 or split == "test"
        ]
        words = sum(map(len, sentences))
        seen = sum(int(rows.any(axis=1).sum()) for rows in teacher.logits(sentences))
        tagged = sum(len(prediction.labels) for prediction in tagger.predict_labels(sentences))
        longest = max(map(len, sentences))
        print(
            f"{split}: {len(sentences):,} sentences, the longest {longest} words; {words:,} words: "
            f"the teacher has an opinion on {seen:,}, the student labels {tagged:,}"
        )
        lost += 2 * words - seen - tagged
    raise SystemExit(lost != 0)


if __name__ == "__main__":
    main()
