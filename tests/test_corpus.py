from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ENTITY_SCHEMES, tagged_sentences

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import convert
from nlp_architect_ext.data.corpus import Corpus, read_corpus
from nlp_architect_ext.data.formats.columns import format_columns
from nlp_architect_ext.data.sampling import dev_sample, draw_labelled, draw_unlabelled
from nlp_architect_ext.data.summary import duplicates, summary

TRAIN = "Anna B-PER\nBerg I-PER\nsings O\n\nParis B-LOC\nsings O\n"
DEV = "Ben B-PER\nhums O\n"


@pytest.fixture
def folder(tmp_path):
    def make(**files):
        for name, content in files.items():
            (tmp_path / f"{name}.txt").write_text(content, encoding="utf-8")
        return tmp_path

    return make


def corpus_of(size):
    train = [
        Sentence((f"w{number}", "x"), ("B-A" if number % 9 else "B-B", "O"), line=number)
        for number in range(size)
    ]
    return Corpus(train, None, None, [Sentence(("u",))], LabelSet.for_types("AB"), "IOB2")


def test_a_folder(folder):
    corpus = read_corpus(
        folder(train=TRAIN, dev=DEV, test=DEV, raw="Anna hums.\n"), unlabeled_filename="raw.txt"
    )
    assert corpus.labels == LabelSet.for_types(["PER", "LOC"])
    assert corpus.train[0] == Sentence(("Anna", "Berg", "sings"), ("B-PER", "I-PER", "O"), line=1)
    assert corpus.dev == corpus.test == [Sentence(("Ben", "hums"), ("B-PER", "O"), line=1)]
    assert [sentence.words for sentence in corpus.unlabelled] == [("Anna", "hums", ".")]
    assert (corpus.scheme, corpus.notes) == ("IOB2", ())


@given(
    st.sampled_from(ENTITY_SCHEMES),
    st.lists(tagged_sentences(), min_size=1, max_size=5),
    st.booleans(),
)
def test_files_of_every_scheme_give_the_same_corpus(tmp_path_factory, scheme, sentences, named):
    if not any(label != "O" for sentence in sentences for label in sentence.labels):
        return
    path = tmp_path_factory.mktemp("corpus")
    blocks = [
        format_columns(sentence.words, convert(sentence.labels, "IOB2", scheme))
        for sentence in sentences
    ]
    (path / "train.txt").write_text("\n".join(blocks), encoding="utf-8", newline="\n")
    corpus = read_corpus(path, dev_filename="train.txt", scheme=scheme if named else "auto")
    assert [(s.words, s.labels) for s in corpus.train] == [(s.words, s.labels) for s in sentences]
    assert corpus.dev == corpus.train
    assert len(corpus.notes) == 1  # that there is no test set; none on broken rules


def test_missing_dev_and_test_files_are_reported_and_misnamed_ones_refused(folder):
    path = folder(train=TRAIN)
    corpus = read_corpus(path, test_filename="")
    assert corpus.dev is corpus.test is None
    assert [note.split(":")[0] for note in corpus.notes] == ["no dev set", "no test set"]
    assert str(path / "dev.txt") in corpus.notes[0]
    with pytest.raises(UserError, match=r"valid\.txt"):
        read_corpus(path, dev_filename="valid.txt")


def test_files_elsewhere(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "data.txt"
    other.write_text(DEV, encoding="utf-8")
    corpus = read_corpus(
        folder(train=TRAIN),
        dev_filename=str(other),
        unlabeled_filename=str(other),
        unlabeled_format="columns",
    )
    assert corpus.dev[0].labels == ("B-PER", "O")
    assert corpus.unlabelled == [Sentence(("Ben", "hums"), line=1)]


def test_plain_tags(folder):
    corpus = read_corpus(folder(train="a X DET\ncat X NOUN\n", dev="cat X NOUN\n"))
    assert (corpus.scheme, corpus.labels) == ("plain", LabelSet.plain(["DET", "NOUN"]))
    assert read_corpus(folder(train=TRAIN, dev=DEV), scheme="plain").labels == LabelSet.plain(
        ["O", "B-LOC", "B-PER", "I-PER"]
    )


def test_iob1_is_no_oddity_and_a_mixture_is_noted_with_its_first_place(folder):
    iob1 = "a I-PER\nb I-PER\nc B-PER\n\nd I-PER\n"
    corpus = read_corpus(folder(train=iob1, dev=iob1), test_filename="")
    assert corpus.scheme == "IOB1"
    assert corpus.train[0].labels == ("B-PER", "I-PER", "B-PER")
    assert corpus.notes == ("no test set: no file is named",)
    corpus = read_corpus(
        folder(train=TRAIN + "\nx O\nCem I-PER\n\nDee I-PER\n", dev=iob1), test_filename=""
    )
    assert corpus.scheme == "IOB2"
    assert [sentence.labels for sentence in corpus.train[2:]] == [("O", "B-PER"), ("B-PER",)]
    assert "2 tags are not as IOB2 writes them, first 'I-PER' at" in corpus.notes[1]
    assert "train.txt:9" in corpus.notes[1]
    assert "dev.txt:1" in corpus.notes[2]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"train": ""}, r"train\.txt: no sentence"),
        ({"train": "-DOCSTART- O\n\n"}, r"train\.txt: no sentence"),
        ({"train": "a O\nb O\n"}, r"train\.txt: every tag is 'O'"),
        ({"train": "a X\nb X\n"}, r"train\.txt: every tag is 'X'"),
        ({"train": TRAIN, "dev": "\n"}, r"dev\.txt: no sentence"),
        ({"train": TRAIN + "\na O\nb PERSON\n"}, r"train\.txt:9: tag 'PERSON' beside 'B-PER'"),
        ({"train": "a S-X\nb O\n\nc L-X\n"}, r"train\.txt:4: tag 'S-X' beside 'L-X'"),
        ({"train": "a O\nb m-X\n"}, r"train\.txt:2: tag 'm-X'"),
        (
            {"train": TRAIN, "dev": "a O\n-DOCSTART- O\nb E-PER\n"},
            r"dev\.txt:3: tag 'E-PER'; expected .*IOB2",
        ),
        (
            {"train": TRAIN, "test": "a O\nb B-ORG\n"},
            r"test\.txt:2: label 'B-ORG' is not in train; .*labels\.txt",
        ),
        (
            {"train": "a X\nb Y\n", "test": "a X\n\nb Z\n"},
            r"test\.txt:3: label 'Z' is not in train",
        ),
        (
            {"train": TRAIN, "labels": "LOC\n"},
            r"train\.txt:1: label 'B-PER' is not in .*labels\.txt",
        ),
        ({"train": TRAIN, "labels": "B-PER\nLOC\n"}, r"labels\.txt:2: 'LOC' beside 'B-PER'"),
        ({"train": TRAIN, "labels": "O\n"}, r"labels\.txt: no label"),
        ({"train": "This is text\nand no column file\n"}, r"train\.txt:2: 4 columns; expected 3"),
    ],
)
def test_data_that_cannot_be_used_is_refused_with_its_place(folder, files, message):
    with pytest.raises(UserError, match=message):
        read_corpus(folder(**files))


def test_unlabelled_files_that_cannot_be_used_are_refused(folder):
    path = folder(train=TRAIN, raw="\n", text="one two three\nfour five\n")
    for name, format_name, message in [
        ("raw.txt", "text", "no sentence"),
        ("none.txt", "text", r"none\.txt: can't be read"),
        ("train.txt", "text", "looks like a column file"),
        ("text.txt", "columns", ":2: 2 columns; expected 3"),
        ("text.txt", "xml", "no such name"),
    ]:
        with pytest.raises(UserError, match=message):
            read_corpus(
                path, unlabeled_filename=name, unlabeled_format=format_name, tokenizer="whitespace"
            )
    with pytest.raises(UserError, match="IOB1, IOB2"):
        read_corpus(path, scheme="BIO")


@pytest.mark.parametrize(
    "listed",
    ["PER\nLOC\nORG\n", "O\nB-PER\nI-PER\nB-LOC\nI-LOC\nB-ORG\nI-ORG\n", "S-ORG\nB-LOC\nB-PER"],
)
def test_defect_19_labels_txt_brings_labels_that_train_lacks(folder, listed):
    corpus = read_corpus(folder(train=TRAIN, dev="a B-ORG\n", test=DEV, labels=listed))
    assert corpus.labels == LabelSet.for_types(["LOC", "ORG", "PER"])
    assert [note.rpartition(": ")[2] for note in corpus.notes] == ["ORG"]
    plain = read_corpus(folder(train="a X\nb Y\n", dev="a Z\n", test="a X\n", labels="X\nY\nZ\n"))
    assert plain.labels == LabelSet.plain("XYZ")


@pytest.mark.parametrize("listed", ["PER\ncreative work\n", "B-PER\nB-creative\twork\n"])
def test_a_label_with_white_space_is_refused(folder, listed):
    with pytest.raises(UserError, match=r"labels\.txt:2: label '.*work' contains white space"):
        read_corpus(folder(train=TRAIN, labels=listed))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 5))
def test_draws_split_train_and_are_nested(size, other, seed):
    corpus = corpus_of(40)
    drawn = draw_labelled(corpus, size, seed)
    assert len(drawn.train) == size
    assert sorted(s.words for s in (*drawn.train, *drawn.unlabelled[1:])) == sorted(
        s.words for s in corpus.train
    )
    assert all(sentence.labels is None for sentence in drawn.unlabelled)
    assert drawn.unlabelled[0] == Sentence(("u",))
    assert [s.line for s in drawn.train] == sorted(s.line for s in drawn.train)
    small, large = sorted(
        [set(drawn.train), set(draw_labelled(corpus, other, seed).train)], key=len
    )
    assert small <= large
    assert drawn.labels == corpus.labels


def test_draws_depend_on_the_seed_and_note_missing_types():
    corpus = corpus_of(400)
    assert draw_labelled(corpus, 20, 1) == draw_labelled(corpus, 20, 1)
    assert draw_labelled(corpus, 20, 1).train != draw_labelled(corpus, 20, 2).train
    notes = draw_labelled(corpus, 1, 0).notes
    assert len(notes) == 1
    assert "no example among 1 labelled sentence drawn at random" in notes[0]
    for size in (0, 401):
        with pytest.raises(UserError, match="from 1 to 400"):
            draw_labelled(corpus, size, 0)


def test_unlabelled_sentences_are_drawn_too():
    corpus = draw_labelled(corpus_of(40), 10, 0)
    drawn = draw_unlabelled(corpus, 12, 3).unlabelled
    assert len(set(drawn)) == 12
    assert set(drawn) <= set(corpus.unlabelled)
    assert draw_unlabelled(corpus, 1000, 3).unlabelled == corpus.unlabelled


@given(st.integers(0, 12), st.integers(1, 9))
def test_the_dev_sample_is_a_part_of_dev_and_always_the_same(size, count):
    dev = [Sentence((f"w{number}",), ("O",)) for number in range(count)]
    corpus = Corpus([], dev, None, [], LabelSet.for_types(["PER"]), "IOB2")
    sample = dev_sample(corpus, size)
    assert sample == dev_sample(corpus, size)
    assert len(sample) == (min(size, count) if size else count)
    assert [sentence for sentence in dev if sentence in sample] == sample
    assert dev_sample(replace(corpus, dev=None), size) is None


def test_the_summary_counts_everything(folder):
    corpus = read_corpus(
        folder(train=TRAIN, dev=DEV + "\nParis O\nsings O\n", raw="Ben hums\na b c d e\n"),
        unlabeled_filename="raw.txt",
        tokenizer="whitespace",
    )
    rows = [line.split() for line in summary(corpus).splitlines()]
    assert rows[:8] == [
        ["train", "dev", "unlabelled"],
        ["sentences", "2", "2", "2"],
        ["words", "5", "4", "7"],
        ["longest", "sentence", "3", "2", "5"],
        ["also", "in", "train", "-", "1", "0"],
        ["also", "in", "unlabelled", "0", "1", "-"],
        ["entities", "2", "1", "-"],
        ["LOC", "1", "0", "-"],
    ]
    assert "IOB2; 5 labels" in summary(corpus)
    assert summary(corpus).endswith(corpus.notes[-1])
    assert duplicates(corpus.dev * 2, corpus.train) == 2
