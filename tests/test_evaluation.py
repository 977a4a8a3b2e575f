"""What teacher and student say of one split, side by side."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tagged_sentences
from test_tagger import SOFTMAX, WORDS, new_tagger

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.predictions import format_predictions
from nlp_architect_ext.evaluation.evaluation import Evaluation, evaluate
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.evaluation.scores import Scores
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.text_tagger import Prediction

GOLD = [Sentence(("Anna", "met", "Bo"), ("B-PER", "O", "B-PER")), Sentence(("Oslo",), ("B-LOC",))]
TEACHER = [("B-PER", "O", "O"), ("B-LOC",)]


def test_the_file_has_gold_teacher_and_student():
    predictions = [Prediction(("B-PER", "I-PER", "O"), (1.0,) * 3), Prediction(("B-LOC",), (1.0,))]
    evaluation = Evaluation(GOLD, predictions, TEACHER, SOFTMAX.labels)
    assert evaluation.file() == (
        "# word\tgold\tteacher\tstudent\n"
        "Anna\tB-PER\tB-PER\tB-PER\nmet\tO\tO\tI-PER\nBo\tB-PER\tO\tO\n\n"
        "Oslo\tB-LOC\tB-LOC\tB-LOC\n"
    )
    alone = Evaluation(GOLD, predictions, None, SOFTMAX.labels)
    assert alone.file().startswith("# word\tgold\tstudent\nAnna\tB-PER\tB-PER\n")


@given(st.lists(tagged_sentences(), min_size=1, max_size=5))
def test_any_words_come_back(sentences):
    labels = [sentence.labels for sentence in sentences]
    text = format_predictions(sentences, {"gold": labels, "teacher": labels})
    header, _, body = text.partition("\n")
    assert header == "# word\tgold\tteacher"
    blocks = [
        [line.split("\t") for line in block.rstrip("\n").split("\n")]
        for block in body.split("\n\n")
    ]
    assert blocks == [
        [[w, t, t] for w, t in zip(one.words, one.labels, strict=True)] for one in sentences
    ]


def test_columns_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        format_predictions(GOLD, {"gold": TEACHER[:1]})
    with pytest.raises(ValueError, match=r"shorter|longer"):
        format_predictions(GOLD[:1], {"gold": [("O",)]})


def test_scores_with_and_without_a_teacher():
    evaluation = evaluate(SOFTMAX, GOLD, TEACHER)
    scores = evaluation.scores(None)
    alone = evaluate(SOFTMAX, GOLD, None).scores(None)
    assert (
        scores.agreement.words
        == sum(
            one == other
            for prediction, labels in zip(evaluation.predictions, TEACHER, strict=True)
            for one, other in zip(prediction.labels, labels, strict=True)
        )
        / 4
    )
    assert alone.agreement is None
    assert replace(alone, calibration=None) == Scores.from_json(
        score(evaluation.gold, evaluation.student, SOFTMAX.labels)
    )
    assert alone.calibration.ece == alone.calibration.ece_before


@pytest.mark.parametrize("decoder", ["softmax", "crf"])
def test_a_calibration_changes_scores_and_no_label(decoder, tmp_path):
    tagger, sentences = (
        new_tagger(decoder=decoder),
        [Sentence(tuple(WORDS * 2)), Sentence(tuple(WORDS))],
    )
    before, entities = tagger.predict_labels(sentences), tagger.predict(sentences)
    calibration = Calibration(0.5, -1.0)
    tagger.calibrate(calibration)
    assert tagger.predict_labels(sentences) == before
    changed = tagger.predict(sentences)
    assert [[(e.entity_group, e.start, e.end) for e in row] for row in changed] == [
        [(e.entity_group, e.start, e.end) for e in row] for row in entities
    ]
    pairs = [
        pair for rows in zip(entities, changed, strict=True) for pair in zip(*rows, strict=True)
    ]
    assert pairs
    assert all(after.score == calibration(one.score) != one.score for one, after in pairs)
    tagger.save(tmp_path)
    assert type(tagger).load(tmp_path).predict(sentences) == changed
    tagger.calibrate(None)
    assert tagger.predict(sentences) == entities


def test_the_scores_of_predicted_entities_are_those_that_are_measured():
    tagger = new_tagger()
    tagger.calibrate(Calibration(2.0, 0.5))
    sentences = [Sentence(tuple(WORDS), ("O",) * len(WORDS))]
    evaluation = evaluate(tagger, sentences, None)
    (entities,) = tagger.predict(sentences)
    bins = evaluation.scores(tagger.calibration).calibration.bins
    total = sum(one.score * one.count for one in bins)
    assert total == pytest.approx(sum(entity.score for entity in entities))
    assert sum(one.count for one in bins) == len(entities)


def test_plain_labels():
    labels = LabelSet.plain(["NOUN", "VERB"])
    tagger = new_tagger(labels=labels.to_json(), scheme="plain")
    evaluation = evaluate(tagger, [Sentence(("Anna", "met"), ("NOUN", "VERB"))], [("NOUN", "NOUN")])
    scores = evaluation.scores(Calibration(1.0, 0.2))
    assert sum(one.count for one in scores.calibration.bins) == 2
    assert scores.agreement.entities["both"].count + scores.agreement.entities["teacher"].count == 2
    assert evaluation.file().splitlines()[1].startswith("Anna\tNOUN\tNOUN\t")
