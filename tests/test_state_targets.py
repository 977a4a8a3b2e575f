"""What an encoder says of raw sentences: as sentence encoders give it, stored once, scaled."""

import numpy as np
import pytest
import torch
from corpora import WORDS
from tiny_teacher import tiny_encoder
from transformers import AutoModel, AutoTokenizer

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.state_reader import StateReader
from nlp_architect_ext.encoders.state_targets import StateTargets, TargetStore

TEXT = [
    Sentence(("Anna", "lives", "in", "Oslo", ".")),
    Sentence(("Nothing",)),
    Sentence(("In", "Kyoto", ",", "Hiro", "met", "Unheardofly", ".")),
]
UNSEEN = "\u200b"  # no tokenizer here makes a piece of it


def read(reader, sentences):
    (found,) = reader.states([sentences])
    return found


def pooled(folder, text):
    """A sentence's vector as SentenceTransformer.encode makes it: mean pooling, then length 1."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    inputs = tokenizer([text], return_tensors="pt", truncation=False, padding=False)
    with torch.no_grad():
        states = model.eval()(**inputs).last_hidden_state
    mask = inputs["attention_mask"].unsqueeze(-1).float()
    mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
    return states[0].numpy(), torch.nn.functional.normalize(mean, dim=1)[0].numpy()


@pytest.mark.parametrize("kind", ["wordpiece", "bytes", "metaspace"])
def test_a_sentence_has_the_vector_of_sentence_encoders_and_a_word_its_first_piece(kind, tmp_path):
    folder = tiny_encoder(tmp_path / kind, WORDS, kind)
    for sentence, found in zip(TEXT, read(StateReader(str(folder)), TEXT), strict=True):
        states, vector = pooled(folder, " ".join(sentence.words))
        assert found.vector @ vector > 0.9999
        assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)
        assert found.words.shape == (len(sentence), 32)
        # [CLS] is at 0; every first word here is one piece or more, beginning at 1.
        np.testing.assert_allclose(found.words[0], states[1], atol=1e-4)


def test_a_long_sentence_is_read_to_its_end(encoder):
    """Its windows overlap, and each word has its state from one of them."""
    long = Sentence(tuple(["Anna", "met", "Emil", "."] * 40))
    (found,) = read(StateReader(str(encoder)), [long])
    assert found.words.any(axis=1).all()
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)


def test_what_it_cannot_see_is_zero_and_counts_nowhere(encoder, tmp_path):
    text = [Sentence(("Anna", UNSEEN, "met")), Sentence((UNSEEN,))]
    reader = StateReader(str(encoder))
    first, second = read(reader, text)
    assert first.words.any(axis=1).tolist() == [True, False, True]
    assert not second.words.any()
    assert not second.vector.any()
    targets = TargetStore(tmp_path, reader).targets(text)
    seen = first.words[[0, 2]].astype(np.float16).astype(np.float64)
    np.testing.assert_allclose(targets.mean, seen.mean(axis=0), atol=1e-3)
    assert targets.deviation == pytest.approx((seen - seen.mean(axis=0)).std(), rel=1e-3)


def test_targets_have_mean_zero_in_each_dimension_and_deviation_one_as_a_whole(encoder, tmp_path):
    targets = TargetStore(tmp_path, StateReader(str(encoder))).targets(TEXT)
    scaled = (np.concatenate(targets.words).astype(np.float64) - targets.mean) / targets.deviation
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-4)
    assert scaled.std() == pytest.approx(1, rel=1e-4)
    # As a whole: dimensions that vary more go on varying more.
    assert scaled.std(axis=0).max() > 1.05 > 0.95 > scaled.std(axis=0).min()


def test_text_without_anything_to_see_has_targets_too():
    nothing = StateTargets.of([np.zeros(4, np.float16)], [np.zeros((3, 4), np.float16)])
    assert nothing.mean.tolist() == [0, 0, 0, 0]
    assert np.isfinite(1 / nothing.deviation)


def test_each_sentence_is_asked_for_once(encoder, tmp_path, monkeypatch):
    reader = StateReader(str(encoder))
    first = TargetStore(tmp_path, reader).targets([TEXT[0], TEXT[1], TEXT[0]])
    asked, whole = [], StateReader.states

    def counting(self, parts):
        parts = list(parts)
        asked.extend(sentence for part in parts for sentence in part)
        return whole(self, parts)

    monkeypatch.setattr(StateReader, "states", counting)
    store = TargetStore(tmp_path, StateReader(str(encoder)))
    again = store.targets([TEXT[2], TEXT[1], TEXT[0]])
    assert asked == [TEXT[2]]
    assert store.saved.keys() == {"seconds", "processor_seconds"}
    assert np.array_equal(again.vectors[2], first.vectors[0])
    assert np.array_equal(again.words[1], first.words[1])
    assert store.operations(TEXT) == sum(one.operations for one in read(reader, TEXT)) > 0
    # Another encoder's answers are others.
    other = StateReader(str(tiny_encoder(tmp_path / "other", WORDS, seed=1)))
    assert not np.array_equal(
        TargetStore(tmp_path, other).targets(TEXT).vectors[0], first.vectors[0]
    )
