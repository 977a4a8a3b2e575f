import json
import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tagged_sentences, words

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import CATEGORIES, Vocabulary

SENTENCES = st.lists(tagged_sentences(), max_size=5)


def sentence(text):
    return Sentence(tuple(text.split()))


@given(SENTENCES, SENTENCES, st.integers(0, 30), words())
def test_ids_of_any_words_fit_the_embeddings(labelled, unlabelled, limit, unseen):
    vocabulary = Vocabulary.build(labelled, unlabelled, limit)
    for text in [s.words for s in (*labelled, *unlabelled)] + [(unseen,)]:
        ids = vocabulary.word_ids(text)
        assert len(ids) == len(text)
        assert all(1 <= number < vocabulary.word_count for number in ids)
        for word in text:
            characters = vocabulary.character_ids(word)
            assert len(characters) == len(word)
            assert all(1 <= number < vocabulary.character_count for number in characters)


@given(SENTENCES, SENTENCES, st.integers(0, 30))
def test_labelled_words_are_always_known_and_the_limit_holds_for_the_others(
    labelled, unlabelled, limit
):
    vocabulary = Vocabulary.build(labelled, unlabelled, limit)
    needed = {word.lower() for s in labelled for word in s.words}
    counts = Counter(
        word.lower() for s in unlabelled for word in s.words if word.lower() not in needed
    )
    more = set(vocabulary.words) - needed
    assert needed <= set(vocabulary.words)
    assert len(more) == min(len(counts), max(0, limit - len(needed)))
    left_out = [count for word, count in counts.items() if word not in more]
    assert min((counts[word] for word in more), default=0) >= max(left_out, default=0) or not more
    assert vocabulary.word_ids(vocabulary.words) == list(range(2, vocabulary.word_count))


def test_only_sentences_that_are_given_count():
    vocabulary = Vocabulary.build([sentence("The cat")], [sentence("cat sat sat on")])
    assert vocabulary.words == ("cat", "the", "sat", "on")
    assert vocabulary.word_ids(["THE", "Sat", "mat"]) == [3, 4, 1]


@given(SENTENCES, SENTENCES, st.randoms())
def test_the_order_of_sentences_does_not_matter(labelled, unlabelled, random):
    vocabulary = Vocabulary.build(labelled, unlabelled, 10)
    random.shuffle(labelled)
    random.shuffle(unlabelled)
    assert Vocabulary.build(iter(labelled), iter(unlabelled), 10) == vocabulary


def test_frequent_characters_have_ids_of_their_own_and_others_their_category():
    vocabulary = Vocabulary.build([sentence("a A 1 b b")], [sentence("aa AA 2 2 é b")])
    first = 1 + len(CATEGORIES)
    # 3 of each, in the order of code points.
    assert vocabulary.character_ids("abA") == [first + 1, first + 2, first]
    assert vocabulary.character_ids("12é") == [
        1 + CATEGORIES.index(name) for name in ("Nd", "Nd", "Ll")
    ]
    assert vocabulary.character_ids("9Ж中\u0301😀\u200b") == [
        1 + CATEGORIES.index(name) for name in ("Nd", "Lu", "Lo", "Mn", "So", "Cf")
    ]
    assert vocabulary.character_count == first + 3


def test_every_character_of_unicode_has_an_id():
    vocabulary = Vocabulary([], [])
    everything = "".join(map(chr, range(0x110000)))
    assert set(vocabulary.character_ids(everything)) == set(range(1, 31))
    assert set(map(unicodedata.category, everything)) == set(CATEGORIES)


@given(SENTENCES, words())
def test_a_vocabulary_survives_json(sentences, word):
    vocabulary = Vocabulary.build(sentences)
    again = Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json())))
    assert again == vocabulary
    assert again.word_ids([word]) == vocabulary.word_ids([word])
    assert again.character_ids(word) == vocabulary.character_ids(word)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"words": ["a"]},
        {"words": "ab", "characters": []},
        {"words": ["a", "a"], "characters": []},
        {"words": [], "characters": ["ab"]},
        {"words": [], "characters": ["a", "a"]},
        {"words": [1], "characters": []},
    ],
)
def test_damaged_json_is_refused(data):
    with pytest.raises(ValueError, match="vocabulary"):
        Vocabulary.from_json(data)


PARTS = Vocabulary(["afghan", "af", "a", "new"], [], ["istan", "ist", "an", "s", "n"])


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Afghanistan", ["afghan", "istan"]),  # the longest first
        ("afghans", ["afghan", "s"]),
        ("afghan", ["af", "an"]),  # itself doesn't count, and no piece begins with "gh"
        ("newsy", ["new", "s"]),
        ("zebra", None),  # nothing known
        ("a", None),
    ],
)
def test_an_unknown_word_is_split_into_the_longest_known_parts(word, parts):
    names = [*PARTS.words, *PARTS.pieces]
    ids = PARTS.part_ids(word)
    assert ids == ([1] if parts is None else [2 + names.index(part) for part in parts])


@given(words(), st.lists(words(), max_size=8), st.lists(words(), max_size=8))
def test_part_ids_are_ids_of_the_embedding_and_appear_in_the_word(word, known, pieces):
    known, pieces = (
        list(dict.fromkeys(item.lower() for item in items)) for items in (known, pieces)
    )
    vocabulary = Vocabulary(known, [], pieces)
    names = ["", "", *known, *pieces]
    ids = vocabulary.part_ids(word)
    assert ids
    assert all(0 < number < vocabulary.word_count for number in ids)
    position = 0
    for number in ids:
        if number > 1:
            found = word.lower().find(names[number], position)
            assert found >= position
            position = found + len(names[number])


def test_the_lexicon_fills_what_the_text_leaves_free():
    vocabulary = Vocabulary.build(
        [sentence("b a")], [sentence("c c d")], 4, ["A", "x", "y"], ["##"]
    )
    assert vocabulary.words == ("a", "b", "c", "d")
    assert (
        Vocabulary.build([sentence("b a")], [sentence("c c d")], 5, ["A", "X", "y"]).words[-1]
        == "x"
    )
    assert Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json()))).pieces == ("##",)


def test_a_long_word_in_the_vocabulary_makes_others_no_slower():
    vocabulary = Vocabulary(["x" * 8000, "a"], [], ["b", "ab"])
    started = time.process_time()
    ids = vocabulary.part_ids("ab" * 4000)
    assert time.process_time() - started < 5  # it took a minute
    assert ids == [3, 4, *[5] * 3999]
