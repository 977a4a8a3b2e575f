"""Scores of dev that were fitted on other sentences than those that are scored."""

import numpy as np
import pytest
from test_outside_bias import DEV, LABELS, labels_of, tagger

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.calibration import fit_calibration, reliability
from nlp_architect_ext.evaluation.cross_fitting import cross_fitted
from nlp_architect_ext.evaluation.evaluation import Evaluation, evaluate
from nlp_architect_ext.runtime.calibration import entity_score
from nlp_architect_ext.runtime.text_tagger import Prediction
from nlp_architect_ext.taggers.outside_bias import OutsideBias, fit_outside_bias


def random_evaluation(count, seed=0):
    """Sentences of four words, of which the tagger names some rightly."""
    draw = np.random.default_rng(seed)
    gold, predicted = (
        [tuple(draw.choice(["O", "B-PER"], 4).tolist()) for _ in range(count)] for _ in range(2)
    )
    sentences = [Sentence(("a", "b", "c", "d"), labels) for labels in gold]
    chances = draw.uniform(0.3, 1.0, (count, 4))
    predictions = [
        Prediction(labels, tuple(row)) for labels, row in zip(predicted, chances, strict=True)
    ]
    return Evaluation(sentences, predictions, None, LABELS)


def entities_of(evaluation, index):
    """Score, and whether it's right, of each entity of a sentence: each is one word here."""
    prediction, gold = evaluation.predictions[index], evaluation.gold[index]
    return [
        (entity_score([chance]), label == right)
        for label, right, chance in zip(prediction.labels, gold, prediction.scores, strict=True)
        if label != "O"
    ]


def by_hand(evaluation):
    """Each sentence alone: fit on all sentences of other folds, and apply."""
    count = len(evaluation.sentences)
    pairs = []
    for index in range(count):
        others = [other for other in range(count) if other % 5 != index % 5]
        known = [pair for other in others for pair in entities_of(evaluation, other)]
        scores = np.array([score for score, _ in known], np.float64)
        calibration = fit_calibration(scores, np.array([right for _, right in known], bool))
        pairs += [(calibration(score), right) for score, right in entities_of(evaluation, index)]
    return sorted(pairs)


@pytest.mark.parametrize("count", [1, 3, 5, 23])
def test_calibration_is_that_of_the_other_folds(count):
    evaluation = random_evaluation(count)
    found = cross_fitted(evaluation)
    expected = by_hand(evaluation)
    pairs = sorted(zip(found.scores.tolist(), found.right.tolist(), strict=True))
    assert [right for _, right in pairs] == [right for _, right in expected]
    assert [score for score, _ in pairs] == pytest.approx([score for score, _ in expected])
    scores = found.to_scores()
    values, right = np.array([score for score, _ in expected]), [right for _, right in expected]
    assert scores.calibration.ece == pytest.approx(reliability(values, np.array(right)).error)
    assert scores.cross_fitted
    own = evaluation.scores(None)
    assert scores.f1 == own.f1  # no label is fitted
    assert scores.calibration.ece_before == pytest.approx(own.calibration.ece)


def test_labels_are_those_of_the_bias_that_the_other_folds_choose():
    names = ("Anna", "Bo", "Cy", "Di")
    sentences = [
        Sentence((names[index % 4], "sings"), ("B-PER" if index in (0, 5) else "O", "O"))
        for index in range(12)
    ]
    made = tagger(0.7)
    found = cross_fitted(evaluate(made, sentences, None), OutsideBias(made, sentences).refitted)
    biases = set()
    for index, sentence in enumerate(sentences):
        others = [one for other, one in enumerate(sentences) if other % 5 != index % 5]
        alone = tagger(0.7)
        biases.add(fit_outside_bias(alone, others))
        (expected,) = alone.predict_labels([sentence])
        assert found.evaluation.predictions[index].labels == expected.labels
    assert len(biases) == 2  # the entities are all in one fold, so the others have none to find


def test_cross_fitting_leaves_the_tagger_as_it_is():
    made = tagger(0.7)
    fit_outside_bias(made, DEV)
    bias, labels = made.config.outside_bias, labels_of(made)
    cross_fitted(evaluate(made, DEV, None), OutsideBias(made, DEV).refitted)
    assert (made.config.outside_bias, made.decoder.outside_bias) == (bias, bias)
    assert labels_of(made) == labels
