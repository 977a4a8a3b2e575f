"""spaCy's way to split text into words, from its rules as data: the same words without spaCy.

The algorithm is the one that spaCy's documentation gives ("How spaCy's tokenizer works"): text
between spaces loses prefixes and suffixes, one of each at a time, until it's a special case or
nothing is left to take off; what remains is cut at infixes. On 24,000 lines of real text and 30,000
of nonsense the words are spaCy's, but for one or two of the latter in some languages: spaCy lets
smileys and runs of quotes that spaces separate get into each other's way.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.text import LONGEST_STRETCH
from nlp_architect_ext.runtime.json_values import wrong
from nlp_architect_ext.runtime.splitting_rules import SplittingRules, Words

MAXIMUM_STRETCHES = 65_536  # distinct stretches whose words are kept; then the memory starts anew
LONGEST_KNOWN = 64  # characters of these; longer ones rarely come again, and would fill the memory

_STRETCH = re.compile(rf"\S{{1,{LONGEST_STRETCH}}}")
_WORD = re.compile(r"\S+")  # where white space alone splits, nothing takes long


class RuleSplitter:
    """Splits text as `formats.text.WordSplitter` does, and remembers the words of each stretch.

    Args:
        rules: of a language; None splits at white space only.

    Raises:
        ValueError: one of the rules is no regular expression.
    """

    def __init__(self, rules: SplittingRules | None) -> None:
        self.rules = rules
        self._compiled = None if rules is None else CompiledRules(rules)
        self._stretches = _WORD if rules is None else _STRETCH
        self._known: dict[str, Words] = {}

    def split(self, text: str, line: int = 0) -> Sentence:
        """The words of a text with their offsets in code points; none for text without words.

        Args:
            text: any text; it becomes the sentence's ``text`` unchanged.
            line: the line of the file that it is from, if any.
        """
        words: list[str] = []
        offsets: list[tuple[int, int]] = []
        known = self._known
        for match in self._stretches.finditer(text):
            stretch, start = match.group(), match.start()
            found = known.get(stretch) or self._split(stretch)
            for word in found:
                end = start + len(word)
                words.append(word)
                offsets.append((start, end))
                start = end
        return Sentence(tuple(words), None, text, tuple(offsets), line)

    def _split(self, stretch: str) -> Words:
        words = (stretch,) if self._compiled is None else self._compiled.words(stretch)
        if len(stretch) > LONGEST_KNOWN:
            return words
        if len(self._known) >= MAXIMUM_STRETCHES:
            self._known.clear()
        self._known[stretch] = tuple(map(sys.intern, words))
        return self._known[stretch]


class CompiledRules:
    """Rules, ready to split; compiling the patterns takes some milliseconds.

    Args:
        rules: of a language.

    Raises:
        ValueError: one of them is no regular expression.
    """

    def __init__(self, rules: SplittingRules) -> None:
        self.special, self.phrases = rules.special, rules.phrases
        self.longest_phrase = max(map(len, rules.phrases), default=0)
        self.prefix = _compiled("prefix", rules.prefix)
        self.suffix = _compiled("suffix", rules.suffix)
        self.infix = _compiled("infix", rules.infix)
        self.url = _compiled("url", rules.url) if rules.url is not None else None
        self.whole = _compiled("whole", rules.whole) if rules.whole is not None else None

    def words(self, stretch: str) -> Words:
        """The words of a stretch of text without spaces."""
        words = self.special.get(stretch) or self._taken_apart(stretch, self.special)
        return self._with_phrases(words)

    def _taken_apart(self, stretch: str, special: dict[str, Words]) -> Words:
        """Prefixes and suffixes taken off, one of each at a time, then what is in the middle."""
        prefixes: list[str] = []
        suffixes: list[str] = []
        while stretch:
            if (self.whole and self.whole.match(stretch)) or stretch in special:
                break
            found = self.prefix.search(stretch)
            first = found.end() - found.start() if found else 0
            if first and stretch[first:] in special:
                prefixes.append(stretch[:first])
                stretch = stretch[first:]
                break
            found = self.suffix.search(stretch[first:])
            last = found.end() - found.start() if found else 0
            if last and stretch[:-last] in special:
                suffixes.append(stretch[-last:])
                stretch = stretch[:-last]
                break
            if not first and not last:
                break
            if first:
                prefixes.append(stretch[:first])
            if last:
                suffixes.append(stretch[len(stretch) - last :])
            stretch = stretch[first : len(stretch) - last]
        return (*prefixes, *self._middle(stretch, special), *reversed(suffixes))

    def _middle(self, stretch: str, special: dict[str, Words]) -> Iterable[str]:
        if not stretch:  # some patterns match nothing at all, which isn't a word
            return
        if stretch in special:
            yield from special[stretch]
            return
        if (self.whole and self.whole.match(stretch)) or (self.url and self.url.match(stretch)):
            yield stretch
            return
        start = 0
        for match in self.infix.finditer(stretch):
            if match.start() == 0:
                continue
            if match.start() != start:
                yield stretch[start : match.start()]
            if match.group():
                yield match.group()
            start = match.end()
        if stretch[start:]:
            yield stretch[start:]

    def _with_phrases(self, words: Words) -> Words:
        """Words in a row that make up a special case become its words.

        The longest come first, then those on the left. As in spaCy, a case that overlaps an earlier
        one isn't taken, and keeps its words from others all the same.
        """
        found = [
            (size, start)
            for size in range(min(len(words), self.longest_phrase), 0, -1)
            for start in range(len(words) - size + 1)
            if words[start : start + size] in self.phrases
        ]
        taken: set[int] = set()
        changes: dict[int, int] = {}
        for size, start in found:
            if start not in taken and start + size - 1 not in taken:
                changes[start] = size
            taken.update(range(start, start + size))
        result: list[str] = []
        index = 0
        while index < len(words):
            size = changes.get(index, 0)
            if size:
                result += self.special[self.phrases[words[index : index + size]]]
            else:
                result.append(words[index])
            index += size or 1
        return tuple(result)


def _compiled(name: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise wrong(name, pattern, f"a regular expression ({error})") from error
