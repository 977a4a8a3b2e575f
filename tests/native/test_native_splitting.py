"""Splitting in the kernel against `RuleSplitter`, and so against spaCy."""

import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from native.text_library import NativeSplitter
from strategies import texts

from nlp_architect_ext.data.formats.text import LONGEST_STRETCH
from nlp_architect_ext.runtime.splitting import RuleSplitter
from nlp_architect_ext.taggers.spacy_rules import spacy_rules

LANGUAGES = ("en", "de", "fr", "xx", "hu", "ru", "tr")
HARD_TEXT = (
    "don't Don’t can't've U.S. e.g. 10% $5.20 (a) well-known a.b x/y ... km/h :) :-) '' 's "
    "https://a.org/b?c=1 me@a.org – J.-P. l'eau z.B. o'clock I'm 5kg A. a,b «», é a--b 3-4 1.000 "
    "10.0.0.1 rendez-vous aujourd'hui saint-l'abc vis-à-vis C++ 20°C. °C. …. 5km² abc'd İstanbul'a "
    "ST.-Ouen K-ſ-saint-ſ İ \ud800 \U0001f600) A.B.C. ''' ((( ))). ?! x=y 'tis d'"
)
HARD = HARD_TEXT.split(" ")
TEXTS = st.lists(st.sampled_from([*HARD, " ", " ", "  "]), max_size=12).map("".join) | texts()


@pytest.fixture(scope="module")
def both(text_library):
    """The two splitters of a language."""
    made = {}

    def splitters(language):
        if language not in made:
            rules = spacy_rules(language)
            native = NativeSplitter(text_library, rules.to_json())
            made[language] = RuleSplitter(rules), native
        return made[language]

    return splitters


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_words_are_those_of_the_rules(both, language, text):
    expected, found = both(language)
    for _ in range(2):  # at first sight, and known
        assert found.offsets(text) == list(expected.split(text).offsets)


@pytest.mark.parametrize("language", LANGUAGES)
def test_special_cases_are_those_of_the_rules(both, language):
    expected, found = both(language)
    every = [*expected.rules.special]
    for text in every[:: len(every) // 40 + 1]:
        for around in (text, f"({text}", f"{text}.", f"'{text}'", f"{text}-{text}", f"a{text}"):
            assert found.offsets(around) == list(expected.split(around).offsets)


@settings(max_examples=100)
@given(TEXTS)
def test_without_rules_white_space_splits(text_library, text):
    expected = RuleSplitter(None).split(text)
    assert NativeSplitter(text_library, None).offsets(text) == list(expected.offsets)


@pytest.mark.parametrize("text", ["x" * 700 + " y", "é" * 70_000, "a\u2028" + "=" * 301])
def test_without_rules_a_word_may_have_any_length(text_library, text):
    expected = RuleSplitter(None).split(text)
    assert expected.words == tuple(text.split())
    assert NativeSplitter(text_library, None).offsets(text) == list(expected.offsets)


@pytest.mark.parametrize(
    "text",
    ["", " ", "=" * 2 * LONGEST_STRETCH + "a (b", "é" * (LONGEST_STRETCH + 1), "a\u00a0b\u2028c"],
)
def test_odd_lines_too(both, text):
    for language in ("en", "fr"):
        expected, found = both(language)
        assert found.offsets(text) == list(expected.split(text).offsets)


def test_the_memory_begins_anew_when_it_is_full(both):
    expected, found = both("xx")
    text = " ".join(f"({number})" for number in range(70_000))
    for _ in range(2):
        assert found.offsets(text) == list(expected.split(text).offsets)


def test_threads_share_a_splitter(text_library, both):
    expected, _ = both("en")
    shared = NativeSplitter(text_library, expected.rules.to_json())
    lines = [f"It's (U.S.) {number}km, don't! a-b-{number % 97}." for number in range(300)]
    wanted = [list(expected.split(line).offsets) for line in lines]
    wrong = []

    def split_all():
        wrong.extend(line for line, words in zip(lines, wanted, strict=True)
                     if shared.offsets(line) != words)  # fmt: skip

    threads = [threading.Thread(target=split_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("content", [b"\xff", b"a\xc3", b"\xe2\x82", b"\xf8\x88\x80\x80\x80"])
def test_what_is_not_text_is_refused(both, content):
    with pytest.raises(ValueError, match="UTF-8"):
        both("en")[1].library.call("splitter_split", both("en")[1]._handle, content)


@pytest.mark.parametrize(
    "changes",
    [
        {"patterns": None},
        {"patterns": {}},
        {"patterns": {"sets": [], "prefix": "a", "suffix": "b"}},
        {"special": {"ab": ["a"]}},
        {"special": {"ab": []}},
        {"special": {"": []}},
        {"special": {"a b": ["a", " b"]}},
        {"special": None},
        {"phrases": [[["a", "b"], "ab"]], "special": {}},
        {"phrases": [[["a"], "ab"]], "special": {"ab": ["ab"]}},
        {"phrases": [["ab"]]},
        {"phrases": {}},
    ],
)
def test_damaged_rules_are_refused(text_library, both, changes):
    rules = both("xx")[0].rules.to_json()
    with pytest.raises(ValueError, match=r"splitting|JSON|pattern"):
        NativeSplitter(text_library, {**rules, **changes})


def test_empty_matches_are_no_words(both):
    """Turkish has a pattern of what stays whole that matches nothing, too."""
    expected, found = both("tr")
    assert expected.split("a –").words == ("a", "–")
    assert found.offsets("a –") == [(0, 1), (2, 3)]


def test_rules_of_old_get_their_trees_when_they_are_needed():
    rules = spacy_rules("en")
    old = replace(rules, patterns=None)
    assert old != rules
    assert old.with_trees() == rules
