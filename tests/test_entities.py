"""What a tagger answers: a list, above a threshold, shown as marked text in a notebook."""

import copy
import json
import re
from dataclasses import asdict
from html import unescape

import pytest
from hypothesis import given
from strategies import texts
from test_tagger import SOFTMAX, new_tagger

from nlp_architect_ext.core.sentence import Entity, Sentence
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.entities import Entities
from nlp_architect_ext.runtime.text_tagger import Prediction

TEXT = 'Ada "The Countess" <Lovelace> & Bo'
SENTENCE = Sentence(("Ada", '"The', 'Countess"', "<Lovelace>", "&", "Bo"))
FOUND = [
    Entity("PER", 0.984, 'Ada "The Countess" <Lovelace>', 0, 29),
    Entity('A"B', 0.5, "Bo", 32, 34),
]


def test_it_is_a_list_of_entities_that_knows_its_text():
    entities = Entities(FOUND, SENTENCE)
    assert entities == FOUND
    assert entities.text == TEXT
    assert json.loads(json.dumps([asdict(entity) for entity in entities]))[1]["word"] == "Bo"
    copied = copy.deepcopy(entities)  # taken apart and built again, as between processes
    assert (copied, copied.text) == (FOUND, TEXT)


def test_a_notebook_shows_the_text_with_marks_and_nothing_of_it_as_html():
    shown = Entities(FOUND, SENTENCE)._repr_html_()
    assert shown.count("<mark") == shown.count("</mark>") == 2
    assert "<Lovelace>" not in shown
    assert "&lt;Lovelace&gt;" in shown
    assert 'title="0.98"' in shown
    assert ">A&quot;B</b>" in shown
    assert unescape(re.sub("<b .*?</b>|<[^>]*>", "", shown)) == TEXT


@given(texts())
def test_any_text_comes_back_whole(text):
    shown = SOFTMAX(text)._repr_html_()
    assert unescape(re.sub("<b .*?</b>|<[^>]*>", "", shown)) == text
    assert SOFTMAX(text).text == text


def test_entities_below_the_threshold_are_left_out():
    tagger = new_tagger()
    sentence = Sentence(("Anna", "Bo", "in", "Oslo"))
    prediction = Prediction(("B-PER", "I-PER", "O", "B-LOC"), (0.5, 1.0, 0.9, 0.25))
    assert [e.word for e in tagger.entities(sentence, prediction, 0.75)] == ["Anna Bo"]
    assert tagger.sure(prediction, 0.75).labels == ("B-PER", "I-PER", "O", "O")
    assert tagger.sure(prediction, 0.76).labels == ("O",) * 4
    tagger.calibrate(Calibration(1.0, 5.0))  # everything is surer than it looks
    assert [e.word for e in tagger.entities(sentence, prediction, 0.75)] == ["Anna Bo", "Oslo"]
    assert tagger.sure(prediction, 0.75) == prediction


def test_predict_and_call_take_a_threshold():
    text = "Anna met Bo in Oslo today"
    everything = SOFTMAX(text)
    scores = sorted(entity.score for entity in everything)
    assert len(scores) > 1
    kept = [entity for entity in everything if entity.score >= scores[1]]
    assert SOFTMAX(text, threshold=scores[1]) == kept
    assert SOFTMAX.predict([text], threshold=scores[1]) == [kept]
    for wrong in (-0.1, 50, float("nan")):
        with pytest.raises(ValueError, match="expected a score between 0 and 1"):
            SOFTMAX(text, threshold=wrong)


def test_one_text_is_not_a_list_of_its_letters():
    with pytest.raises(TypeError, match=r"takes a list of texts; call tagger\(text\)"):
        SOFTMAX.predict("Anna met Bo")


def test_a_tagger_says_shortly_what_it_is():
    assert repr(SOFTMAX) == "<NeuralTagger: LOC, PER; torch; 0.0 MB>"
    assert SOFTMAX._repr_html_() == "<code>&lt;NeuralTagger: LOC, PER; torch; 0.0 MB&gt;</code>"
    assert SOFTMAX.size == 4 * sum(weight.numel() for weight in SOFTMAX.model.parameters())
