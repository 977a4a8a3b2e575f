"""spaCy's rules for splitting text into words, as an export keeps them: `splitting.json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from nlp_architect_ext.runtime.json_values import text, value, wrong
from nlp_architect_ext.runtime.patterns import pattern_trees

Words = tuple[str, ...]


@dataclass(frozen=True)
class SplittingRules:
    """The rules of one language.

    Args:
        prefix, suffix, infix: patterns that are searched.
        url: pattern of what stays whole; None without.
        whole: pattern of what is no more taken apart; None without.
        special: the words of certain stretches.
        phrases: words in a row, as split without special cases, and the special case that they are.
        patterns: all patterns as trees for the native kernel; None in exports of old, and where a
            pattern can't be said so.
    """

    prefix: str
    suffix: str
    infix: str
    url: str | None
    whole: str | None
    special: dict[str, Words]
    phrases: dict[Words, str]
    patterns: dict[str, Any] | None = None

    def with_trees(self) -> SplittingRules:
        """The same with its patterns as trees, if they can be said so."""
        names = ("prefix", "suffix", "infix", "url", "whole")
        return replace(self, patterns=pattern_trees({name: getattr(self, name) for name in names}))

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a JSON file."""
        return {
            **asdict(self),
            "phrases": [[list(words), text] for words, text in self.phrases.items()],
        }

    @classmethod
    def from_json(cls, data: Any) -> SplittingRules:
        """The reverse of `to_json`.

        Raises:
            ValueError: not what `to_json` gives; it names the key.
        """
        special = _special(value(data, "special", dict, "an object of lists of words"))
        patterns = data.get("patterns")
        return cls(
            prefix=text(data, "prefix"),
            suffix=text(data, "suffix"),
            infix=text(data, "infix"),
            url=text(data, "url") if data.get("url") is not None else None,
            whole=text(data, "whole") if data.get("whole") is not None else None,
            special=special,
            phrases=_phrases(value(data, "phrases", list, "a list of phrases"), special),
            patterns=None if patterns is None else value(data, "patterns", dict, "an object"),
        )


def _special(found: dict[str, Any]) -> dict[str, Words]:
    for case, words in found.items():
        if not _are_words(words) or "".join(words) != case:
            raise wrong(f"special case {case!r:.100}", words, "the words that it's made of")
    return {case: tuple(words) for case, words in found.items()}


def _phrases(found: list[Any], special: dict[str, Words]) -> dict[Words, str]:
    for phrase in found:
        is_pair = isinstance(phrase, list) and len(phrase) == 2 and _are_words(phrase[0])
        if not is_pair or not isinstance(phrase[1], str) or phrase[1] not in special:
            raise wrong("phrase", phrase, "words, and a special case")
    return {tuple(words): case for words, case in found}


def _are_words(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(word, str) and word for word in found)
