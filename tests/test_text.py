import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.not_raw_text import looks_like_columns
from nlp_architect_ext.data.formats.text import (
    TOKENIZERS,
    WordSplitter,
    read_text,
    text_lines,
)

SPLITTERS = {name: WordSplitter("en", name) for name in TOKENIZERS}


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
@given(text=texts())
def test_words_are_all_of_the_text_but_its_white_space(tokenizer, text):
    sentence = SPLITTERS[tokenizer].split(text, 7)
    assert sentence.text == text
    assert sentence.line == 7
    assert sentence.words == tuple(text[start:end] for start, end in sentence.offsets)
    assert "".join(sentence.words) == "".join(text.split())
    assert all(word for word in sentence.words)
    assert list(sentence.offsets) == sorted(sentence.offsets)


@given(text=texts())
def test_the_whitespace_tokenizer_splits_at_white_space_only(text):
    assert list(SPLITTERS["whitespace"].split(text).words) == text.split()


def test_spacy_splits_punctuation_and_clitics_by_language():
    assert SPLITTERS["spacy"].split("He doesn't live in the U.S.,  no.").words == (
        "He",
        "does",
        "n't",
        "live",
        "in",
        "the",
        "U.S.",
        ",",
        "no",
        ".",
    )
    assert WordSplitter("de").split("Das ist z.B.\u00a0gut.").words == (
        "Das",
        "ist",
        "z.B.",
        "gut",
        ".",
    )
    assert WordSplitter("xx").split("Ein Haus, zwei").words == ("Ein", "Haus", ",", "zwei")


@pytest.mark.parametrize("language", ["qq", "", "..", "EN", "en/.."])
def test_unknown_languages_are_refused(language):
    with pytest.raises(UserError, match="spaCy"):
        WordSplitter(language)
    assert WordSplitter(language, "whitespace").split("a b").words == ("a", "b")


def test_long_lines_of_anything_take_seconds_and_lose_nothing():
    for text in (
        "=" * 10_000,
        "'s" * 5_000 + " end",
        "中文" * 5_000,
        "word " * 10_000,
        "\u00a0" * 10_000,
    ):
        words = SPLITTERS["spacy"].split(text).words
        assert "".join(words) == "".join(text.split())
    assert SPLITTERS["spacy"].split(f"see {'x' * 299}, {'y' * 299}.").words == (
        "see",
        "x" * 299,
        ",",
        "y" * 299,
        ".",
    )


def test_unknown_tokenizers_are_refused():
    with pytest.raises(UserError, match="spacy, whitespace"):
        WordSplitter("en", "nltk")


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_each_line_with_words_is_a_sentence(tmp_path, tokenizer):
    path = tmp_path / "raw.txt"
    path.write_bytes("\ufeffAnna sings\r\n\r\n \u00a0\t\n\nBen\x85 and\u2028Cem\n".encode())
    found = list(read_text(path, tokenizer=tokenizer))
    assert [sentence.line for sentence in found] == [1, 5]
    assert [sentence.words for sentence in found] == [("Anna", "sings"), ("Ben", "and", "Cem")]
    assert found[0].text == "Anna sings"
    assert found[0].labels is None


@pytest.mark.parametrize(
    "content",
    [
        "EU\tB-ORG\nrejects\tO\n\n.\tO\n",
        "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n",
        "The\tDET\ncat\tNOUN\nsat\tVERB\n",
    ],
)
def test_defect_18_column_files_are_not_text(tmp_path, content):
    path = tmp_path / "train.txt"
    path.write_text("\n" + content, encoding="utf-8")
    with pytest.raises(UserError, match=r"train\.txt:2: .*column"):
        list(read_text(path, tokenizer="whitespace"))


@pytest.mark.parametrize(
    "head",
    [
        [],
        ["Vitamin O"],
        ["Hello world"] * 9,
        ["a"] * 9,
        ["blood group O", "blood group A", "blood group O"],
        ["Name:\tAnna Ada", "Name:\tBen Berg", "Name:\tCem Can"],
        ["O", "O", "O"],
        ["play a song", "add this tune"],
    ],
)
def test_sentences_are_not_taken_for_columns(head):
    assert not looks_like_columns(head)


visible = st.text(st.characters(exclude_categories=["Cs", "Z", "C"]), min_size=1)


@given(st.lists(visible, min_size=1, max_size=6), st.data())
def test_a_stretch_of_words_is_where_the_whole_text_has_it(words, data):
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    alone = Sentence(tuple(words))
    whole = alone.with_text()
    text, first, last = alone.span_text(start, end)
    assert (text, first, last) == whole.span_text(start, end)
    assert whole.text[first:last] == text == " ".join(words[start:end])


@pytest.mark.parametrize(
    ("content", "looks", "name"),
    [
        ('{"text": "Anna met Bo"}\n', "JSON", "jsonl"),
        ('\n[{"text": "Anna"},\n{"text": "Bo"}]\n'.replace("},\n", "}, "), "JSON", "jsonl"),
        ('["Anna met Bo", "x"]\n', "JSON", "jsonl"),
        ('[\n  {"text": "Anna"}\n]\n', "JSON", "jsonl"),
        ("id,text\n1,Anna met Bo\n", "a table", "csv"),
        ('"text";"n"\n"Anna";1\n', "a table", "csv"),
        ("1\tAnna\tAnna\tPROPN\t_\t_\t0\troot\t_\t_\n", "CoNLL-U", "conllu"),
    ],
)
def test_other_formats_are_not_tagged_as_text(tmp_path, content, looks, name):
    (tmp_path / "a.txt").write_text(content)
    with pytest.raises(UserError, match=f"looks like {looks}.* in the format {name}"):
        list(text_lines(tmp_path / "a.txt"))


@pytest.mark.parametrize(
    "line",
    [
        "[1] Anna met Bo",
        "{sic}",
        "[...]",
        "[1, 2]",
        "text",
        "Anna, text, Bo",
        "see text, p. 3",
        "[",
    ],
)
def test_sentences_are_not_taken_for_other_formats(tmp_path, line):
    (tmp_path / "a.txt").write_text(f"{line}\n")
    assert list(text_lines(tmp_path / "a.txt")) == [(1, line)]


def test_blank_lines_stay_where_each_line_counts(tmp_path):
    (tmp_path / "a.txt").write_text("\nAnna\n \nBo\n\n")
    assert list(text_lines(tmp_path / "a.txt")) == [(2, "Anna"), (4, "Bo")]
    everything = [(1, ""), (2, "Anna"), (3, " "), (4, "Bo"), (5, "")]
    assert list(text_lines(tmp_path / "a.txt", keep_blank=True)) == everything
