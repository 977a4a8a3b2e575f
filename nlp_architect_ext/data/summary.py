"""What was read, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus


def summary(corpus: Corpus) -> str:
    """A table of what was read: sentences, words, duplicates, entities of each type, notes."""
    named = {
        "train": corpus.train,
        "dev": corpus.dev,
        "test": corpus.test,
        "unlabelled": corpus.unlabelled or None,
    }
    parts = {name: sentences for name, sentences in named.items() if sentences is not None}
    rows: list[Sequence[str | int]] = [
        ("", *parts),
        ("sentences", *map(len, parts.values())),
        ("words", *(sum(len(sentence) for sentence in sentences) for sentences in parts.values())),
        (
            "longest sentence",
            *(max(len(sentence) for sentence in sentences) for sentences in parts.values()),
        ),
    ]
    for other in ("train", "unlabelled"):
        if other in parts:
            rows.append(
                (
                    f"also in {other}",
                    *(
                        "-" if name == other else duplicates(sentences, parts[other])
                        for name, sentences in parts.items()
                    ),
                )
            )
    counts = [
        Counter(
            span.type
            for sentence in sentences
            for span in corpus.labels.spans(sentence.labels or ())
        )
        for name, sentences in parts.items()
        if name != "unlabelled"
    ]
    blank = ["-"] if "unlabelled" in parts else []
    kind = "entities" if corpus.labels.scheme == "IOB2" else "labelled words"
    rows.append((kind, *(count.total() for count in counts), *blank))
    rows += [
        (f"  {type_}", *(count[type_] for count in counts), *blank) for type_ in corpus.labels.types
    ]
    about = [f"scheme of the files: {corpus.scheme}; {len(corpus.labels)} labels", *corpus.notes]
    return "\n".join([*_aligned(rows), *about])


def duplicates(sentences: list[Sentence], others: list[Sentence]) -> int:
    """How many of the sentences have the same words as one of the others."""
    known = {sentence.words for sentence in others}
    return sum(sentence.words in known for sentence in sentences)


def _aligned(rows: list[Sequence[str | int]]) -> list[str]:
    cells = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
