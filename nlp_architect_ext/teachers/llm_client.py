"""Requests to an endpoint that speaks OpenAI's interface of chat completions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.teachers.llm_answer_log import PaidAnswer

KEY = "OPENAI_API_KEY"
# The client waits 0.5 s, 1 s, ... up to 8 s, by a random share less, or as long as it's told.
RETRIES = 6
SECONDS = 120.0  # without an answer, before a try is given up
ABOUT_ONE_SENTENCE = {"content_filter", "content_policy_violation", "context_length_exceeded"}


@dataclass(frozen=True)
class Address:
    """Where a model answers, and what it's called there."""

    url: str
    model: str

    @classmethod
    def read(cls, argument: str) -> Address:
        """From ``URL#MODEL``.

        Raises:
            UserError: something else; a key within the URL; https without a key.
        """
        url, _, model = argument.partition("#")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not model:
            raise _error("no address of a model", "llm:http://HOST/v1#MODEL", "correct it")
        if parts.username or parts.password or parts.query:
            raise _error("more than an address", "no name, key or query in it", f"give {KEY}")
        if not (_key().isascii() and _key().isprintable()):
            raise _error("a key with odd characters", "printable ASCII", f"correct {KEY}")
        if parts.scheme == "https" and not _key():
            raise _error("no key", f"one in the environment, as {KEY}", "set it")
        return cls(url, model)


class Endpoint:
    """Asks the model of an address; usable from several threads.

    Args:
        address: where.

    Raises:
        UserError: the client isn't installed.
    """

    def __init__(self, address: Address) -> None:
        openai = client_library()
        self.address = address
        key = _key() or "none"
        self._client = openai.OpenAI(
            base_url=address.url, api_key=key, max_retries=RETRIES, timeout=SECONDS
        )
        # Some models know no other temperature than their own.
        self._sampling: dict[str, Any] = {"temperature": 0}

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> PaidAnswer:
        """The answer to one request.

        Raises:
            UserError: no answer, or nothing that is one.
        """
        openai = client_library()
        sampling = self._sampling
        try:
            answer = self._client.chat.completions.create(
                model=self.address.model,
                messages=list(messages),
                response_format=_format(schema),
                **sampling,
            )
        except openai.BadRequestError as error:
            if error.param == "temperature" and sampling:
                self._sampling = {}
                return self.ask(messages, schema)
            if error.code in ABOUT_ONE_SENTENCE:
                return PaidAnswer(None, 0, 0)
            raise self._refused(error) from error
        except openai.OpenAIError as error:
            raise self._refused(error) from error
        except ValueError as error:  # JSON that isn't
            raise self._strange() from error
        return self._read(answer)

    def _read(self, completion: Any) -> PaidAnswer:
        choices = getattr(completion, "choices", None)  # a text, where the endpoint sends HTML
        if not isinstance(choices, list) or not choices or choices[0].message is None:
            raise self._strange()
        message, usage = choices[0].message, completion.usage
        text = None if getattr(message, "refusal", None) else message.content
        sent, came = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        return PaidAnswer(text or None, sent or 0, came or 0)

    def _strange(self) -> UserError:
        return _error(
            "answers something else than a chat completion",
            "JSON as OpenAI's interface has it",
            "check the address, which ends in /v1 as a rule",
            self.address,
        )

    def _refused(self, error: Any) -> UserError:
        openai = client_library()
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            # Its text may quote a part of the key.
            given = "refuses the key" if _key() else "wants a key"
            return _error(given, f"one in the environment, as {KEY}", "set it", self.address)
        if isinstance(error, openai.NotFoundError):
            known = f"a model of the endpoint, not {self.address.model!r}"
            return _error("unknown model or address", known, "correct it", self.address)
        if isinstance(error, openai.APITimeoutError):
            wrong = f"no answer within {SECONDS:.0f} seconds, {1 + RETRIES} times"
        elif isinstance(error, openai.APIConnectionError):
            wrong = "no connection"
        else:
            status = getattr(error, "status_code", "")
            said = " ".join(str(getattr(error, "message", error)).split())
            said = (said.replace(_key(), "...") if _key() else said)[:200]
            wrong = f"refuses the request ({status} {said})"
        remedy = "try again later: what was answered is kept"
        return _error(wrong, "an answer", remedy, self.address)


def client_library() -> Any:
    """The official client's package.

    Raises:
        UserError: it isn't installed.
    """
    try:
        import openai  # not at the top: it takes half a second, and is an extra
    except ImportError as error:
        wanted = "call pip install 'nlp-architect-ext[llm]'"
        raise _error("openai isn't installed", "the official client", wanted) from error
    return openai


def _key() -> str:
    return os.environ.get(KEY, "").strip()


def _format(schema: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": "entities", "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}


def _error(wrong: str, expected: str, remedy: str, address: Address | None = None) -> UserError:
    # An address that wasn't understood may hold a key, and isn't repeated.
    where = f"llm:{address.url}#{address.model}" if address else "llm"
    return UserError(where=where, wrong=wrong, expected=expected, remedy=remedy)
