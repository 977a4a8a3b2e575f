"""Write the demo's data: 200 labelled sentences, 3,000 raw ones, 500 for dev and 500 for test.

    python examples/demo/generate.py demo/data

The sentences are made from our own lists (words.toml) and templates (sentences.toml), the same on
every machine. Five entity types: PER, LOC, ORG, PROD, EVENT. What makes them hard, as real text is:

- every list is cut in three: train.txt draws from one part, unlabeled.txt from two,
  dev.txt and test.txt from all;
- a third of the sentences leave the type to who knows the name
  ("the chapter on Nairobi is too long");
- the same word is a town, a person or a firm (Florence, Lincoln), and names are
  nested ("Bank of Kenya");
- a third is written in lower case, some in capitals or in title case.
"""

from __future__ import annotations

import random
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import spacy

SIZES = {"train": 200, "unlabeled": 3000, "dev": 500, "test": 500}
# How much of every list a file draws from.
KNOWN = {"train": 0.35, "unlabeled": 0.8, "dev": 1.0, "test": 1.0}
SHORTEST, LONGEST = 5, 40  # words

Piece = tuple[str, str]  # text and, where it is an entity, its type; else ""
Row = tuple[str, str]  # word and label
Labelled = tuple[str, list[Row]]  # a sentence as text, and its words with their labels


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


@cache
def _items(text: str, separator: str | None) -> list[str]:
    """The parts of a list, in a shuffled order that never changes."""
    items = sorted({item.strip() for item in text.strip().split(separator)})
    random.Random(0).shuffle(items)  # noqa: S311 - the same on every machine, on purpose
    return items


@cache
def _type_of(slot: str) -> str:
    return next(
        str(kind)
        for kind, slots in _toml("sentences.toml")["types"].items()
        if slot in slots.split()
    )


class Writer:
    """Makes sentences for one file out of that part of every list that the file may know."""

    def __init__(self, known: float, seed: str) -> None:
        self.known = known
        self.random = random.Random(seed)  # noqa: S311 - the same on every machine, on purpose
        self.grammar = _toml("sentences.toml")

    def one(self, listed: str, separator: str | None) -> str:
        """One item of a list."""
        items = _items(listed, separator)
        return self.random.choice(items[: max(2, round(len(items) * self.known))])

    def often(self, share: float) -> bool:
        """True in this share of the calls."""
        return self.random.random() < share

    def weighted(self, weights: dict[str, float]) -> str:
        """One key, as often as its weight says."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def filled(self, text: str) -> str:
        """The text with ``[choice|choice]`` made and ``<list>`` or ``<form>`` replaced."""
        text = re.sub(r"\[([^]]*)\]", lambda found: self.random.choice(found[1].split("|")), text)
        return re.sub(r"<(\w+)>", lambda found: self.word(found[1]), text)

    def word(self, name: str) -> str:
        """A word of the list of this name, or a name built by the form of this name."""
        if name in self.grammar["forms"]:
            return self.built(self.grammar["forms"][name])
        words = _toml("words.toml")[name]
        return self.one(words, "|" if "|" in words else None)

    def built(self, forms: list[str]) -> str:
        """A name by one of the forms, each of which begins with its weight."""
        weights = {form.partition(" ")[2]: float(form.partition(" ")[0]) for form in forms}
        return self.filled(self.weighted(weights))

    def entity(self, slot: str) -> Iterator[Piece]:
        """What stands in ``{slot}``; the article of "the World Cup" is no part of the name."""
        if slot == "any":
            kind = self.random.choice(list(self.grammar["neutral_forms"]))
            name = self.built(self.grammar["neutral_forms"][kind])
        else:
            kind, name = _type_of(slot), self.word(slot)
        if name.startswith("the "):
            yield "the ", ""
        yield name.removeprefix("the "), kind

    def pieces(self, template: str) -> Iterator[Piece]:
        """A template with everything filled in."""
        text = re.sub(r"\s+([,.?])", r"\1", " ".join(self.filled(template).split()))
        for number, part in enumerate(re.split(r"\{(\w+)\}", text)):
            if number % 2:
                yield from self.entity(part)
            elif part:
                yield part, ""

    def statement(self) -> Iterator[Piece]:
        """A template of any group, filled in."""
        group = self.weighted(self.grammar["weights"])
        return self.pieces(self.one(self.grammar["sentences"][group], "\n"))

    def sentence(self) -> list[Piece]:
        """One sentence: an opener perhaps, one or two statements, and the end."""
        extras = self.grammar["before_and_between"]
        pieces = list(self.statement())
        end = (
            "?"
            if pieces[0][0].startswith(("how ", "is ", "will "))
            else self.weighted({".": 80, "": 12, "!": 8})
        )
        if self.often(0.3):
            pieces = [*self.pieces(self.one(extras["openers"], "\n")), (" ", ""), *pieces]
        if self.often(0.35):
            connector = self.random.choice(extras["connectors"].strip().splitlines())
            pieces += [
                (f"{connector} " if connector[0] in ",;" else f" {connector} ", ""),
                *self.statement(),
            ]
        return self.cased([*pieces, (end, "")])

    def cased(self, pieces: list[Piece]) -> list[Piece]:
        """As in a newspaper (58 %), lower case (30 %), upper case (6 %) or a heading (6 %)."""
        style = self.weighted({"news": 58, "lower": 30, "upper": 6, "heading": 6})
        if style in ("lower", "upper"):
            return [(getattr(text, style)(), kind) for text, kind in pieces]
        if style == "heading":
            return [
                (re.sub(r"(?<!\S)\w", lambda letter: letter[0].upper(), text), kind)
                for text, kind in pieces
            ]
        text, kind = pieces[0]
        return [(text[0].upper() + text[1:], kind), *pieces[1:]]


@cache
def _tokenizer() -> spacy.language.Language:
    return spacy.blank("en")


def rows(pieces: list[Piece]) -> list[Row]:
    """Words as spaCy splits the text, with IOB2 labels.

    Raises:
        ValueError: an entity begins or ends inside a word.
    """
    document = _tokenizer()("".join(text for text, _ in pieces))
    labels, start = ["O"] * len(document), 0
    for text, kind in pieces:
        if kind:
            span = document.char_span(start, start + len(text))
            if span is None:
                raise ValueError(f"an entity begins or ends inside a word: {document.text[start:]}")
            labels[span.start : span.end] = [f"B-{kind}"] + [f"I-{kind}"] * (len(span) - 1)
        start += len(text)
    return [(token.text, label) for token, label in zip(document, labels, strict=True)]


def sentences(name: str, taken: set[str]) -> list[Labelled]:
    """The sentences of one file, none of which is in ``taken``; they are added to it."""
    writer = Writer(KNOWN[name], name)
    found: list[Labelled] = []
    while len(found) < SIZES[name]:
        pieces = writer.sentence()
        text, labelled = "".join(part for part, _ in pieces), rows(pieces)
        if text.lower() not in taken and SHORTEST <= len(labelled) <= LONGEST:
            taken.add(text.lower())
            found.append((text, labelled))
    return found


def generate() -> dict[str, list[Labelled]]:
    """The sentences of all files, by the name of the file."""
    taken: set[str] = set()
    return {name: sentences(name, taken) for name in SIZES}


def write(folder: Path) -> None:
    """Write train.txt, dev.txt and test.txt as columns and unlabeled.txt as raw text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in generate().items():
        if name == "unlabeled":
            content = "".join(f"{text}\n" for text, _ in found)
        else:
            content = "\n".join(
                "".join(f"{word}\t{label}\n" for word, label in labelled) for _, labelled in found
            )
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "demo/data"))
