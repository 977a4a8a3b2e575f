"""A tagger: texts in, entities out, whatever else is in the batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts

from nlp_architect_ext.batches.encoding import encode_words
from nlp_architect_ext.core import tags as labels
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.text_tagger import Prediction
from nlp_architect_ext.taggers.neural import NeuralTagger

WORDS = ["Anna", "met", "Bo", "in", "Oslo", "today", ".", "Éa", "x" * 40]
CONFIG = TaggerConfig(
    student="cnn-lstm",
    arguments={"word_width": 8, "character_filters": 8, "lstm_width": 6},
    labels=LabelSet.for_types(["PER", "LOC"]).to_json(),
    decoder="softmax",
    scheme="IOB2",
    tokenizer="spacy",
    language="en",
    max_words=20,
)


def new_tagger(**changes):
    """A tagger with random weights, large enough that its labels vary."""
    torch.manual_seed(3)
    tagger = NeuralTagger(replace(CONFIG, **changes), Vocabulary.build([Sentence(tuple(WORDS))]))
    with torch.no_grad():
        for parameter in tagger.model.parameters():
            parameter.mul_(3)
    return tagger


SOFTMAX, CRF = new_tagger(), new_tagger(decoder="crf")
IDCNN = new_tagger(student="id-cnn", arguments={"word_width": 8, "filters": 16})
TAGGERS = {"softmax": SOFTMAX, "crf": CRF, "id-cnn": IDCNN}
sentences = st.lists(st.sampled_from(WORDS), min_size=0, max_size=30).map(
    lambda words: Sentence(tuple(words))
)


@pytest.mark.parametrize("name", TAGGERS)
@settings(max_examples=15)
@given(
    batch=st.lists(sentences, min_size=1, max_size=6),
    batch_size=st.integers(1, 6),
    seed=st.randoms(),
)
def test_defect_13_neither_padding_nor_company_nor_order_changes_a_prediction(
    name, batch, batch_size, seed
):
    tagger = TAGGERS[name]
    alone = [tagger.predict_labels([sentence])[0] for sentence in batch]
    order = list(range(len(batch)))
    seed.shuffle(order)
    together = tagger.predict_labels([batch[index] for index in order], batch_size)
    for index, prediction in zip(order, together, strict=True):
        assert prediction.labels == alone[index].labels
        assert prediction.scores == pytest.approx(alone[index].scores, abs=5e-5)


@given(texts())
def test_defect_1_any_text_is_tagged_and_offsets_point_into_it(text):
    for entity in SOFTMAX(text):
        assert text[entity.start : entity.end] == entity.word
        assert 0 <= entity.score <= 1.00001
        assert entity.entity_group in ("PER", "LOC")


@settings(max_examples=20)
@given(sentences)
@pytest.mark.parametrize("name", ["softmax", "crf"])
def test_defect_2_labels_are_legal_with_and_without_a_crf(name, sentence):
    tagger = TAGGERS[name]
    (prediction,) = tagger.predict_labels([sentence])
    assert len(prediction.labels) == len(prediction.scores) == len(sentence)
    assert not labels.irregular(prediction.labels, "IOB2")


def test_the_crf_is_used_at_prediction():
    text = [Sentence(tuple(WORDS * 2))]
    tagger = new_tagger(decoder="crf")
    before = tagger.predict_labels(text)
    with torch.no_grad():
        # The best label is then always another place.
        tagger.decoder.crf.transitions[:, tagger.labels.ids["B-LOC"]] += 1000.0
        tagger.decoder.crf.start[tagger.labels.ids["O"]] += 1000.0
    (after,) = tagger.predict_labels(text)
    assert before[0].labels != after.labels
    assert after.labels == ("O", *["B-LOC"] * (len(text[0]) - 1))


@pytest.mark.parametrize("name", ["softmax", "crf", "id-cnn"])
def test_defect_12_a_long_sentence_keeps_every_word(name):
    words = tuple(np.random.default_rng(0).choice(WORDS, 137))
    (prediction,) = TAGGERS[name].predict_labels([Sentence(words)])
    assert len(prediction.labels) == 137
    assert len(prediction.scores) == 137


def test_windows_of_a_long_sentence_see_what_a_whole_one_sees():
    # It looks 5 words far.
    tagger = new_tagger(student="id-cnn", arguments={"word_width": 8, "filters": 16})
    words = Sentence(tuple(np.random.default_rng(1).choice(WORDS, 90)))
    windowed = tagger.predict_labels([words])
    tagger.config = replace(tagger.config, max_words=500)
    whole = tagger.predict_labels([words])
    assert windowed[0].labels == whole[0].labels
    assert windowed[0].scores == pytest.approx(whole[0].scores, abs=1e-5)


def test_defect_11_a_very_long_word_and_any_script_are_read():
    text = "Anna " + "ab" * 5000 + " 漢字 Жж \u0e01\u0e33 👩‍🚀"
    assert len(SOFTMAX.predict_labels([SOFTMAX.sentence(text)])[0].labels) == len(
        SOFTMAX.sentence(text).words
    )
    ids = {
        word: tuple(encode_words([word], SOFTMAX.vocabulary).characters.tolist())
        for word in ("a", "Ж", "漢", "1")
    }
    assert len(set(ids.values())) == 4
    assert all(0 not in word for word in ids.values())


def test_saved_and_loaded_it_predicts_the_same(tmp_path):
    for name, tagger in TAGGERS.items():
        tagger.save(tmp_path / name)
        loaded = NeuralTagger.load(tmp_path / name)
        text = [Sentence(tuple(WORDS * 3))]
        assert loaded.predict_labels(text) == tagger.predict_labels(text)


def test_weights_that_do_not_fit_the_config_are_refused(tmp_path):
    SOFTMAX.save(tmp_path)
    config = (tmp_path / "config.json").read_text().replace('"lstm_width": 6', '"lstm_width": 7')
    (tmp_path / "config.json").write_text(config)
    write_manifest(tmp_path)
    with pytest.raises(UserError, match=r"expected weights that fit config\.json"):
        NeuralTagger.load(tmp_path)


def test_a_student_that_is_not_installed_is_named(tmp_path):
    SOFTMAX.save(tmp_path)
    config = (tmp_path / "config.json").read_text().replace("cnn-lstm", "gone")
    (tmp_path / "config.json").write_text(config)
    write_manifest(tmp_path)
    with pytest.raises(
        UserError,
        match="'gone': no such name is installed; expected one of: chain, cnn-lstm, id-cnn",
    ):
        NeuralTagger.load(tmp_path)


def test_entities_of_predicted_labels():
    sentence = Sentence(
        ("Anna", "Bo", "in", "Oslo"),
        text="Anna  Bo in\tOslo",
        offsets=((0, 4), (6, 8), (9, 11), (12, 16)),
    )
    prediction = Prediction(("B-PER", "I-PER", "O", "B-LOC"), (0.5, 1.0, 0.9, 0.25))
    assert SOFTMAX.entities(sentence, prediction) == [
        Entity("PER", 0.75, "Anna  Bo", 0, 8),
        Entity("LOC", 0.25, "Oslo", 12, 16),
    ]


def test_words_without_a_text_count_offsets_in_words_joined_by_spaces():
    found = SOFTMAX.entities(Sentence(("👩‍🚀", "Bo")), Prediction(("O", "B-PER"), (1.0, 1.0)))
    assert found == [Entity("PER", 1.0, "Bo", 4, 6)]
    assert (
        SOFTMAX.predict([["Anna", "met"], "Anna met"]) == [SOFTMAX(" ".join(["Anna", "met"]))] * 2
    )


def test_no_words_no_entities():
    assert SOFTMAX.predict(["", "   ", []]) == [[], [], []]
    assert SOFTMAX.predict([]) == []


def test_tags_are_written_in_the_scheme_of_the_training_data():
    prediction = Prediction(("B-PER", "I-PER", "O", "B-LOC"), (1.0,) * 4)
    assert new_tagger(scheme="BILOU").tags(prediction) == ["B-PER", "L-PER", "O", "U-LOC"]
    assert SOFTMAX.tags(prediction) == list(prediction.labels)


def test_plain_labels_are_one_span_a_word():
    tagger = new_tagger(labels=LabelSet.plain(["NOUN", "VERB"]).to_json(), scheme="plain")
    entities = tagger("Anna met Bo")
    assert [entity.word for entity in entities] == ["Anna", "met", "Bo"]
    assert tagger.tags(Prediction(("NOUN", "NOUN"), (1.0, 1.0))) == ["NOUN", "NOUN"]


@pytest.mark.parametrize("several", [["Anna met Bo", "Oslo"], ("Anna", "Bo"), b"Anna", None])
def test_a_call_takes_one_text(several):
    with pytest.raises(TypeError, match="predict takes a list of texts"):
        SOFTMAX(several)


def test_word_vectors_are_copied_and_other_words_keep_their_own():
    tagger = new_tagger()
    before = tagger.model["student"].word_embedding.weight.clone()
    tagger.set_word_vectors({"anna": np.arange(8, dtype=np.float32)})
    after = tagger.model["student"].word_embedding.weight
    row = tagger.vocabulary.word_ids(["Anna"])[0]
    assert after[row].tolist() == list(range(8))
    others = torch.arange(len(after)) != row
    assert torch.equal(after[others], before[others])
