"""Lists of names and rules for a corpus, as somebody who knows half of its names would have them.

    python benchmarks/known_names.py gmb --data ../shared/data --output build/known

Writes names-gmb.txt (half of the distinct entities of train that have a capital letter and more
than two characters, drawn by a fixed seed, each with its most frequent type: the other half stays
unknown, and dev and test aren't looked at), rules-gmb.jsonl, and the folder gmb-0 for runs without
labels: test.txt and pool.txt, the raw text of train without the labelled sentences of seed 1.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections import Counter, defaultdict
from pathlib import Path

from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.sampling import draw_labelled

SEED = 7
LABELLED = 100  # sentences that aren't in the pool
TITLES = ["mr.", "mrs.", "ms.", "dr.", "president", "minister", "senator", "general"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "June", "July", "August", "September"]
MONTHS += ["October", "November", "December"]
BODIES = ["Ministry", "University", "Party", "Corporation", "Company", "Agency", "Council"]
BODIES += ["Committee"]
NAME = {"IS_TITLE": True, "OP": "+"}
PATTERNS = {
    "per": [[{"LOWER": {"IN": TITLES}}, NAME]],
    "tim": [[{"TEXT": {"IN": DAYS + MONTHS}}], [{"TEXT": {"REGEX": "^(19|20)[0-9][0-9]$"}}]],
    "org": [[NAME, {"TEXT": {"IN": BODIES}}]],
}


def names(corpus: Corpus) -> list[tuple[str, str]]:
    """Type and name of half of the entities of train."""
    types: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in corpus.train:
        for span in corpus.labels.spans(sentence.labels or ()):
            types[" ".join(sentence.words[span.start : span.end])][span.type] += 1
    found = sorted(types)
    random.Random(SEED).shuffle(found)  # noqa: S311 (no secret)
    usable = [name for name in found if len(name) > 2 and any(map(str.isupper, name))]
    return [(types[name].most_common(1)[0][0], name) for name in sorted(usable[: len(usable) // 2])]


def rules(corpus: Corpus) -> list[dict[str, object]]:
    """Titles, days, months, years and bodies, for the types that the corpus has."""
    types = {type_.lower(): type_ for type_ in corpus.labels.types}
    return [
        {"label": types[kind], "pattern": pattern}
        for kind, patterns in PATTERNS.items()
        if kind in types
        for pattern in patterns
    ]


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, default=Path("build/known"))
    options = parser.parse_args()
    corpus = read_corpus(options.data / options.corpus, tokenizer="whitespace")
    unlabelled = options.output / f"{options.corpus}-0"
    unlabelled.mkdir(parents=True, exist_ok=True)
    lines = [f"{type_}\t{name}\n" for type_, name in names(corpus)]
    (options.output / f"names-{options.corpus}.txt").write_text("".join(lines), "utf-8")
    patterns = "\n".join(map(json.dumps, rules(corpus)))
    (options.output / f"rules-{options.corpus}.jsonl").write_text(patterns + "\n", "utf-8")
    rest = draw_labelled(corpus, LABELLED, seed=1).unlabelled
    text = [" ".join(sentence.words) + "\n" for sentence in rest]
    (unlabelled / "pool.txt").write_text("".join(text), "utf-8")
    shutil.copy(options.data / options.corpus / "test.txt", unlabelled)


if __name__ == "__main__":
    main()
