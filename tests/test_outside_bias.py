"""The bias of O: chosen by F1 on dev, kept by the folder, and nothing but a shift of O."""

import torch

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.outside_bias import fit_outside_bias

LABELS = LabelSet.for_types(["PER"])
DEV = [Sentence((name, "sings"), ("B-PER", "O")) for name in ("Anna", "Bo", "Cy", "Di")]


def tagger(reluctance, labels=LABELS):
    """One that says O everywhere, by a margin of `reluctance` at names and of 9 elsewhere."""
    torch.manual_seed(0)
    config = TaggerConfig(
        student="cnn-lstm",
        arguments={"word_width": 2, "freeze_words": True},
        labels=labels.to_json(),
        decoder="softmax",
        scheme=labels.scheme,
        tokenizer="whitespace",
        language="en",
        max_words=50,
    )
    made = NeuralTagger(config, Vocabulary.build(DEV))
    student = made.model["student"]
    with torch.no_grad():
        for parameter in student.output.parameters():
            parameter.zero_()
        student.skip.weight.zero_()
        student.skip.bias.zero_()
        student.word_embedding.weight[:, 0] = 1.0
        student.word_embedding.weight[made.vocabulary.word_ids(["sings"]), 0] = 9.0 / reluctance
        student.skip.weight[labels.ids["O"], 0] = reluctance
    return made


def labels_of(made):
    return [prediction.labels for prediction in made.predict_labels(DEV)]


def test_a_reluctant_tagger_finds_its_entities_afterwards(tmp_path):
    made = tagger(0.7)
    assert labels_of(made) == [("O", "O")] * 4
    assert fit_outside_bias(made, DEV) == -1.0  # the first step alone changes nothing
    assert labels_of(made) == [("B-PER", "O")] * 4
    made.save(tmp_path)
    assert labels_of(NeuralTagger.load(tmp_path)) == [("B-PER", "O")] * 4


def test_a_balanced_tagger_is_left_alone():
    made = tagger(0.4)
    made.set_outside_bias(0.0)
    alone = [Sentence(sentence.words, ("O", "O")) for sentence in DEV]
    assert fit_outside_bias(made, alone) == 0.0
    assert made.config.outside_bias == 0.0


def test_plain_labels_have_no_outside():
    labels = LabelSet.plain({"NOUN", "VERB"})
    config = TaggerConfig(
        student="cnn-lstm",
        arguments={},
        labels=labels.to_json(),
        decoder="softmax",
        scheme="plain",
        tokenizer="whitespace",
        language="en",
        max_words=50,
    )
    made = NeuralTagger(config, Vocabulary.build(DEV))
    assert fit_outside_bias(made, [Sentence(("Anna", "sings"), ("NOUN", "VERB"))]) == 0.0


def test_the_student_runs_once(tmp_path):
    made = tagger(0.7)
    runs = []
    made.model["student"].register_forward_hook(lambda *_: runs.append(1))
    made.predict_labels(DEV)
    once = len(runs)
    fit_outside_bias(made, DEV)
    assert len(runs) == 2 * once


def test_a_folder_of_0_1_keeps_what_it_called_a_handicap():
    data = tagger(0.7).config.to_json()
    assert data.pop("outside_bias") == 0.0
    for handicap, bias in ((1.5, -1.5), (-0.5, 0.5), (0.0, 0.0)):
        config = TaggerConfig.from_json({**data, "handicap": handicap}, "config.json")
        assert config.outside_bias == bias
        assert "handicap" not in config.to_json()
