"""Characters and words in the kernel against Python's own."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from native.text_library import NativeVocabulary, decoded, encoded

from nlp_architect_ext.data.vocabulary import CATEGORIES, Vocabulary

UNASSIGNED = CATEGORIES.index("Cn")
# Upper and lower case, ignorable marks, sigmas, the one long lower case, a lone surrogate.
CASES = "aAéÉσΣςßẞİıǅ'’.·\u0301\u00ad\u0345Ⅸⅸªⓐ𝐀𐐀\ud800中 \x1f1_"
ANY_TEXT = st.text(st.sampled_from(CASES) | st.characters(), max_size=12)


@pytest.fixture(scope="module")
def version(text_library):
    return text_library.call("unicode_version")[1].decode()


def is_known(character, version, category):
    """Whether both sides have this character: a later Unicode assigns more of them."""
    is_same = unicodedata.unidata_version == version
    return is_same or (category != UNASSIGNED and unicodedata.category(character) != "Cn")


def test_every_character_is_what_it_is_in_python(text_library, version):
    numbers, _ = text_library.call("all_characters")
    assert len(numbers) == 2 * (sys.maxunicode + 1)
    seen = 0
    for point in range(sys.maxunicode + 1):
        character, category, flags = chr(point), numbers[2 * point], numbers[2 * point + 1]
        if not is_known(character, version, category):
            continue
        seen += 1
        expected = (
            character.isspace(),
            character.isalnum() or character == "_",
            character.isdecimal(),
            character.isupper(),
        )
        found = tuple(bool(flags & 1 << bit) for bit in range(4))
        assert (CATEGORIES[category], found) == (unicodedata.category(character), expected)
    assert seen > 280_000


def test_every_character_has_its_lower_case(text_library, version):
    numbers, _ = text_library.call("all_characters")
    # Each between cased letters and before a sigma, which sees whether it's cased or ignorable.
    known = [
        f"{chr(point)} a{chr(point)}Σ{chr(point)} {chr(point)}Σ "
        for point in range(sys.maxunicode + 1)
        if is_known(chr(point), version, numbers[2 * point])
    ]
    for start in range(0, len(known), 10_000):
        text = "".join(known[start : start + 10_000])
        assert decoded(text_library.call("lower_case", encoded(text))[1]) == text.lower()


@given(ANY_TEXT)
@example("ΑΣ Σ.Α'Σ\u0301 ΑΣ\u0301\u0301Α")
@example("İΣ")
def test_lower_case_is_that_of_python(text_library, version, text):
    if all(is_known(character, version, 0) for character in text):
        assert decoded(text_library.call("lower_case", encoded(text))[1]) == text.lower()


def unique(texts):
    return st.lists(texts, unique=True, max_size=12)


@given(
    unique(st.text("abσé\ud800𐐨", max_size=4) | ANY_TEXT.map(str.lower)),
    unique(st.characters()),
    unique(st.text("abσé\ud800𐐨", max_size=3)),
    st.lists(ANY_TEXT | st.text("aAbBσΣé\ud800𐐨", max_size=9), max_size=8),
)
def test_ids_are_those_of_the_vocabulary(text_library, version, known, characters, pieces, words):
    expected = Vocabulary(known, characters, pieces)
    found = NativeVocabulary(text_library, expected.to_json())
    assert found.word_count == expected.word_count
    assert found.character_count == expected.character_count
    for word in (*words, *known, *(word.upper() for word in known)):
        if all(is_known(character, version, 0) for character in word):
            assert found.ids(word) == (
                expected.word_ids([word])[0],
                expected.character_ids(word),
                expected.part_ids(word),
            )


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{",
        {},
        {"words": [], "characters": None},
        {"words": ["a", 1], "characters": []},
        {"words": ["a", "a"], "characters": []},
        {"words": [], "characters": [], "pieces": ["b", "b"]},
        {"words": [], "characters": [], "pieces": None},
        {"words": [], "characters": ["a", "a"]},
        {"words": [], "characters": ["𐐨", "𐐨"]},
        {"words": [], "characters": ["ab"]},
        {"words": [], "characters": ["e\u0301"]},
        {"words": [], "characters": [""]},
        {"nlp_architect": {"letters": "ab", "word_length": 3, "shapes": True, "words": []}},
    ],
)
def test_other_data_is_refused(text_library, data):
    with pytest.raises(ValueError, match=r"vocabulary|JSON"):
        NativeVocabulary(text_library, data)


def test_a_word_may_be_a_piece_and_a_character_too(text_library):
    data = {"words": ["a", "ab"], "characters": ["a"], "pieces": ["a", "b"]}
    assert NativeVocabulary(text_library, data).ids("ABa") == (1, [1, 1, 31], [3, 4])
