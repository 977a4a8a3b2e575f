"""`nlp-train select_unlabelled`: the part of a pool that is like the labelled sentences."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import STANDARD_INPUT, atomic_write_text
from nlp_architect_ext.core.progress import bar, say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.base import detect
from nlp_architect_ext.data.formats.text import read_text
from nlp_architect_ext.data.selection import DomainScore, best
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.texts import SelectUnlabelledSettings

Scores = NDArray[np.float64]


def select_unlabelled(settings: SelectUnlabelledSettings) -> None:
    """Score every line of the pool, write the best ones in their order, and say what that keeps.

    The pool is read three times and never held in memory: to count its words, to score its lines,
    to write the best.

    Raises:
        UserError: data that can't be read, an output that is there already, or a pool that is too
            small.
    """
    pool, output = Path(settings.pool.pool_file), Path(settings.pool.output_file)
    _check(settings, pool, output)
    train = load_corpus(settings.data, settings.draw, text=settings.text).train
    labelled = Counter(word for sentence in train for word in sentence.words)
    pooled: Counter[str] = Counter()
    for sentence in _read(settings, "counting words"):
        pooled.update(sentence.words)
    score = DomainScore(labelled, pooled)
    found, contents = array("d"), array("Q")  # eight bytes a line each
    for sentence in _read(settings, "scoring lines"):
        found.append(score(sentence.words))
        contents.append(_content(sentence))
    scores = np.array(found)
    places = best(scores, np.array(contents), settings.pool.size)
    if len(places) < settings.pool.size:
        wrong = (
            f"has only {len(places):,} different lines of {settings.pool.min_words} words or more"
        )
        raise UserError(
            where=str(pool),
            wrong=wrong,
            expected=f"--size {settings.pool.size:,}",
            remedy="use all of it, or give a smaller --size",
        )
    chosen = set(places)
    kept = [
        sentence for place, sentence in enumerate(_read(settings, "writing")) if place in chosen
    ]
    atomic_write_text(output, "".join(f"{sentence.text}\n" for sentence in kept))
    say(_summary(labelled, pooled, kept, scores, scores[places]))
    say(f"written to {output}")


def _read(settings: SelectUnlabelledSettings, label: str) -> Iterator[Sentence]:
    """The lines of the pool that are long enough."""
    lines = read_text(
        settings.pool.pool_file, language=settings.text.language, tokenizer=settings.text.tokenizer
    )
    with bar(lines, label=label, unit="lines") as bars:
        for sentence in bars:
            if len(sentence) >= settings.pool.min_words:
                yield sentence


def _content(sentence: Sentence) -> int:
    """A number that the same text always has, and another text hardly ever."""
    return int.from_bytes(
        hashlib.blake2b((sentence.text or "").encode(), digest_size=8).digest(), "little"
    )


def _check(settings: SelectUnlabelledSettings, pool: Path, output: Path) -> None:
    if str(pool) == STANDARD_INPUT:
        raise UserError(
            where="--pool_file",
            wrong="standard input can be read only once",
            expected="a file",
            remedy="save it first",
        )
    format_ = detect(pool, "text")
    if format_.name != "text":
        raise UserError(
            where=str(pool),
            wrong=f"is of the format {format_.name}",
            expected="raw text, one sentence or paragraph a line",
            remedy="make it text with nlp-train convert --to text",
        )
    if output.resolve() == pool.resolve():
        raise UserError(
            where="--output_file",
            wrong="is the pool itself",
            expected="another file",
            remedy="choose another name",
        )
    if output.exists() and not settings.pool.overwrite:
        remedy = "give --overwrite to replace it, or another name"
        raise UserError(
            where=str(output), wrong="is there already", expected="a new file", remedy=remedy
        )
    if not output.parent.is_dir():
        raise UserError(
            where=str(output.parent),
            wrong="no such folder",
            expected="a folder for the output",
            remedy="make it",
        )


def _summary(
    labelled: Counter[str],
    pooled: Counter[str],
    kept: list[Sentence],
    scores: Scores,
    chosen: Scores,
) -> str:
    """What the cut keeps, of lines, words, and of the labelled text's vocabulary."""
    known = {word.lower() for word in labelled}
    words = {word.lower() for word in chain.from_iterable(sentence.words for sentence in kept)}
    total, length = sum(pooled.values()), sum(map(len, kept))
    covered = [
        len(known & there) / max(len(known), 1)
        for there in ({word.lower() for word in pooled}, words)
    ]
    return (
        f"kept {len(kept):,} of {len(scores):,} lines ({len(kept) / len(scores):.0%}), {length:,} "
        f"of {total:,} words "
        f"({length / total:.0%})\n"
        f"score, nats a word: all {_range(scores)}; kept {_range(chosen)}\n"
        f"words of the labelled text that are in the pool: {covered[0]:.0%}; in what is kept: "
        f"{covered[1]:.0%}"
    )


def _range(values: Scores) -> str:
    return f"{values.min():.2f} to {values.max():.2f}, median {np.median(values):.2f}"
