"""A language model's answer, found again in the sentence and verified."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.teachers.llm_prompt import text_of

VERSION = 1  # of the rules below


def entities(answer: str, sentence: Sentence, types: Collection[str]) -> list[Span] | None:
    """The entities that an answer quotes; None if it can't be read or isn't true.

    An answer counts whole or not at all: one with a type that wasn't asked for, or a text that
    isn't in the sentence, says nothing.

    A text that is quoted with one type stands for all its occurrences. One that is quoted with
    several types, as often as it occurs, has them in this order; else every occurrence has all of
    them, and so contradicts itself. Within a longer entity nothing shorter is looked for.

    Args:
        answer: JSON as the schema of `Prompt` has it.
        sentence: that was asked about.
        types: that were asked for.
    """
    quoted = _quoted(answer)
    if quoted is None or any(type_ not in types for _, type_ in quoted):
        return None
    by_text: dict[str, list[str]] = {}
    for text, type_ in quoted:
        by_text.setdefault(text, []).append(type_)
    found: list[Span] = []
    for text in sorted(by_text, key=len, reverse=True):
        places = _places(text, sentence.words)
        if not places:
            return None
        free = [place for place in places if not any(_within(place, one) for one in found)]
        found += _typed(free, by_text[text])
    return sorted(set(found), key=lambda one: (one.start, one.end, one.type))


def _quoted(answer: str) -> list[tuple[str, str]] | None:
    """Texts and types in their order; None of anything else than what was asked for."""
    try:
        data = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    listed = data.get("entities") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return None
    pairs = [(one.get("text"), one.get("type")) for one in listed if isinstance(one, dict)]
    quoted = [
        (text, type_)
        for text, type_ in pairs
        if isinstance(text, str) and text.strip() and isinstance(type_, str)
    ]
    return quoted if len(quoted) == len(listed) else None


def _typed(places: Sequence[tuple[int, int]], types: Sequence[str]) -> list[Span]:
    kinds = set(types)
    if len(kinds) > 1 and len(places) == len(types):
        return [Span(type_, *place) for place, type_ in zip(places, types, strict=True)]
    return [Span(type_, *place) for place in places for type_ in kinds]


def _within(place: tuple[int, int], longer: Span) -> bool:
    is_same = place == (longer.start, longer.end)
    return not is_same and longer.start <= place[0] and place[1] <= longer.end


def _places(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where a text occurs, as ranges of words; white space doesn't count.

    It begins and ends where a run of letters and digits does, and takes the whole of such words:
    ``Oslo`` is in ``Oslo's``, and not in ``Oslofjord``.
    """
    characters = "".join(text.split())
    pattern = r"\s*".join(re.escape(one) for one in characters)
    before = r"(?<!\w)" if characters[0].isalnum() else ""
    after = r"(?!\w)" if characters[-1].isalnum() else ""
    ends = list(accumulate(len(word) + 1 for word in words))  # with the blank behind each
    # Ahead of each place, or of occurrences that overlap only the first would be found.
    found = re.finditer(f"(?=({before}{pattern}{after}))", text_of(words))
    places = (
        (bisect_right(ends, one.start(1)), bisect_left(ends, one.end(1)) + 1) for one in found
    )
    return list(dict.fromkeys(places))
