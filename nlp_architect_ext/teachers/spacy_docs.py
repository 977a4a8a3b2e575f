"""Sentences as spaCy's docs: their own words, whatever spaCy would have split."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Doc
from spacy.vocab import Vocab

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span


def to_doc(sentence: Sentence, vocab: Vocab) -> Doc:
    """A doc of the sentence's words, with a space behind a word where the text has one.

    Where only words are known, behind every word.
    """
    words = list(sentence.words)
    if sentence.offsets is None:
        return Doc(vocab, words=words)
    starts = [start for start, _ in sentence.offsets[1:]]
    ends = [end for _, end in sentence.offsets]
    spaces = [start > end for start, end in zip(starts, ends, strict=False)]
    return Doc(vocab, words=words, spaces=[*spaces, False][: len(words)])


def entities(doc: Doc) -> Iterable[Span]:
    """The doc's entities as ranges of words."""
    return [Span(one.label_, one.start, one.end) for one in doc.ents]
