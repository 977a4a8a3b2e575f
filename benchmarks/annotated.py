"""Sentences that a rule chose for annotation, with their true labels beside those that were there.

    python benchmarks/annotated.py MODEL FOLDER --data_dir ../shared/data/gmb --labeled_size 100 \
        --split_seed 1 --annotate_by entropy --annotate_sentences 200

MODEL was trained on the labelled sentences that the flags draw; the rest of train is the pool.
FOLDER gets pool.txt, queue/ (what `nlp-train annotate_next` wrote), labels.txt, and train.txt: the
drawn sentences and the chosen ones. `--match_random N` gives as many words as N random ones have.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pseudo_labelled import write

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.data.sampling import random_part


def queued(model: Path, folder: Path, flags: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of the sentences that the command chooses."""
    program = Path(sys.executable).with_name("nlp-train")
    words = ["annotate_next", "--model_dir", str(model), "--pool_file", str(folder / "pool.txt")]
    words += ["--output_dir", str(folder / "queue"), "--overwrite_output_dir", "--threads", "1"]
    subprocess.run([str(program), *words, *flags], check=True)
    return [sentence.words for sentence in read_columns(folder / "queue" / "annotate_next.conll")]


def matching(corpus: Corpus, size: int, more: int, seed: int) -> int:
    """How many words so many more random sentences have."""
    few, _ = random_part(corpus.train, size, seed)
    many, _ = random_part(corpus.train, size + more, seed)
    return sum(map(len, many)) - sum(map(len, few))


def main() -> None:
    """Choose, and write the data to train on."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data_dir", type=Path, required=True)
    parser.add_argument("--labeled_size", type=int, required=True)
    parser.add_argument("--split_seed", type=int, required=True)
    parser.add_argument("--match_random", type=int)
    options, flags = parser.parse_known_args()
    corpus = read_corpus(options.data_dir, tokenizer="whitespace")
    size, seed, folder = options.labeled_size, options.split_seed, options.folder
    drawn, pool = random_part(corpus.train, size, seed)
    folder.mkdir(parents=True, exist_ok=True)
    lines = (f"{' '.join(sentence.words)}\n" for sentence in pool)
    (folder / "pool.txt").write_text("".join(lines), encoding="utf-8")
    if options.match_random:
        words = matching(corpus, size, options.match_random, seed)
        flags += ["--annotate_words", str(words)]
    gold: dict[tuple[str, ...], Sentence] = {}
    for sentence in pool:
        gold.setdefault(sentence.words, sentence)
    chosen = [gold[words] for words in queued(options.model, folder, flags)]
    print(f"{len(chosen)} sentences, {sum(map(len, chosen))} words")
    names = "".join(f"{name}\n" for name in corpus.labels.names)
    (folder / "labels.txt").write_text(names, encoding="utf-8")
    write(folder / "train.txt", [*drawn, *chosen])


if __name__ == "__main__":
    main()
