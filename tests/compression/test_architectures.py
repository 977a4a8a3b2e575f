"""Sizes of smaller encoders: what fits, what is refused by name, how many numbers there are."""

from __future__ import annotations

import pytest
import transformers
from random_encoders import bert

from nlp_architect_ext.compression.architectures import Shape, parameter_count, student_config
from nlp_architect_ext.core.errors import UserError

TEACHER = transformers.BertConfig(
    vocab_size=100,
    hidden_size=48,
    num_hidden_layers=4,
    num_attention_heads=6,
    intermediate_size=96,
    max_position_embeddings=40,
)


def built(config):
    model = transformers.AutoModel.from_config(config, add_pooling_layer=False)
    return sum(parameter.numel() for parameter in model.parameters())


def test_the_published_mobilebert_has_the_parameters_of_its_formula():
    assert parameter_count(transformers.MobileBertConfig()) == 24_581_888


@pytest.mark.parametrize(
    "shape",
    [
        Shape("bert", layers=2, hidden=16),
        Shape("bert", layers=4, hidden=48),
        Shape("mobilebert", layers=3, hidden=48, bottleneck=12, feed_forwards=1),
        Shape("mobilebert", 1, 40, bottleneck=24, feed_forwards=3, normalization="no_norm"),
    ],
)
def test_the_formula_counts_what_transformers_builds(shape):
    config = student_config(shape, TEACHER)
    assert parameter_count(config) == built(config)


def test_a_bert_student_keeps_the_size_of_heads_and_the_ratio_of_neurons():
    config = student_config(Shape("bert", layers=2, hidden=32), TEACHER)
    assert (config.num_attention_heads, config.intermediate_size) == (4, 64)


def test_the_teacher_and_its_configuration_stay_as_they_are():
    before = TEACHER.to_dict()
    student_config(Shape("bert", layers=1, hidden=8), TEACHER)
    assert TEACHER.to_dict() == before


def test_a_student_of_a_roberta_is_one():
    config = student_config(Shape("bert", layers=1, hidden=8), bert(kind="roberta").config)
    assert config.model_type == "roberta"


def test_a_student_of_any_other_teacher_reads_the_same_pieces():
    teacher = transformers.DistilBertConfig(vocab_size=77, dim=32, n_heads=4, n_layers=3)
    config = student_config(Shape("bert", layers=2, hidden=16), teacher)
    assert (config.model_type, config.vocab_size, config.num_attention_heads) == ("bert", 77, 2)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (Shape("gpt", 2, 16), "architecture: 'gpt' is unknown; expected one of: bert, mobilebert"),
        (Shape("bert", 5, 16), "layers: 5; expected 1 to 4; take 4"),
        (Shape("bert", 0, 16), "layers: 0; expected 1 to 4; take 1"),
        (Shape("bert", 2, 56), "hidden size: 56; expected 1 to 48; take 48"),
        (Shape("bert", 2, 20), "hidden size: 20; expected a multiple of 8 (the teacher's head"),
        (Shape("bert", 2, 20), "take 16 or 24"),
        (Shape("bert", 2, 4), "take 8"),
        (Shape("mobilebert", 2, 48), "bottleneck: 0; expected 1 to 48"),
        (Shape("mobilebert", 2, 48, 16), "bottleneck: 16; expected a multiple of 6 (the heads)"),
        (Shape("mobilebert", 2, 48, 16), "take 12 or 18"),
        (Shape("mobilebert", 2, 48, 12, 0), "feed-forward blocks: 0; expected at least 1"),
        (Shape("mobilebert", 2, 48, 12, 2, "rms"), "normalization: 'rms' is unknown"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_with_what_would_do(shape, message):
    with pytest.raises(UserError) as refused:
        student_config(shape, TEACHER)
    assert message in str(refused.value)
