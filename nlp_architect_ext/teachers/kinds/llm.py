"""``llm:URL#MODEL``: a language model behind an endpoint that speaks OpenAI's interface."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE, Span
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions
from nlp_architect_ext.teachers.label_map import LabelMap
from nlp_architect_ext.teachers.llm_answer_log import AnswerLog, PaidAnswer
from nlp_architect_ext.teachers.llm_answers import VERSION, entities
from nlp_architect_ext.teachers.llm_client import Address, Endpoint, client_library
from nlp_architect_ext.teachers.llm_prompt import Prompt, chosen_examples
from nlp_architect_ext.teachers.span_teacher import SpanTeacher

MILLION = 1_000_000


class LlmFinder:
    """Asks a model for the entities of each sentence, one sentence a request.

    It has no opinion of a sentence whose answer can't be read or quotes what isn't there, and of
    its own examples, whose labels it was told.

    Args:
        address: where the model answers.
        labels: of the data; all their types are asked for.
        options: descriptions, examples, requests at once, prices, where answers are kept.
    """

    def __init__(self, address: Address, labels: LabelSet, options: TeacherOptions) -> None:
        self.options, self.types = options, labels.types
        examples = chosen_examples(options.labelled, labels.scheme, options.llm_examples)
        self._examples = {one.words for one in examples}
        self.prompt = Prompt(labels.types, options.descriptions, examples, labels.scheme)
        # Contents, not places: the same model at another address says the same.
        content = [address.model, VERSION, self.prompt.content]
        self.fingerprint = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        self._endpoint = Endpoint(address)
        # Answers are the model's own, whatever the rules are by which they're read.
        self._request = hashlib.sha256(json.dumps(content[::2]).encode()).hexdigest()
        self._log = AnswerLog(_place(options.store, self._request))

    def find(self, sentences: Sequence[Sentence]) -> list[Sequence[Span] | None]:
        """See `SpanFinder.find`; an answer is on disk before it's read.

        Raises:
            UserError: see `Endpoint.ask`; what was answered before is kept.
        """
        asked = [one for one in sentences if one.words not in self._examples]
        self._ask({self._key(one): one for one in asked})
        return [self._of(one) for one in sentences]

    def _ask(self, sentences: dict[str, Sentence]) -> None:
        missing = [pair for pair in sentences.items() if pair[0] not in self._log]
        with ThreadPoolExecutor(self.options.llm_concurrency) as pool:
            futures = [pool.submit(self._fetch, *pair) for pair in missing]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:  # those that are on their way end, and are kept
                pool.shutdown(cancel_futures=True)
        for future in futures:
            if not future.cancelled():
                future.result()

    def _fetch(self, key: str, sentence: Sentence) -> None:
        answer = self._endpoint.ask(self.prompt.messages(sentence), self.prompt.schema)
        is_read = self._read(answer, sentence) is not None
        self._log.add(key, replace(answer, is_read=is_read))

    def _of(self, sentence: Sentence) -> list[Span] | None:
        if sentence.words in self._examples:
            return None
        return self._read(self._log[self._key(sentence)], sentence)

    def _read(self, answer: PaidAnswer, sentence: Sentence) -> list[Span] | None:
        return None if answer.text is None else entities(answer.text, sentence, self.types)

    def _key(self, sentence: Sentence) -> str:
        content = json.dumps([self._request, sentence.words])
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def costs(self) -> dict[str, float]:
        """What was paid for so far, in this run or earlier ones with this store."""
        tokens = self._log.tokens
        found = {"requests": len(self._log), "tokens_in": tokens[0], "tokens_out": tokens[1]}
        paid = {"price": priced(tokens, self.options.llm_price)} if self.options.llm_price else {}
        return {**found, "malformed": self._log.malformed, **paid}


def priced(tokens: tuple[int, int], price: Sequence[float]) -> float:
    """Money for tokens in and out, by prices per million."""
    return sum(count * each / MILLION for count, each in zip(tokens, price, strict=True))


def _place(store: Path | None, name: str) -> Path | None:
    return None if store is None else store / "llm" / f"{name[:16]}.jsonl"


def _make(argument: str, labels: LabelSet, options: TeacherOptions) -> SpanTeacher:
    """A teacher that was asked for all types, so that a word without an entity is ``O``."""
    finder = LlmFinder(Address.read(argument), labels, options)
    # It answers with the data's own types; of the map only the key O means something.
    entries = {key: to for key, to in options.label_map.entries.items() if key == OUTSIDE}
    return SpanTeacher(finder, labels, LabelMap(entries), outside=True)


def _check(argument: str, labels: LabelSet, options: TeacherOptions) -> None:
    """Nothing is asked."""
    Address.read(argument)
    client_library()


def _estimate(
    argument: str, labels: LabelSet, options: TeacherOptions, sentences: Sequence[Sentence]
) -> str:
    """Requests, tokens and money, without a request."""
    finder = LlmFinder(Address.read(argument), labels, options)
    unique = {one.words: one for one in sentences}
    sent, came = finder.prompt.tokens(list(unique.values()))
    line = (
        f"at most {len(unique):,} requests, about {sent:,} tokens in and {came:,} out "
        "(by characters, an estimate)"
    )
    price = options.llm_price
    return f"{line}, about {priced((sent, came), price):.2f} in money" if price else line


LLM = TeacherKind(
    name="llm",
    description="a language model behind an endpoint, URL#MODEL",
    make=_make,
    check=_check,
    inputs=lambda argument: [],
    types=lambda argument, options: options.descriptions,
    estimate=_estimate,
)
