"""Regular expressions in the kernel against Python's `re`."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from native.text_library import NativePattern

from nlp_architect_ext.runtime.patterns import pattern_trees
from nlp_architect_ext.taggers.spacy_rules import spacy_rules

LETTERS = "abcAk\u212aſsİiıéßΣσ1٣_ \n\u00a0-\U00010428\ud800"
TEXTS = st.text(LETTERS, max_size=14)
# No letters beyond the first plane: in a set without case, Python misses their pairs.
ATOMS = [
    *("a", "b", "c", "k", "s", "i", "é", "ß", "Σ", "1", ".", "^", "$", r"\A", r"\Z", "-", "🦊"),
    *("[ab]", "[^a]", r"[a-c\d]", r"\w", r"\W", r"\s", r"\S", r"\d", r"[^\s\da]", r"[\Wk]"),
    *("[ſ-ƀ]", "[^ſİ]", "[à-ÿ]", "ab", "(?:)", "\n"),
]
WIDE = ["a", "b", "[ab]", "[^b]", r"\w", "ab", "1", r"\S", "."]  # all of one width, none empty


def grown(inner):
    """Larger patterns of smaller ones."""
    times = st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{2,}", "??", "*?", "+?", "{0,2}?"])
    wide = st.lists(st.sampled_from(WIDE), min_size=1, max_size=3)
    look = st.sampled_from(["(?=", "(?!"])
    back = st.sampled_from(["(?<=", "(?<!"])
    return (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=2, max_size=5).map("|".join).map("({})".format)
        | st.tuples(inner, times).map(lambda both: f"(?:{both[0]}){both[1]}")
        | st.tuples(look, inner).map(lambda both: f"{both[0]}{both[1]})")
        | st.tuples(back, wide).map(lambda both: f"{both[0]}{''.join(both[1])})")
        | inner.map("(?i:{})".format)
        | inner.map("(?s:{})".format)
    )


PATTERNS = st.recursive(st.sampled_from(ATOMS), grown, max_leaves=10)


def spans(pattern, text):
    return [match.span() for match in re.finditer(pattern, text)]


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=6))
@example("(?:a|ab)(?=c|b)", ["abc"])
@example("(?:ab|a|[b])(?=[ab]*c)b", ["abb", "abc"])
@example("(?:(?:a|b)+?b?){2,}", ["abababb"])
@example("(?i:k)(?i:[s-t])", ["\u212aſ", "KS"])
@example("(?!(?:a|b)*c)[ab]", ["abab", "abac"])
@example("(?:a?){1}|b", ["ab"])
@example("$", ["a\n", "\n", ""])
def test_matches_are_those_of_python(text_library, pattern, texts):
    trees = pattern_trees({"it": pattern})
    if trees is None:
        return
    found = NativePattern(text_library, trees, "it")
    for text in texts:
        assert found.spans(text) == spans(pattern, text)
        assert found.matches(text) == (re.match(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ATOMS)
def test_atoms_can_be_said(pattern):
    assert pattern_trees({"it": f"(?i:{pattern}|(?:x{pattern})+?)"})


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a)\1", r"\b", r"\Ba", "(?a:\\w)", "(?m)^a", "(a)?(?(1)b|c)", "(a*)*", "(?:a|)+"),
        *("a{1001}", "(a{1000}){1000}", "(?>a)", "a++", "(" * 50 + "a|bc" + "|bd)" * 50),
    ],
)
def test_what_cannot_be_said_is_told(pattern):
    assert pattern_trees({"it": "a", "other": pattern}) is None


def test_no_pattern_stays_none():
    assert pattern_trees({"it": None, "other": "ab[cd]"}) == {
        "sets": [{"ranges": [99, 100]}],
        "it": None,
        "other": ["ab", 0],
    }


def test_a_wrong_pattern_is_an_error():
    with pytest.raises(re.error):
        pattern_trees({"it": "("})


@pytest.mark.parametrize("language", ["en", "fr", "hu", "ru"])
def test_patterns_of_languages_match_as_in_python(text_library, language):
    rules = spacy_rules(language)
    texts = ["U.S.", "(a)", "10km²", "l'été", "a,b", "x--y", "www.a.org/b?c", "...", "год.", "a–b"]
    for name in ("prefix", "suffix", "infix", "url", "whole"):
        pattern = getattr(rules, name)
        if pattern is None:
            continue
        found = NativePattern(text_library, rules.patterns, name)
        for text in (*texts, *list(rules.special)[:50]):
            assert found.spans(text) == spans(pattern, text)


def test_time_is_linear_where_that_of_python_is_not(text_library):
    trees = pattern_trees({"it": "(?:(?:a|aa)+(?:a|aa)+)+b"})
    assert NativePattern(text_library, trees, "it").spans("a" * 3000) == []


SETS = [{"ranges": [97, 99]}]


@pytest.mark.parametrize(
    "tree",
    [
        *(None, True, -1, 0.5, 1, {}, {"or": []}, {"or": "a"}, {"at": "nowhere"}, {"xor": ["a"]}),
        *({"ahead": 7}, {"behind": {"or": ["a", "bc"]}}, {"ahead": "a", "behind": "b"}),
        *({"repeat": "a"}, {"repeat": "a", "least": 2, "most": 1}),
        *({"repeat": "a", "least": 0, "most": 1e9}, {"repeat": "a", "least": 1001, "most": None}),
        *({"repeat": [], "least": 0, "most": None}, {"repeat": "a", "least": -1, "most": None}),
        {"repeat": {"at": "end"}, "least": 2, "most": 2},
        {"repeat": {"repeat": "abc", "least": 999, "most": 999}, "least": 999, "most": 999},
        {"behind": {"repeat": "a", "least": 0, "most": None}},
        ["a", ["b", {"or": ["c", 5]}]],
    ],
)
def test_damaged_trees_are_refused(text_library, tree):
    with pytest.raises(ValueError, match=r"pattern|JSON"):
        NativePattern(text_library, {"sets": SETS, "it": tree}, "it")


@pytest.mark.parametrize(
    "item",
    [
        *(None, {}, {"ranges": [1]}, {"ranges": [2, 1]}, {"ranges": [1, 3, 3, 4]}),
        *({"ranges": [0, 0x110000]}, {"ranges": ["a", "b"]}, {"ranges": [], "classes": ["dog"]}),
        *({"ranges": [], "classes": "word"}, {"ranges": [], "negated": 1}),
    ],
)
def test_damaged_sets_are_refused(text_library, item):
    with pytest.raises(ValueError, match=r"pattern|JSON"):
        NativePattern(text_library, {"sets": [item], "it": 0}, "it")
