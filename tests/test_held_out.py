"""Cross-fitting: who judges a sentence was trained without it, and answers come in order."""

import numpy as np
import pytest
import torch
from corpora import write_corpus

from nlp_architect_ext.data.folds import content_folds
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.runs.held_out import HeldOut, answers_of
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.fields import built
from nlp_architect_ext.settings.label_check import CheckLabelsSettings


@pytest.fixture
def held_out(tmp_path):
    data = write_corpus(tmp_path / "data", train=30, dev=0, test=0, unlabelled=0)
    values = {"data_dir": str(data), "output_dir": str(tmp_path / "out"), "epochs": 1}
    values |= {"tokenizer": "whitespace", "min_epoch_steps": 1, "batch_size": 8}
    settings = built(CheckLabelsSettings, values).of_tagger()
    corpus = load_corpus(settings.data, settings.draw, text=settings.text)
    return HeldOut(settings, corpus, None, torch.device("cpu"))


def test_a_fold_is_judged_by_whoever_never_saw_its_words(held_out):
    train = held_out.corpus.train
    assert len({one.words for one in train}) < len(train)
    for fold in content_folds(train, 3, seed=0):
        _, corpus = held_out.untrained(fold)
        own = {train[index].words for index in fold}
        assert len(corpus.train) + len(fold) == len(train)
        assert not own & {one.words for one in corpus.train}
        assert not own & {one.words for one in corpus.unlabelled}


def test_answers_are_those_of_the_tagger_in_the_order_of_the_file(held_out, tmp_path):
    train = held_out.corpus.train
    tagger, _ = held_out.untrained([])
    for sentence, answer in zip(train, answers_of(tagger, train), strict=True):
        (alone,) = tagger.predict_labels([sentence])
        assert answer.labels == alone.labels
        assert np.allclose(answer.probabilities.sum(axis=1), 1, atol=1e-5)
        chosen = [tagger.labels.ids[label] for label in answer.labels]
        scores = answer.probabilities[range(len(sentence)), chosen]
        assert np.allclose(scores, alone.scores, atol=1e-5)
    folds = content_folds(train, 2, seed=0)
    run = RunFolder(tmp_path, tmp_path / "store")
    first, again = held_out.answers(folds, run), held_out.answers(folds, run)
    assert [len(one.labels) for one in first] == [len(one) for one in train]
    for one, other in zip(first, again, strict=True):
        assert one.labels == other.labels
        assert np.array_equal(one.probabilities, other.probabilities)
