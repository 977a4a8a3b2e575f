"""What tags mean: schemes, tags ⇄ spans, and tags that break their scheme."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SCHEMES = ("IOB1", "IOB2", "IOBES", "BILOU", "plain")
OUTSIDE = "O"

# A prefix of a scheme, in the words of IOBES: BILOU's L(ast) is its E(nd), U(nit) its S(ingle).
_PREFIXES = {
    "IOB1": {"B": "B", "I": "I"},
    "IOB2": {"B": "B", "I": "I"},
    "IOBES": {"B": "B", "I": "I", "E": "E", "S": "S"},
    "BILOU": {"B": "B", "I": "I", "L": "E", "U": "S"},
}
_PREFIXED = re.compile(r"[BIELSU]-.+", re.DOTALL)
# 'b-per', 'B_PER', 'PER-B', 'B': a file of nothing else has entities in a way of writing that we
# don't read.
_ODD = re.compile(r"[A-Za-z][-_].+|.+[-_][A-Za-z]|[BIELSUbielsu]", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """An entity in words: ``type`` and the half-open range of words ``start`` to ``end``."""

    type: str
    start: int
    end: int


class TagError(ValueError):
    """A tag that no scheme, or not this one, allows; indices count from 0 in what was given."""

    def __init__(self, sentence: int, word: int, wrong: str, expected: str) -> None:
        self.sentence = sentence
        self.word = word
        self.wrong = wrong
        self.expected = expected
        super().__init__(f"sentence {sentence}, word {word}: {wrong}; expected {expected}")


def detect_scheme(sequences: Sequence[Sequence[str]]) -> str:
    """The scheme of tag sequences; look at a whole file, a few sentences may fit several schemes.

    Sequences that mix IOB1 and IOB2 are IOB2, in which :func:`irregular` finds the words that don't
    fit and :func:`spans` reads them as conlleval does. Nothing but ``O`` is IOB2.

    Raises:
        TagError: plain tags beside prefixed ones, E-/S- beside L-/U-, or nothing but tags like
            ``b-per`` or ``B``.
    """
    places: dict[str, tuple[int, int]] = {}
    for sentence, tags_ in enumerate(sequences):
        for word, tag in enumerate(tags_):
            if tag not in places:
                places[tag] = (sentence, word)
    prefixed = [tag for tag in places if _PREFIXED.fullmatch(tag)]
    other = [tag for tag in places if tag != OUTSIDE and not _PREFIXED.fullmatch(tag)]
    if other and prefixed:
        latest = max(other[0], prefixed[0], key=lambda tag: places[tag])
        raise TagError(
            *places[latest],
            f"tag {other[0]!r} beside {prefixed[0]!r}",
            "either plain tags or O and tags with the prefix B- or I- (and E-/S- or L-/U-)",
        )
    if other:
        return _plain_or_error(other, places)
    ends = [tag for tag in prefixed if tag[0] in "ES"]
    units = [tag for tag in prefixed if tag[0] in "LU"]
    if ends and units:
        latest = max(ends[0], units[0], key=lambda tag: places[tag])
        raise TagError(
            *places[latest],
            f"tag {ends[0]!r} beside {units[0]!r}",
            "either E-/S- (IOBES) or L-/U- (BILOU)",
        )
    if ends or units:
        return "IOBES" if ends else "BILOU"
    # An entity that starts a sentence begins with B- in IOB2 and with I- in IOB1, so at most one of
    # the two fits.
    fits_iob2 = not any(irregular(tags_, "IOB2") for tags_ in sequences)
    if fits_iob2:
        return "IOB2"
    fits_iob1 = not any(irregular(tags_, "IOB1") for tags_ in sequences)
    return "IOB1" if fits_iob1 else "IOB2"


def _plain_or_error(tags_: list[str], places: dict[str, tuple[int, int]]) -> str:
    telling = [tag for tag in tags_ if tag not in ("o", "0")]
    if telling and all(_ODD.fullmatch(tag) for tag in telling):
        raise TagError(
            *places[telling[0]],
            f"tag {telling[0]!r} marks entities in a way that no scheme does",
            "O and B-TYPE, I-TYPE (and E-, S- or L-, U-) in capitals with a hyphen",
        )
    return "plain"


def spans(tags_: Sequence[str], scheme: str = "IOB2") -> list[Span]:
    """The entities of one sentence, in order.

    Illegal sequences are read as conlleval does (CoNLL-2000 shared task): an entity ends where the
    type changes, and an I- or E- with nothing to continue begins an entity. In ``plain`` every word
    whose tag isn't ``O`` is a span.

    Raises:
        TagError: a tag that the scheme doesn't have; ``sentence`` is 0.
    """
    if scheme == "plain":
        return [Span(tag, word, word + 1) for word, tag in enumerate(tags_) if tag != OUTSIDE]
    found: list[Span] = []
    prefixes = _PREFIXES[scheme]
    open_type = ""  # of the entity that hasn't ended yet
    start = 0
    for word, tag in enumerate(tags_):
        if tag == OUTSIDE and not open_type:
            continue  # most words
        prefix, type_ = ("O", "") if tag == OUTSIDE else _split(tag, prefixes, word, scheme)
        if open_type and (prefix in "OBS" or type_ != open_type):
            found.append(Span(open_type, start, word))
            open_type = ""
        if type_ and not open_type:
            open_type, start = type_, word
        if prefix in "ES":
            found.append(Span(open_type, start, word + 1))
            open_type = ""
    return [*found, Span(open_type, start, len(tags_))] if open_type else found


def _split(tag: str, prefixes: dict[str, str], word: int, scheme: str) -> tuple[str, str]:
    prefix, _, type_ = tag.partition("-")  # a type may contain hyphens: B-creative-work
    if prefix not in prefixes or not type_:
        allowed = ", ".join(f"{letter}-TYPE" for letter in prefixes)
        raise TagError(0, word, f"tag {tag!r}", f"O, {allowed} ({scheme})")
    return prefixes[prefix], type_


def tags(spans_: Iterable[Span], length: int, scheme: str = "IOB2") -> list[str]:
    """The tags of a sentence of ``length`` words with these entities; the reverse of :func:`spans`.

    Raises:
        ValueError: a span that is empty, overlaps another or leaves the sentence; in ``plain``, one
            of several words.
    """
    result = [OUTSIDE] * length
    before = Span("", 0, 0)
    for span in sorted(spans_, key=lambda span: span.start):
        if not before.end <= span.start < span.end <= length:
            raise ValueError(f"{span} after {before} in a sentence of {length} words")
        result[span.start : span.end] = _span_tags(span, scheme, before)
        before = span
    return result


def _span_tags(span: Span, scheme: str, before: Span) -> list[str]:
    size = span.end - span.start
    if scheme == "plain":
        if size > 1:
            raise ValueError(f"{span}: plain tags have no spans of several words")
        return [span.type]
    if scheme == "IOB1":
        touches = before.end == span.start and before.type == span.type
        letters = ("B" if touches else "I") + "I" * (size - 1)
    elif scheme == "IOB2":
        letters = "B" + "I" * (size - 1)
    else:
        end, single = ("E", "S") if scheme == "IOBES" else ("L", "U")
        letters = single if size == 1 else "B" + "I" * (size - 2) + end
    return [f"{letter}-{span.type}" for letter in letters]


def convert(tags_: Sequence[str], scheme: str, to: str = "IOB2") -> list[str]:
    """The tags of one sentence in another scheme; raises TagError as :func:`spans` does."""
    return tags(spans(tags_, scheme), len(tags_), to)


def irregular(tags_: Sequence[str], scheme: str) -> list[int]:
    """The words whose tag isn't what the scheme would write for the entities that are read."""
    pairs = zip(tags_, convert(tags_, scheme, scheme), strict=True)
    return [word for word, (tag, rewritten) in enumerate(pairs) if tag != rewritten]
