"""Word vectors out of an encoder: what they are, that they are stored, what unknown words get."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from corpora import WORDS
from tiny_teacher import tiny_encoder
from transformers import AutoModel, AutoTokenizer

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import SPECIAL_WORDS, Vocabulary
from nlp_architect_ext.encoders.pretrained_words import PretrainedWords
from nlp_architect_ext.encoders.word_encoder import WordEncoder, reduced
from nlp_architect_ext.encoders.word_parts import with_pieces
from nlp_architect_ext.encoders.word_vector_store import WordVectorStore

KINDS = ("wordpiece", "bytes", "metaspace")


@pytest.mark.parametrize("kind", KINDS)
def test_a_vector_is_the_mean_over_the_pieces_of_the_word_alone(kind, tmp_path):
    folder = tiny_encoder(tmp_path / kind, WORDS, kind)
    words = [*WORDS[:5], "Unheard-of", "x"]
    found = WordEncoder(str(folder)).vectors(words)
    model, tokenizer = (
        AutoModel.from_pretrained(folder).eval(),
        AutoTokenizer.from_pretrained(folder),
    )
    for word, vector in zip(words, found, strict=True):
        inputs = tokenizer(word, return_tensors="pt", truncation=False, padding=False)
        with torch.no_grad():
            expected = torch.cat(model(**inputs, output_hidden_states=True).hidden_states).mean(
                dim=(0, 1)
            )
        np.testing.assert_allclose(vector, expected.numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_lexicon_holds_whole_words_and_pieces_make_up_words(kind, tmp_path):
    encoder = WordEncoder(str(tiny_encoder(tmp_path / kind, WORDS, kind)))
    lexicon = encoder.lexicon()
    assert lexicon
    assert all(len(pieces) == 1 for pieces in encoder.pieces(lexicon))
    assert not {"[CLS]", "<s>", "[PAD]"} & set(lexicon)
    for word, pieces in zip(WORDS, encoder.pieces(WORDS), strict=True):
        assert "".join(pieces) == word.lower()


def test_words_are_asked_for_once(encoder, tmp_path):
    reader = WordEncoder(str(encoder))
    first = WordVectorStore(tmp_path, reader).vectors(["one", "two", "one"])
    asked = []

    def counting(words):
        asked.extend(words)
        return reader.counted_vectors(words)

    again = SimpleNamespace(fingerprint=reader.fingerprint, counted_vectors=counting)
    store = WordVectorStore(tmp_path, again)
    second = store.vectors(["two", "three", "one"])
    assert asked == ["three"]
    assert store.saved.keys() == {"seconds", "processor_seconds"}
    assert np.array_equal(second[[2, 0]], first[:2])
    assert np.array_equal(first[0], first[2])


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:20], lambda data: data[:-1] + bytes([data[-1] ^ 1])]
)
@pytest.mark.usefixtures("on_terminal")
def test_a_damaged_file_is_named_and_its_words_are_read_again(encoder, tmp_path, spoil, capsys):
    first = WordVectorStore(tmp_path, WordEncoder(str(encoder))).vectors(["one", "two"])
    (file,) = tmp_path.glob("*/*.safetensors")
    file.write_bytes(spoil(file.read_bytes()))
    again = WordVectorStore(tmp_path, WordEncoder(str(encoder))).vectors(["one", "two"])
    assert f"{file} is damaged" in capsys.readouterr().err
    assert np.array_equal(again, first)


def test_a_flipped_bit_never_gives_other_vectors(encoder, tmp_path):
    words = ["one", "two"]
    reader = WordEncoder(str(encoder))
    first = WordVectorStore(tmp_path, reader).vectors(words)
    (file,) = tmp_path.glob("*/*.safetensors")
    content = file.read_bytes()
    numbers = content.index(first.astype(np.float16).tobytes())
    unasked = SimpleNamespace(
        fingerprint=reader.fingerprint,
        counted_vectors=lambda words: (np.zeros((len(words), first.shape[1])), [0] * len(words)),
    )
    for place in range(len(content)):
        damaged = content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]
        file.write_bytes(damaged)
        found = WordVectorStore(tmp_path, unasked).vectors(words)
        assert np.array_equal(found, first) or not found.any()  # read, or computed again
        assert place < numbers or not found.any()


def test_reduced_keeps_distances_where_it_has_room_and_the_spread_asked_for():
    random = np.random.default_rng(0)
    vectors = (random.normal(size=(50, 4)) @ random.normal(size=(4, 20)) + 3).astype(np.float32)
    found = reduced(vectors, 4, 0.5)
    assert found.std() == pytest.approx(0.5, rel=1e-3)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-4)

    def distances(rows):
        return np.linalg.norm(rows[:, None] - rows[None], axis=2)

    ratio = distances(found)[0, 1] / distances(vectors)[0, 1]
    np.testing.assert_allclose(distances(found), ratio * distances(vectors), atol=1e-3)
    assert reduced(vectors, 30, 0.5).shape == (50, 30)


def test_pieces_explain_words_that_are_sums_of_their_parts():
    random = np.random.default_rng(0)
    starts, ends = [f"{letter}o" for letter in "bcdfghjk"], ["la", "mi", "nu", "pe"]
    start, end = random.normal(size=(8, 5)), random.normal(size=(4, 5))
    split = [a + b for a in starts for b in ends]
    unseen, known = split[::5], [word for word in split if word not in split[::5]]
    truth = {
        a + b: (start[i] + end[j]) / 2 for i, a in enumerate(starts) for j, b in enumerate(ends)
    }
    vocabulary = Vocabulary([*starts, *known], [], ends)
    vectors = np.concatenate([start, np.stack([truth[word] for word in known])]).astype(np.float32)
    table = with_pieces(vocabulary, vectors, known)
    assert table.shape == (vocabulary.word_count, 5)
    assert not table[0].any()
    np.testing.assert_array_equal(table[SPECIAL_WORDS : SPECIAL_WORDS + len(vectors)], vectors)
    for word in unseen:
        guess = table[vocabulary.part_ids(word)].mean(axis=0)
        assert np.linalg.norm(guess - truth[word]) < 0.1 * np.linalg.norm(truth[word])


def test_the_vocabulary_is_open_or_only_that_of_the_text(encoder):
    rare = "".join(WORDS[:4]).lower()
    corpus = SimpleNamespace(train=[Sentence((WORDS[0], rare))], unlabelled=[Sentence((WORDS[1],))])
    closed = PretrainedWords(str(encoder), corpus, 100, False, torch.device("cpu")).vocabulary
    assert set(closed.words) == {WORDS[0].lower(), rare, WORDS[1].lower()}
    assert not closed.pieces
    words = PretrainedWords(str(encoder), corpus, 100, True, torch.device("cpu"))
    assert set(closed.words) < set(words.vocabulary.words)
    assert rare in words.split
    assert words.vocabulary.pieces


def test_vectors_are_there_for_every_id_and_the_same_again(encoder, tmp_path):
    corpus = SimpleNamespace(train=[Sentence((*WORDS, "Qwertyuiop"))], unlabelled=[])
    words = PretrainedWords(str(encoder), corpus, 100, True, torch.device("cpu"))
    store = WordVectorStore(tmp_path, words.encoder)
    first = words.vectors(7, store)
    assert first.shape == (words.vocabulary.word_count, 7)
    assert np.array_equal(first, words.vectors(7, store))
    assert store.operations(words.forms) == sum(words.encoder.operations(words.forms)) > 0
    assert first[SPECIAL_WORDS:].any(axis=1).all()


def test_operations_are_two_for_each_piece_and_weight_beyond_the_embeddings(encoder):
    reader, model = WordEncoder(str(encoder)), AutoModel.from_pretrained(encoder)
    layers = [layer for layer in model.encoder.modules() if not list(layer.children())]
    normalised = [model.embeddings.LayerNorm]
    weights = sum(one.numel() for layer in layers + normalised for one in layer.parameters())
    pieces = len(reader.tokenizer.encode("one").ids) + len(reader.tokenizer.encode("two").ids)
    found = reader.operations(["one", "two"])
    assert sum(found) == 2 * weights * pieces
    assert reader.operations(["one", "two", "one", "two"]) == 2 * found
    assert reader.counted_vectors(["one", "two"])[1] == found
