"""Expressions whose labels differ from place to place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.finding import EXAMPLES, Finding

OFTEN = 3  # times that an expression is marked before its other occurrences are looked at

Labelled = Sequence[tuple[str, Sentence]]  # place and sentence
Types = dict[tuple[str, ...], Counter[str]]


def expression_findings(labelled: Labelled, labels: LabelSet) -> Iterator[Finding]:
    """Expressions with several types, and those that are marked here and not there.

    Args:
        labelled: labelled sentences and their places.
        labels: theirs; with plain ones there are no findings, a word of several parts of speech is
            nothing unusual.
    """
    if labels.scheme == "plain":
        return
    types: Types = defaultdict(Counter)
    for _, sentence in labelled:
        for span in labels.spans(sentence.labels or ()):
            types[sentence.words[span.start : span.end]][span.type] += 1
    yield from _several_types(types)
    yield from _sometimes_unmarked(labelled, types)


def _several_types(types: Types) -> Iterator[Finding]:
    several = [(words, found) for words, found in types.items() if len(found) > 1]
    ranked = sorted(several, key=lambda item: (-_second(item[1]), item[0]))
    if ranked:
        examples = tuple(
            f"{' '.join(words)}: " + ", ".join(f"{type_} {n}" for type_, n in found.most_common())
            for words, found in ranked[:EXAMPLES]
        )
        says = f"{counted(len(ranked), 'expression')} marked with several types; on purpose?"
        yield Finding("several_types", len(ranked), says, examples)


def _second(counts: Counter[str]) -> int:
    """How often an expression has its second type."""
    return counts.most_common(2)[1][1]


def _sometimes_unmarked(labelled: Labelled, types: Types) -> Iterator[Finding]:
    often = {words: found.total() for words, found in types.items() if found.total() >= OFTEN}
    unmarked: dict[tuple[str, ...], list[str]] = defaultdict(list)
    longest = max(map(len, often), default=0)
    for place, sentence in labelled:
        for start, end in _outside(sentence, longest):
            words = sentence.words[start:end]
            if words in often:
                unmarked[words].append(place)
    mostly_marked = [(words, at) for words, at in unmarked.items() if len(at) < often[words]]
    ranked = sorted(mostly_marked, key=lambda item: (len(item[1]) - often[item[0]], item[0]))
    if ranked:
        examples = tuple(
            f"{' '.join(words)}: marked {counted(often[words], 'time')}, not at {', '.join(at[:3])}"
            for words, at in ranked[:EXAMPLES]
        )
        says = (
            f"{counted(len(ranked), 'expression')} mostly marked, sometimes not: "
            "something may have been overlooked"
        )
        yield Finding("sometimes_unmarked", len(ranked), says, examples)


def _outside(sentence: Sentence, longest: int) -> Iterator[tuple[int, int]]:
    """The ranges of words without a label, up to a number of words."""
    labels = sentence.labels or ()
    for start in range(len(labels)):
        for end in range(start + 1, min(start + longest, len(labels)) + 1):
            if labels[end - 1] != OUTSIDE:
                break
            yield start, end
