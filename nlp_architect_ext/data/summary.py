"""What was read, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from nlp_architect_ext.core.aligned import aligned
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus

Row = Sequence[str | int]  # its name, then a cell for each part of the corpus


def summary(corpus: Corpus) -> str:
    """A table of what was read: sentences, words, duplicates, entities of each type, notes."""
    named = {
        "train": corpus.train or None,
        "dev": corpus.dev,
        "test": corpus.test,
        "unlabelled": corpus.unlabelled or None,
    }
    parts = {name: sentences for name, sentences in named.items() if sentences is not None}
    lengths = [[len(sentence) for sentence in sentences] for sentences in parts.values()]
    rows: list[Row] = [
        ("", *parts),
        ("sentences", *map(len, lengths)),
        ("words", *map(sum, lengths)),
        ("longest sentence", *map(max, lengths)),
    ]
    others = [other for other in ("train", "unlabelled") if other in parts and len(parts) > 1]
    rows += [_repeated(parts, other) for other in others]
    rows += _entities(parts, corpus.labels)
    about = [f"scheme of the files: {corpus.scheme}; {len(corpus.labels)} labels", *corpus.notes]
    return "\n".join([*aligned(rows), *about])


def _repeated(parts: Mapping[str, list[Sentence]], other: str) -> Row:
    """How many sentences of each part are in another one too."""
    cells: list[str | int] = [
        "-" if name == other else duplicates(sentences, parts[other])
        for name, sentences in parts.items()
    ]
    return (f"also in {other}", *cells)


def _entities(parts: Mapping[str, list[Sentence]], labels: LabelSet) -> list[Row]:
    """The entities of each labelled part, in all and by type."""
    counts = [
        Counter(span.type for sentence in sentences for span in labels.spans(sentence.labels or ()))
        for name, sentences in parts.items()
        if name != "unlabelled"
    ]
    blank = ["-"] if "unlabelled" in parts else []
    kind = "entities" if labels.scheme == "IOB2" else "labelled words"
    overall: Row = (kind, *(count.total() for count in counts), *blank)
    by_type: list[Row] = [
        (f"  {type_}", *(count[type_] for count in counts), *blank) for type_ in labels.types
    ]
    return [overall, *by_type]


def duplicates(sentences: list[Sentence], others: list[Sentence]) -> int:
    """How many of the sentences have the same words as one of the others."""
    known = {sentence.words for sentence in others}
    return sum(sentence.words in known for sentence in sentences)
