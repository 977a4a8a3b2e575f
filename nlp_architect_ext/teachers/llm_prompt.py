"""What a language model is asked: types in words, labelled examples, one sentence, a schema."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import spans

VERSION = 1  # of the words below
CHARACTERS_A_TOKEN = 4  # a rule of thumb for English text
TOKENS_AN_ENTITY = 15  # of an answer, about
TASK = """Find all entities of these types in the sentence:
{types}
Quote each entity exactly as it stands in the sentence, in the order of the sentence, once for \
each time that it occurs. Give an empty list if there is none. Answer in JSON:
{{"entities": [{{"text": "...", "type": "..."}}]}}"""

Message = dict[str, str]


def text_of(words: Iterable[str]) -> str:
    """A sentence as it's sent."""
    return " ".join(words)


class Prompt:
    """The messages of a request; the sentence comes last, so that providers can cache the rest.

    Args:
        types: that are asked for.
        descriptions: what a type means, in words, of some types or all.
        examples: labelled sentences; questions and answers that come first.
        scheme: of their labels, IOB2 or plain.
    """

    def __init__(
        self,
        types: Sequence[str],
        descriptions: Mapping[str, str],
        examples: Sequence[Sentence],
        scheme: str,
    ) -> None:
        named = (f"{one}: {descriptions[one]}" if one in descriptions else one for one in types)
        self._first: list[Message] = [
            {"role": "system", "content": TASK.format(types="\n".join(f"- {one}" for one in named))}
        ]
        for example in examples:
            self._first.append({"role": "user", "content": text_of(example.words)})
            self._first.append({"role": "assistant", "content": _answer(example, scheme)})
        self.schema = _schema(types)

    @property
    def content(self) -> list[Any]:
        """All that is the same in every request, plain data for JSON."""
        return [VERSION, self._first, self.schema]

    def messages(self, sentence: Sentence) -> list[Message]:
        """The question about a sentence."""
        return [*self._first, {"role": "user", "content": text_of(sentence.words)}]

    def tokens(self, sentences: Sequence[Sentence]) -> tuple[int, int]:
        """About how many go in and come out, by the number of characters."""
        fixed = len(json.dumps([self._first, self.schema], ensure_ascii=False))
        sent = sum(fixed + len(text_of(one.words)) for one in sentences)
        return sent // CHARACTERS_A_TOKEN, 2 * TOKENS_AN_ENTITY * len(sentences)


def _answer(example: Sentence, scheme: str) -> str:
    found = [
        {"text": text_of(example.words[one.start : one.end]), "type": one.type}
        for one in spans(example.labels or (), scheme)
    ]
    return json.dumps({"entities": found}, ensure_ascii=False)


def _schema(types: Sequence[str]) -> dict[str, Any]:
    """JSON Schema, in the subset that strict structured output takes."""
    fields = {"text": {"type": "string"}, "type": {"type": "string", "enum": list(types)}}
    entity = _object(fields)
    return _object({"entities": {"type": "array", "items": entity}})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def chosen_examples(sentences: Sequence[Sentence], scheme: str, count: int) -> list[Sentence]:
    """Labelled sentences that show all types, and the shortest one without any.

    Each is the one with most of what was shown least; among equals the shorter, then the earlier.

    Args:
        sentences: with labels.
        scheme: of the labels.
        count: at most so many.
    """
    left = [(one, {span.type for span in spans(one.labels or (), scheme)}) for one in sentences]
    empty = min((one for one, types in left if not types), key=len, default=None)
    left = [pair for pair in left if pair[1]]
    wanted = count - 1 if empty is not None else count
    shown: Counter[str] = Counter()
    chosen: list[Sentence] = []
    while left and len(chosen) < wanted:
        gains = [sum(1 / (1 + shown[type_]) ** 2 for type_ in types) for _, types in left]
        best = max(range(len(left)), key=lambda one: (gains[one], -len(left[one][0])))
        example, types = left.pop(best)
        chosen.append(example)
        shown.update(types)
    return [*chosen, empty] if empty is not None and count > 0 else chosen
