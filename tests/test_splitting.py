"""The rules as data against spaCy itself."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts

from nlp_architect_ext.data.formats.text import LONGEST_STRETCH, WordSplitter
from nlp_architect_ext.runtime import splitting
from nlp_architect_ext.runtime.splitting import RuleSplitter
from nlp_architect_ext.runtime.splitting_rules import SplittingRules
from nlp_architect_ext.taggers.spacy_rules import spacy_rules

LANGUAGES = ("en", "de", "fr", "xx")
SPLITTERS = {name: (RuleSplitter(spacy_rules(name)), WordSplitter(name)) for name in LANGUAGES}
HARD = [
    "don't",
    "Don’t",
    "can't've",
    "U.S.",
    "e.g.",
    "10%",
    "$5.20",
    "(a)",
    "well-known",
    "a.b",
    "x/y",
    "...",
    "km/h",
    "https://a.org/b?c=1",
    "me@a.org",
    "–",
    "J.-P.",
    "l'eau",
    "z.B.",
    "o'clock",
    "I'm",
    "5kg",
    "A.",
    "a,b",
    "«», ",
    "é",
]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=200)
@given(text=st.lists(st.sampled_from([*HARD, " ", " ", "  "]), max_size=12).map("".join) | texts())
def test_words_are_those_of_spacy(language, text):
    rules, spacy = SPLITTERS[language]
    assert rules.split(text, 3) == spacy.split(text, 3)


@pytest.mark.parametrize(
    "text", ["", " ", "=" * 2 * LONGEST_STRETCH + "a (b", "a\u00a0b\u2028c\u3000d"]
)
def test_odd_lines_too(text):
    rules, spacy = SPLITTERS["en"]
    assert rules.split(text) == spacy.split(text)


@pytest.mark.parametrize("text", ["x" * 700 + " y", "é" * 70_000, "a\u2028" + "=" * 301])
def test_at_white_space_a_word_may_have_any_length(text):
    found = RuleSplitter(None).split(text)
    assert found == WordSplitter(tokenizer="whitespace").split(text)
    assert found.words == tuple(text.split())


HALVES = ["\ud800", "\udc80", "\udfff", "Anna", ".", ",", "(", "5", "€", " "]


@settings(max_examples=200)
@given(text=st.lists(st.sampled_from(HALVES), max_size=12).map("".join))
def test_any_string_of_python_has_the_same_words(text):
    rules, spacy = SPLITTERS["en"]
    found = spacy.split(text)
    assert found == rules.split(text)
    assert "".join(found.words) == "".join(text.split())


def test_rules_survive_a_file():
    rules = spacy_rules("de")
    assert SplittingRules.from_json(json.loads(json.dumps(rules.to_json()))) == rules


def test_a_language_without_such_rules_has_none():
    assert spacy_rules("zh") is None


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(splitting, "MAXIMUM_STRETCHES", 4)
    splitter = RuleSplitter(None)
    for number in range(20):
        assert splitter.split(f"w{number} x").words == (f"w{number}", "x")
    assert len(splitter._known) <= 4
