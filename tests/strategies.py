"""Hypothesis strategies: words, tags and texts as they come in the wild, of all of Unicode."""

from hypothesis import strategies as st

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span, tags

TYPES = ("PER", "LOC", "creative-work")
ENTITY_SCHEMES = ("IOB1", "IOB2", "IOBES", "BILOU")

# No surrogates (not UTF-8); no column separators or line ends; no byte order mark, which a file's
# start would lose; no NUL, which is refused in files.
NOT_IN_WORDS = " \t\n\r\ufeff\x00"
WORD_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters=NOT_IN_WORDS)

# What has broken taggers: other line ends, wide and zero-width spaces, controls, combining marks,
# astral characters.
NASTY = (
    "\u00a0\u3000\u2028\u2029\x85\x0b\x0c\x1c\u200b\u200d\ufeff\x00\x07\u0301"
    "é\u0130ß\u1e9eΣς😀👩\U0001f3fd中ア한"
)


def words():
    """Words that a column file can hold."""
    plain = st.text("abcABC019.,-'", min_size=1, max_size=8)
    wild = st.text(
        WORD_CHARACTERS | st.sampled_from(sorted(set(NASTY) - set(NOT_IN_WORDS))),
        min_size=1,
        max_size=6,
    )
    return (plain | wild).filter(lambda word: word != "-DOCSTART-")


def texts():
    """One line of raw text."""
    pieces = st.sampled_from(
        ["Anna", "lives", "in", "U.S.", "don't", "10", "%", " ", "  ", "\t", *NASTY]
    )
    wild = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)
    return st.lists(pieces, max_size=20).map("".join) | wild


@st.composite
def span_lists(draw, length):
    """Entities of a sentence of this many words, in order and without overlap."""
    found, start = [], 0
    while start < length:
        size = draw(st.integers(1, length - start))
        type_ = draw(st.sampled_from([None, None, *TYPES]))
        if type_ is not None:
            found.append(Span(type_, start, start + size))
        start += size
    return found


@st.composite
def tagged_sentences(draw, scheme="IOB2", max_words=8):
    """A labelled sentence; its tags are legal in the scheme."""
    text = draw(st.lists(words(), min_size=1, max_size=max_words))
    return Sentence(tuple(text), tuple(tags(draw(span_lists(len(text))), len(text), scheme)))
