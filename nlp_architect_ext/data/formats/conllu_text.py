r"""The text of a sentence of CoNLL-U: ``# text``, ``SpaceAfter=No``, UDPipe's ``SpacesAfter``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp_architect_ext.core.errors import UserError

NO_SPACE = "SpaceAfter=No"
_SPACES = re.compile(r"(?:^|\|)(SpacesBefore|SpacesAfter)=([^|]*)")
# UDPipe's escapes of white space.
_ESCAPES = {"\\s": " ", "\\t": "\t", "\\n": "\n", "\\r": "\r", "\\p": "|", "\\\\": "\\"}
_UNESCAPED = {character: escape for escape, character in _ESCAPES.items()}


def text_of(
    words: Sequence[str], misc: Sequence[str], text: str | None, where: str
) -> tuple[str, list[tuple[int, int]]]:
    """The text and the words' offsets in it.

    Args:
        words: the forms.
        misc: of each word, the attributes that say what stands behind it.
        text: that of the comment, None if there is none; it's put together then, as it is where a
            word tells the white space around it.
        where: ``file:line``.

    Raises:
        UserError: a word that isn't the next one in the text.
    """
    if text is None or any(_SPACES.search(one) for one in misc):
        return _joined(words, misc)
    offsets = []
    place = 0
    for word in words:
        start = place
        while not text.startswith(word, start):
            if not text[start : start + 1].isspace():
                raise _not_there(repr(word), text[place : place + 20], where)
            start += 1
        place = start + len(word)
        offsets.append((start, place))
    if text[place:].strip():
        raise _not_there("the end", text[place : place + 20], where)
    return text, offsets


def _not_there(word: str, found: str, where: str) -> UserError:
    return UserError(
        where=where,
        wrong=f"its text has {found!r} where {word} should stand",
        expected="the forms of the words, in order",
        remedy="correct the comment with the text, or remove it",
    )


def _joined(words: Sequence[str], misc: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    text = ""
    offsets = []
    for index, (word, attributes) in enumerate(zip(words, misc, strict=True)):
        around = dict(_SPACES.findall(attributes))
        text += unescaped(around.get("SpacesBefore", ""))
        offsets.append((len(text), len(text) + len(word)))
        text += word
        is_last = index == len(words) - 1
        usual = "" if is_last or NO_SPACE in attributes.split("|") else " "
        text += unescaped(around["SpacesAfter"]) if "SpacesAfter" in around else usual
    return text, offsets


def unescaped(value: str) -> str:
    """White space out of a SpacesAfter."""
    return re.sub(r"\\[stnrp\\]", lambda match: _ESCAPES[match[0]], value)


def escaped(value: str) -> str:
    """The reverse of `unescaped`."""
    return "".join(_UNESCAPED.get(character, character) for character in value)
