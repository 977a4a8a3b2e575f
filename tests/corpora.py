"""Small data folders of our own, easy enough to be learnt in seconds."""

from __future__ import annotations

import random
from pathlib import Path

PEOPLE = ["Anna", "Bruno", "Chen Li", "Dora Maar", "Emil", "Farah Aziz", "Greta", "Hiro"]
PLACES = ["Oslo", "Lima", "New York", "Accra", "Rome", "San Jose", "Kyoto", "Bern"]
TEMPLATES = [
    "{PER} lives in {LOC} .",
    "In {LOC} , {PER} met {PER} .",
    "The train to {LOC} is late today .",
    "{PER} said that nothing had happened .",
    "Nothing happened there .",
    "From {LOC} to {LOC} it takes two hours .",
]
WORDS = sorted(
    {
        word
        for text in (*PEOPLE, *PLACES, *TEMPLATES)
        for word in text.split()
        if not word.startswith("{")
    }
)

Rows = list[tuple[str, str]]


def sentence(draw: random.Random) -> Rows:
    """One sentence as words with IOB2 tags."""
    rows: Rows = []
    for part in draw.choice(TEMPLATES).split():
        if part in ("{PER}", "{LOC}"):
            words = draw.choice(PEOPLE if part == "{PER}" else PLACES).split()
            rows += [
                (word, f"{'I' if place else 'B'}-{part[1:-1]}") for place, word in enumerate(words)
            ]
        else:
            rows.append((part, "O"))
    return rows


def columns(sentences: list[Rows]) -> str:
    """Sentences as a column file."""
    return "".join("".join(f"{word}\t{tag}\n" for word, tag in rows) + "\n" for rows in sentences)


def write_corpus(
    folder: Path,
    train: int = 40,
    dev: int = 15,
    test: int = 15,
    unlabelled: int = 60,
    seed: int = 0,
) -> Path:
    """Write train.txt, dev.txt, test.txt and unlabeled.txt; a number of 0 leaves a file out."""
    draw = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("train", train), ("dev", dev), ("test", test)):
        if count:
            (folder / f"{name}.txt").write_text(
                columns([sentence(draw) for _ in range(count)]), encoding="utf-8"
            )
    if unlabelled:
        lines = [" ".join(word for word, _ in sentence(draw)) for _ in range(unlabelled)]
        (folder / "unlabeled.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
