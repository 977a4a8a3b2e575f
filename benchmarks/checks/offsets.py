"""R11: offsets of random Unicode, and the same entities from every tagger and output."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from damage.folders import WORDS, new_tagger

from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.runtime.native.tagger import NativeTagger
from nlp_architect_ext.runtime.tagger import Tagger
from nlp_architect_ext.runtime.text_tagger import TextTagger

AT_ONCE = 500  # texts of a call
PARTS = 12  # of a text, at most
KINDS = (("softmax", "spacy"), ("crf", "whitespace"))
# Where offsets go wrong: halves of pairs, emoji of several, marks, right to left, odd spaces.
ODD = "\ud800 \udc80 \U0001f468\u200d\U0001f469 e\u0301 \u0130 ß ﬁ \u202e \u05d0\u05d1 \u0e01\u0e33"
SPACES = " \u00a0\u2028\u3000\t\x1c\x85\n"


def check_offsets(count: int, first: int) -> bool:
    """R11: `count` texts, half of them by each kind of tagger, in every engine and output."""
    errors = others = entities = 0
    for place, (decoder, tokenizer) in enumerate(KINDS):
        tagger = new_tagger("cnn-lstm", decoder, tokenizer)
        numbers = range(first + place * count, first + place * count + count // len(KINDS))
        with TemporaryDirectory() as folder:
            tagger.export(folder, "fp32")
            exports: list[TextTagger] = [Tagger.load(folder)]
            if not missing_kernel():
                exports.append(NativeTagger.load(folder))
            for texts in _chunks(numbers):
                expected = _found(tagger, texts)
                entities += sum(map(len, expected))
                errors += _wrong_offsets(tagger, texts)
                for one in exports:
                    errors += _wrong_offsets(one, texts)
                    pairs = zip(texts, expected, _found(one, texts), strict=True)
                    others += sum(_differ(one.engine, *pair) for pair in pairs)
    print(
        f"R11 {count:,} Unicode texts, {entities:,} entities: {errors} wrong offsets, "
        f"{others} texts with other entities in another engine (target 0 and 0)"
    )
    return errors == others == 0 and entities > 0


def text_of(number: int) -> str:
    """A text, the same whenever it's asked for."""
    draw = random.Random(number)  # noqa: S311 (repeatable, no secret)
    parts = []
    for _ in range(draw.randint(0, PARTS)):
        kind = draw.random()
        if kind < 0.5:
            parts.append(draw.choice(WORDS))
        elif kind < 0.75:
            parts.append(draw.choice(ODD.split(" ")))
        else:
            parts.append(chr(draw.randrange(0x110000)))
        if draw.random() < 0.7:
            parts.append(draw.choice(SPACES))
    return "".join(parts)


def _chunks(numbers: range) -> Iterator[list[str]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield [text_of(number) for number in numbers[start : start + AT_ONCE]]


def _found(tagger: TextTagger, texts: list[str]) -> list[list[tuple[str, int, int]]]:
    return [
        [(one.entity_group, one.start, one.end) for one in found] for found in tagger.predict(texts)
    ]


def _wrong_offsets(tagger: TextTagger, texts: list[str]) -> int:
    """Entities, of answers and of JSON, whose offsets don't give their words."""
    wrong = 0
    for text, found in zip(texts, tagger.predict(texts), strict=True):
        wrong += sum(text[one.start : one.end] != one.word for one in found)
    lines = tagger.tagged_text(texts, "json").text.split("\n")[:-1]
    for text, line in zip(texts, lines, strict=True):
        record = json.loads(line)
        listed = record["entities"]
        wrong += record["text"] != text
        wrong += sum(text[one["start"] : one["end"]] != one["word"] for one in listed)
    return wrong


def _differ(engine: str, text: str, expected: object, found: object) -> bool:
    if expected != found:
        print(f"{engine}: {text!a}: {found}, in torch {expected}", file=sys.stderr)
    return expected != found
