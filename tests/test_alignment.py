"""Words and word pieces, with three kinds of tokenizers and words of all of Unicode."""

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import words
from tiny_teacher import POSITIONS, tiny_encoder
from tokenizers import Tokenizer

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import Aligner, first_pieces, pad
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.encoders.loading import load_tokenizer

KINDS = ("wordpiece", "bytes", "metaspace")
WORDS = [
    "Anna",
    "lives",
    "in",
    "Paris",
    "with",
    "Bertrand",
    ",",
    "gonna",
    "é",
    "0123456789",
    "[",
    "]",
    "SEP",
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {kind: tiny_encoder(tmp_path_factory.mktemp(kind), WORDS, kind) for kind in KINDS}


@pytest.fixture(scope="module")
def tokenizers(folders):
    return {kind: load_tokenizer(find(folder)) for kind, folder in folders.items()}


def aligner(tokenizer, limit=POSITIONS):
    return Aligner(tokenizer, limit, "teacher")


def spoken(windows):
    """Word → the piece that speaks for it, over the windows of one sentence."""
    pairs = [
        (word, window.ids[place])
        for window in windows
        for word, place in zip(window.words, window.positions, strict=True)
    ]
    assert len(dict(pairs)) == len(pairs), "a word twice"
    return dict(pairs)


@pytest.mark.parametrize("kind", KINDS)
def test_a_word_is_spoken_for_by_its_first_piece(tokenizers, kind):
    tokenizer = tokenizers[kind]
    found = spoken(aligner(tokenizer).windows([Sentence(("Anna", "lives", "in", "Bertrand"))]))
    pieces = [tokenizer.id_to_token(found[word]) for word in range(4)]
    # Byte-level BPE without a prefix space, and Unigram, see the first word and rare words in
    # pieces.
    expected = {
        "wordpiece": ["Anna", "lives", "in", "B"],
        "bytes": ["A", "Ġlives", "Ġin", "B"],
        "metaspace": ["▁Anna", "▁lives", "▁in", "B"],
    }
    assert pieces == expected[kind]


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(words(), min_size=1, max_size=30), st.sampled_from(KINDS), st.integers(8, POSITIONS)
)
def test_every_word_with_a_piece_is_spoken_for_once_whatever_the_window(
    tokenizers, words_, kind, limit
):
    tokenizer, sentence = tokenizers[kind], Sentence(tuple(words_)).with_text()
    found = spoken(aligner(tokenizer, limit).windows([sentence]))
    encoding = tokenizer.encode(sentence.text, add_special_tokens=False)
    for word, (start, end) in enumerate(sentence.offsets):
        mine = [
            encoding.ids[i]
            for i, (a, b) in enumerate(encoding.offsets)
            if (stripped := a + len(sentence.text[a:b]) - len(sentence.text[a:b].lstrip())) < b
            and start <= stripped < end
        ]
        assert found.get(word) == (mine[0] if mine else None)


@settings(max_examples=100)
@given(st.data())
def test_first_pieces_against_search_over_all_pieces(data):
    text = data.draw(st.text("ab \u3000", max_size=20))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    pieces = list(itertools.pairwise(cuts))
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    word_offsets = [(a, b) for a, b in itertools.pairwise(edges)]

    def begins(a, b):
        return next((i for i in range(a, b) if not text[i].isspace()), None)

    expected = [
        next(
            (
                i
                for i, piece in enumerate(pieces)
                if begins(*piece) is not None and a <= begins(*piece) < b
            ),
            None,
        )
        for a, b in word_offsets
    ]
    assert first_pieces(text, pieces, word_offsets) == expected


def test_pieces_whose_offsets_begin_with_a_space_belong_to_the_word_behind_it():
    # DeBERTa's tokenizer counts the space to the piece that follows it.
    assert first_pieces("Anna lives", [(0, 4), (4, 10)], [(0, 4), (5, 10)]) == [0, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_defect_20_a_word_without_pieces_is_left_out(tokenizers, kind):
    sentence = Sentence(("Anna", "\u3000", "\x7f" if kind == "wordpiece" else "\u2003", "lives"))
    assert set(spoken(aligner(tokenizers[kind]).windows([sentence]))) == {0, 3}
    assert aligner(tokenizers[kind]).windows([Sentence(("\u3000",)), Sentence(())]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_defect_12_nothing_is_cut(tokenizers, folders, kind):
    baked_in = json.loads((folders[kind] / "tokenizer.json").read_text())["truncation"][
        "max_length"
    ]
    sentence = Sentence(tuple(WORDS[:6]) * 100)
    found = aligner(tokenizers[kind]).windows([sentence])
    assert baked_in < POSITIONS < len(sentence)
    assert set(spoken(found)) == set(range(len(sentence)))
    assert all(len(window.ids) <= POSITIONS for window in found)


@pytest.mark.parametrize("kind", KINDS)
def test_words_keep_context_on_both_sides(tokenizers, kind):
    found = aligner(tokenizers[kind]).windows([Sentence(("Anna", "lives") * 200)])
    for window in found[1:-1]:
        assert min(window.positions) >= POSITIONS // 8
        assert max(window.positions) < len(window.ids) - POSITIONS // 8


def test_a_word_longer_than_a_window_is_spoken_for(tokenizers):
    sentence = Sentence(("Anna", "0123456789" * 50, "lives"))
    assert set(spoken(aligner(tokenizers["wordpiece"]).windows([sentence]))) == {0, 1, 2}


def test_every_window_has_the_special_pieces(tokenizers):
    begin, end = (
        tokenizers["wordpiece"].token_to_id("[CLS]"),
        tokenizers["wordpiece"].token_to_id("[SEP]"),
    )
    found = aligner(tokenizers["wordpiece"]).windows([Sentence(("Anna",) * 300)])
    assert len(found) > 4
    assert all((window.ids[0], window.ids[-1]) == (begin, end) for window in found)


def test_words_that_look_like_special_pieces_are_text(tokenizers):
    (window,) = aligner(tokenizers["wordpiece"]).windows(
        [Sentence(("Anna", "[SEP]", "[PAD]", "lives"))]
    )
    special = {tokenizers["wordpiece"].token_to_id(token) for token in ("[SEP]", "[PAD]")}
    assert not special & set(window.ids[1:-1])
    assert window.words == [0, 1, 2, 3]


def test_words_of_running_text_that_share_a_piece_are_told_apart(tokenizers):
    sentence = Sentence(("in", "gon", "na"), text="in gonna", offsets=((0, 2), (3, 6), (6, 8)))
    assert "Ġgonna" in tokenizers["bytes"].encode("in gonna").tokens
    assert set(spoken(aligner(tokenizers["bytes"]).windows([sentence]))) == {0, 1, 2}


def test_running_text_is_read_as_it_is(tokenizers):
    close = Sentence(("Paris", ","), text="Paris,", offsets=((0, 5), (5, 6)))
    (window,) = aligner(tokenizers["bytes"]).windows([close])
    assert window.ids[1:-1] == tokenizers["bytes"].encode("Paris,", add_special_tokens=False).ids


def test_a_sentence_that_can_not_be_read_is_named(tokenizers):
    with pytest.raises(UserError, match=r"teacher: 'b \\ud800'.*tokenizer fails"):
        aligner(tokenizers["wordpiece"]).windows([Sentence(("Anna",)), Sentence(("b", "\ud800"))])


def test_a_panic_of_the_tokenizer_is_a_user_error(tokenizers):
    data = json.loads(tokenizers["wordpiece"].to_str())
    # It backtracks for ever.
    data["normalizer"] = {"type": "Replace", "pattern": {"Regex": "(a*)*$"}, "content": ""}
    broken = Tokenizer.from_str(json.dumps(data))
    with pytest.raises(UserError, match=r"aaa.*the tokenizer fails \(PanicException"):
        aligner(broken).windows([Sentence(("a" * 40 + "b",))])


def test_windows_need_room(tokenizers):
    with pytest.raises(UserError, match="windows of 3 word pieces"):
        aligner(tokenizers["wordpiece"], 3)


def test_padding(tokenizers):
    batch = pad(
        aligner(tokenizers["wordpiece"]).windows(
            [Sentence(("Anna",)), Sentence(("Anna", "lives"))]
        ),
        9,
    )
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert batch["input_ids"][0, 3] == 9
    assert batch["token_type_ids"].shape == (2, 4)
