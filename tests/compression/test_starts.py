"""Starts of smaller encoders: what they have of the teacher, and that others can load them."""

from __future__ import annotations

import pytest
import torch
import transformers
from random_encoders import MASK, PIECES, batch, bert, states

from nlp_architect_ext.compression.architectures import Shape
from nlp_architect_ext.compression.extraction import final_norm
from nlp_architect_ext.compression.starts import STARTS, check_start, start
from nlp_architect_ext.core.errors import UserError

FULL, HALF = Shape("bert", 2, 24), Shape("bert", 2, 16)
THIN = Shape("mobilebert", 2, 24, bottleneck=12)
THIN_STARTS = [("random", THIN), ("embeddings", THIN)]


def begun(name, shape, teacher=None, seed=0):
    teacher = bert() if teacher is None else teacher
    return start(name, teacher, shape, seed=seed, sample=[batch(), batch(1)], mask_id=MASK)


def distil_bert():
    config = transformers.DistilBertConfig(
        vocab_size=PIECES, dim=24, n_heads=3, n_layers=3, hidden_dim=20, max_position_embeddings=20
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return transformers.DistilBertModel(config).eval()


@pytest.mark.parametrize(
    ("name", "shape"),
    [*((name, shape) for name in STARTS for shape in (FULL, HALF)), *THIN_STARTS],
)
def test_every_start_loads_as_an_ordinary_encoder(tmp_path, name, shape):
    student = begun(name, shape)
    student.save_pretrained(tmp_path)
    loaded, report = transformers.AutoModel.from_pretrained(
        tmp_path, add_pooling_layer=False, output_loading_info=True
    )
    assert not any(report.values()), report
    assert torch.equal(states(loaded.eval(), batch()), states(student, batch()))


@pytest.mark.parametrize("name", STARTS)
def test_the_same_seed_gives_the_same_weights_and_leaves_torch_as_it_was(name):
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    one, same = (begun(name, HALF, seed=3).state_dict() for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(one[key], same[key]) for key in one)


@pytest.mark.parametrize(("name", "shape"), [*((name, FULL) for name in STARTS), *THIN_STARTS])
def test_every_start_of_equal_width_meets_the_scale_of_the_teacher(name, shape):
    teacher = bert()
    ours, theirs = final_norm(begun(name, shape, teacher)), final_norm(teacher)
    assert torch.equal(ours.weight, theirs.weight)
    assert torch.equal(ours.bias, theirs.bias)


@pytest.mark.parametrize("shape", [FULL, THIN], ids=["bert", "mobilebert"])
def test_the_scale_of_a_teacher_of_another_layout_is_measured(shape):
    teacher = distil_bert()
    measured = torch.cat([states(teacher, batch()), states(teacher, batch(1))])
    norm = final_norm(begun("random", shape, teacher))
    torch.testing.assert_close(norm.bias.data, measured.mean(dim=0))
    torch.testing.assert_close(norm.weight.data, measured.std(dim=0))


def test_embeddings_are_the_teachers_and_layers_are_not():
    teacher = bert()
    student = begun("embeddings", FULL, teacher)
    ids = batch()["input_ids"]
    assert torch.equal(student.embeddings(ids), teacher.embeddings(ids))
    ours, theirs = (model.encoder.layer[-1].output.dense.weight for model in (student, teacher))
    assert not torch.equal(ours, theirs)


def test_drawn_embeddings_have_the_dimensions_of_the_drawn_extraction():
    teacher = bert()
    ids = batch()["input_ids"]
    words = begun("embeddings", HALF, teacher, seed=5).embeddings.word_embeddings(ids)
    same = begun("etd-rand", HALF, teacher, seed=5).embeddings.word_embeddings(ids)
    assert torch.equal(words, same)


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_factorised_embeddings_give_the_teachers_first_state(kind):
    teacher = bert(kind=kind)  # word vectors as wide as the states: nothing is lost
    student = begun("embeddings", THIN, teacher)
    ids = batch()["input_ids"].clamp(min=3)
    found, expected = student.embeddings(ids), teacher.embeddings(ids)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-3)


def test_narrower_word_vectors_keep_what_is_largest():
    teacher = bert()
    words = teacher.embeddings.word_embeddings.weight.data
    words.copy_(words[:, :4] @ torch.randn(4, 24, generator=torch.Generator().manual_seed(0)))
    student = begun("embeddings", Shape("mobilebert", 1, 12, bottleneck=6), teacher)
    found = student.embeddings.word_embeddings.weight.data  # 12 wide, of rank 4
    padding = teacher.config.pad_token_id  # a neighbour of the last piece: the end of the text
    assert words[padding].any()
    assert not found[padding].any()
    words[padding] = 0
    torch.testing.assert_close(found @ found.T, words @ words.T, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("etd-imp", FULL, "did you mean 'etd-impt'?"),
        ("etd-rand", THIN, "take 'embeddings', or the bert architecture"),
        ("random", Shape("bert", 2, 17), "take 16 or 24"),
    ],
)
def test_starts_that_cannot_be_are_refused(name, shape, message):
    with pytest.raises(UserError) as refused:
        check_start(name, shape, bert().config)
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["embeddings", "etd-rand", "etd-impt"])
def test_teachers_of_another_layout_are_refused_by_type(name):
    with pytest.raises(UserError, match=r"'distilbert'.*take 'random'"):
        check_start(name, HALF, distil_bert().config)
