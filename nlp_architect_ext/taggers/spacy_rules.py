"""spaCy's rules for splitting text into words, as data."""

from __future__ import annotations

import re
from typing import Any

from nlp_architect_ext.runtime.splitting import CompiledRules
from nlp_architect_ext.runtime.splitting_rules import SplittingRules


def spacy_rules(language: str) -> SplittingRules | None:
    """The rules of spaCy for a language; None where its words aren't made by such rules.

    Raises:
        ImportError: spaCy isn't installed, or doesn't know the language.
    """
    import spacy
    from spacy.symbols import ORTH
    from spacy.tokenizer import Tokenizer

    tokenizer: Any = spacy.blank(language).tokenizer
    if type(tokenizer) is not Tokenizer:
        return None
    functions = (tokenizer.prefix_search, tokenizer.suffix_search, tokenizer.infix_finditer)
    if not all(map(_pattern, functions)):
        return None
    prefix, suffix, infix = (str(_pattern(function)) for function in functions)
    url, whole = _pattern(tokenizer.url_match), _pattern(tokenizer.token_match)
    if (tokenizer.url_match and not url) or (tokenizer.token_match and not whole):
        return None
    special = {text: tuple(word[ORTH] for word in words) for text, words in tokenizer.rules.items()}
    special = {text: words for text, words in special.items() if not any(map(str.isspace, text))}
    plain = CompiledRules(SplittingRules(prefix, suffix, infix, url, whole, {}, {}))
    # spaCy looks for a special case in finished words only if the rules could have taken it apart.
    affixes = (plain.prefix, plain.suffix, plain.infix)
    torn = [text for text in special if any(pattern.search(text) for pattern in affixes)]
    phrases = {plain.words(text): text for text in torn}
    return SplittingRules(prefix, suffix, infix, url, whole, special, phrases).with_trees()


def _pattern(function: Any) -> str | None:
    """The pattern whose method this is, its flags written into it; None if it's something else."""
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, re.Pattern) or owner.flags & ~(re.UNICODE | re.IGNORECASE):
        return None
    return ("(?i)" if owner.flags & re.IGNORECASE else "") + str(owner.pattern)
