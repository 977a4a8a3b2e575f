import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import character_features, packed_bilstm

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.layers import character_cnn
from nlp_architect_ext.layers.bilstm import BiLstm, mirrored_rows
from nlp_architect_ext.layers.chain_operations import OPERATIONS
from nlp_architect_ext.layers.character_cnn import CharacterCnn
from nlp_architect_ext.layers.dropout import Dropout
from nlp_architect_ext.layers.operation import Places
from nlp_architect_ext.layers.word_embedding import WordEmbedding
from nlp_architect_ext.students.base import build
from nlp_architect_ext.students.chain import Chain
from nlp_architect_ext.students.cnn_lstm import CnnLstm
from nlp_architect_ext.students.id_cnn import IdCnn
from nlp_architect_ext.testing import check_student
from nlp_architect_ext.training.losses import cross_entropy

UNKNOWN = 1
every_student = pytest.mark.parametrize("student_class", [Chain, CnnLstm, IdCnn])


def _sentence(words, characters, labels=None, parts=None):
    parts = parts or [[]] * len(words)
    return EncodedSentence(
        words=np.array(words),
        characters=np.array([character for word in characters for character in word]),
        character_counts=np.array([len(word) for word in characters]),
        parts=np.array([part for word in parts for part in word], np.int64),
        part_counts=np.array([len(word) for word in parts]),
        labels=None if labels is None else np.array(labels),
    )


def _emissions(student, sentences):
    with torch.no_grad():
        return student.eval()(collate(sentences))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("cnn-lstm", {}),
        ("cnn-lstm", {"lstm_layers": 1, "lstm_width": 7, "word_dropout": 0.0}),
        ("cnn-lstm", {"head_width": 9}),
        ("cnn-lstm", {"lstm_layers": 3, "word_width": 20, "character_filters": 5}),
        ("id-cnn", {}),
        ("id-cnn", {"dilations": [1, 2, 4], "filters": 16}),
        ("id-cnn", {"dilations": [], "character_filters": 128}),
        ("chain", {}),
        ("chain", {"operations": [], "width": 32}),
        *(("chain", {"operations": [name], "width": 48}) for name in OPERATIONS),
        ("chain", {"operations": list(OPERATIONS), "width": 32, "word_width": 20}),
    ],
)
def test_built_in_students_keep_the_contract(name, arguments):
    check_student(name, **arguments)


def test_cnn_lstm_has_the_size_of_nlp_architects():
    student = CnnLstm(30_000, 100, 9)
    total = sum(parameter.numel() for parameter in student.parameters())
    assert total == pytest.approx(3.51e6, rel=0.005)
    assert total - student.word_embedding.weight.numel() == pytest.approx(0.51e6, rel=0.02)


@pytest.mark.parametrize("layers", [1, 2])
def test_the_bilstm_gives_what_packed_sequences_give(layers):
    torch.manual_seed(0)
    lengths = torch.tensor([5, 1, 7, 3])
    features = torch.randn(4, 7, 6)
    stack = [BiLstm(width, 5) for width in [6, 10][:layers]]
    expected = packed_bilstm(stack, features, lengths)
    actual = features
    for layer in stack:
        actual = layer(actual, mirrored_rows(lengths, 7))
    real = torch.arange(7) < lengths.unsqueeze(1)
    assert torch.allclose(actual[real], expected[real], atol=1e-6)


words_of_characters = st.lists(
    st.lists(st.integers(1, 9), min_size=1, max_size=12), min_size=1, max_size=6
)


@settings(deadline=None)
@given(st.lists(words_of_characters, min_size=1, max_size=3), st.integers(0, 3))
def test_the_character_cnn_gives_what_convolving_each_word_alone_gives(sentences, padding):
    torch.manual_seed(0)
    cnn = CharacterCnn(10, width=3, filters=4)
    batch = collate([_sentence([2] * len(words), words) for words in sentences])
    with torch.no_grad():
        actual = cnn(torch.nn.functional.pad(batch.characters, (0, padding)))
        for i, words in enumerate(sentences):
            for j, word in enumerate(words):
                assert torch.allclose(actual[i, j], character_features(cnn, word), atol=1e-6)
    assert not actual[~batch.mask].any()


def test_the_character_cnn_learns_as_if_each_word_were_convolved_alone():
    torch.manual_seed(0)
    cnn = CharacterCnn(10, width=3, filters=4)
    words = [[1, 2, 3], [4], [1, 2, 3], [5, 1]]
    weights = torch.randn(4, 4)
    (cnn(collate([_sentence([2] * 4, words)]).characters)[0] * weights).sum().backward()
    actual = [parameter.grad.clone() for parameter in cnn.parameters()]
    cnn.zero_grad()
    (torch.stack([character_features(cnn, word) for word in words]) * weights).sum().backward()
    for gradient, parameter in zip(actual, cnn.parameters(), strict=True):
        assert torch.allclose(gradient, parameter.grad, atol=1e-5)


def test_words_with_the_same_checksum_stay_apart(monkeypatch):
    # The checksum is then the sum: 1 2 and 2 1 have the same.
    monkeypatch.setattr(character_cnn, "MULTIPLIER", 1)
    test_the_character_cnn_learns_as_if_each_word_were_convolved_alone()
    rows = torch.tensor([[1, 2, 0], [2, 1, 0], [3, 0, 0], [1, 2, 0]])
    distinct, index = character_cnn._distinct(rows)
    assert torch.equal(distinct[index], rows)
    assert len(distinct) == 3


def test_dropout_zeroes_a_share_and_keeps_the_mean():
    torch.manual_seed(1)
    ones = torch.ones(300, 333, requires_grad=True)
    for share in (0.3, 0.5, 0.001, 0.999):
        dropped = Dropout(share)(ones)
        kept = dropped != 0
        assert kept.float().mean().item() == pytest.approx(
            1 - max(min(share, 255 / 256), 1 / 256), abs=0.005
        )
        assert dropped.mean().item() == pytest.approx(1, abs=0.02 / (1.01 - share) ** 0.5)
        assert len(dropped[kept].unique()) == 1
    assert abs(np.corrcoef(kept[:, 1:].flatten(), kept[:, :-1].flatten())[0, 1]) < 0.02
    (gradient,) = torch.autograd.grad(dropped.sum(), ones)
    assert torch.equal(gradient, dropped)


def test_dropout_is_decided_by_the_seed_and_off_when_not_training():
    torch.manual_seed(1)
    first, second = Dropout(0.3)(torch.ones(40)), Dropout(0.3)(torch.ones(40))
    torch.manual_seed(1)
    assert torch.equal(Dropout(0.3)(torch.ones(40)), first)
    assert not torch.equal(first, second)
    features = torch.randn(3, 4)
    assert torch.equal(Dropout(0.3).eval()(features), features)
    assert torch.equal(Dropout(0.0)(features), features)
    assert not Dropout(1.0)(features).any()


def test_one_very_long_word_does_not_multiply_the_work():
    cnn = CharacterCnn(10, width=3, filters=4)
    worked_on = []
    cnn.convolution.register_forward_hook(
        lambda module, inputs, output: worked_on.append(output.shape[-1])
    )
    words = [[1 + i % 9, 1 + i % 7] for i in range(200)] + [[3] * 5000]
    cnn(collate([_sentence([2] * len(words), words)]).characters)
    assert sum(worked_on) < 5000 + 3 * 200


@every_student
def test_defect_11_words_are_read_to_their_last_character_and_no_character_is_padding(
    student_class,
):
    student = student_class(3, 40, 5)
    long_word = [2] * 30
    word_ids, other_ending = [UNKNOWN], [*long_word[:-1], 3]
    one, other = (
        _emissions(student, [_sentence(word_ids, [word])]) for word in (long_word, other_ending)
    )
    assert not torch.allclose(one, other)
    single = [
        _emissions(student, [_sentence(word_ids, [[character]])]) for character in range(1, 40)
    ]
    assert len({tuple(emissions.flatten().tolist()) for emissions in single}) == 39


@every_student
def test_defect_13_emissions_do_not_depend_on_the_length_of_other_sentences(student_class):
    torch.manual_seed(0)
    student = student_class(50, 20, 5)
    with torch.no_grad():
        student.word_embedding.weight[0] = 1.0  # whatever vector padding has
    short = _sentence([2, 3, UNKNOWN], [[4], [5, 6], [7]])
    long = _sentence(list(range(2, 42)), [[1 + i % 19] * (1 + i % 25) for i in range(40)])
    alone, together = _emissions(student, [short])[0], _emissions(student, [long, short])[1, :3]
    assert (alone - together).abs().max() < 1e-6


@pytest.mark.parametrize("blocks", [1, 2, 4])
def test_defect_21_id_cnn_works_with_several_blocks_and_one_word(blocks):
    check_student(IdCnn, blocks=blocks)
    student = IdCnn(5, 5, 3, blocks=blocks)
    assert _emissions(student, [_sentence([2], [[1]])]).shape == (1, 1, 3)
    same = sum(parameter.numel() for parameter in IdCnn(5, 5, 3).parameters())
    # Blocks share their weights.
    assert sum(parameter.numel() for parameter in student.parameters()) == same


def test_more_blocks_read_further():
    """How far a changed word is felt: 1 + 1 + 2 + 1 = 5 words with a block, 4 more a block."""
    for blocks, reach in ((1, 5), (2, 9)):
        torch.manual_seed(0)
        student = IdCnn(30, 5, 3, blocks=blocks)
        for convolution in student.block:
            torch.nn.init.normal_(convolution.weight, std=0.1)
        words, changed = [2] * 21, [2] * 10 + [3] + [2] * 10
        before, after = (
            _emissions(student, [_sentence(ids, [[1]] * 21)])[0] for ids in (words, changed)
        )
        felt = (before != after).any(dim=1).nonzero().flatten().tolist()
        assert felt == list(range(10 - reach, 10 + reach + 1))


@pytest.mark.parametrize(("name", "taps"), [("conv3", 3), ("conv5", 5)])
def test_a_convolution_as_one_product_is_what_torch_convolves(name, taps):
    torch.manual_seed(0)
    operation = OPERATIONS[name](32)
    # shape: (width, taps · width) to (width, width, taps)
    weight = operation.product.weight.unflatten(1, (taps, 32)).transpose(1, 2)
    features = torch.randn(1, 9, 32)
    places = Places.of(torch.ones(1, 9, dtype=torch.bool), torch.tensor([9]))
    expected = torch.nn.functional.conv1d(
        features.transpose(1, 2), weight, operation.product.bias, padding=taps // 2
    )
    found = operation(features, places)
    assert torch.allclose(found, expected.relu().transpose(1, 2), atol=1e-5)


@pytest.mark.parametrize("taps", [3, 5, 7])
def test_a_separable_convolution_is_torchs_of_one_group_a_number(taps):
    torch.manual_seed(0)
    operation = OPERATIONS[f"separable{taps}"](32)
    features = torch.randn(1, 9, 32)
    places = Places.of(torch.ones(1, 9, dtype=torch.bool), torch.tensor([9]))
    mixed = torch.nn.functional.conv1d(
        features.transpose(1, 2), operation.depthwise.unsqueeze(1), padding=taps // 2, groups=32
    )
    expected = operation.product(mixed.transpose(1, 2)).relu()
    assert torch.allclose(operation(features, places), expected, atol=1e-5)


def test_attention_is_torchs_of_heads_of_16():
    torch.manual_seed(0)
    operation = OPERATIONS["attention"](48)
    reference = torch.nn.MultiheadAttention(48, 3, batch_first=True)
    with torch.no_grad():
        layers = (operation.query, operation.key, operation.value)
        reference.in_proj_weight.copy_(torch.cat([layer.weight for layer in layers]))
        reference.in_proj_bias.copy_(torch.cat([layer.bias for layer in layers]))
        reference.out_proj.load_state_dict(operation.output.state_dict())
    features, lengths = torch.randn(2, 9, 48), torch.tensor([9, 4])
    mask = torch.arange(9) < lengths.unsqueeze(1)
    expected, _ = reference(features, features, features, key_padding_mask=~mask)
    found = operation(features, Places.of(mask, lengths))
    assert torch.allclose(found[mask], expected[mask], atol=1e-5)


@every_student
def test_unknown_words_are_told_apart_by_their_characters(student_class):
    """All words have the id of the unknown word; character 5 alone decides on the label."""
    torch.manual_seed(0)
    words = [[1, 2], [5, 1], [2, 2, 3], [3, 5], [4], [5]]
    labels = [int(5 in word) for word in words]
    sentences = [
        _sentence([UNKNOWN] * 6, words, labels),
        _sentence([UNKNOWN] * 2, words[:2], labels[:2]),
    ]
    student = student_class(2, 6, 2, word_width=4, character_width=8, character_filters=16)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
    batch = collate(sentences)
    for _ in range(40):
        optimizer.zero_grad()
        cross_entropy(student.train()(batch), batch.labels, batch.mask).backward()
        optimizer.step()
    assert torch.equal(
        _emissions(student, sentences).argmax(2)[batch.mask], batch.labels[batch.mask]
    )


def test_defect_3_word_dropout_hides_real_words_in_training_only():
    torch.manual_seed(0)
    words = torch.randint(2, 100, (200, 50))
    words[:, 30:] = 0
    ones = words[:, 0]
    batch = Batch(
        words=words, characters=words.unsqueeze(2), lengths=ones, labels=words, is_gold=ones > 0
    )
    embedding = WordEmbedding(100, 1, dropout=0.2)
    with torch.no_grad():
        embedding.weight[:, 0] = torch.arange(100)  # a word's vector is its id
    dropped = embedding.read(batch)[:, :, 0].long()
    assert torch.equal(dropped[:, 30:], words[:, 30:])
    is_hit = dropped[:, :30] != words[:, :30]
    assert is_hit.float().mean().item() == pytest.approx(0.2, abs=0.02)
    assert (dropped[:, :30][is_hit] == UNKNOWN).all()
    assert torch.equal(embedding.eval().read(batch)[:, :, 0].long(), words)
    embedding.train().dropout = 0.0
    assert torch.equal(embedding.read(batch)[:, :, 0].long(), words)


def test_an_unknown_word_is_the_mean_of_its_parts():
    sentences = [
        _sentence([4, UNKNOWN, 3], [[1]] * 3, parts=[[], [2, 5], []]),
        _sentence([UNKNOWN, UNKNOWN], [[1]] * 2, parts=[[3], [2, 3, 7]]),
    ]
    embedding = WordEmbedding(8, 6, frozen=True)
    weight = embedding.weight
    vectors = embedding.read(collate(sentences))
    assert torch.equal(vectors[0, 0], weight[4])
    assert torch.allclose(vectors[0, 1], (weight[2] + weight[5]) / 2)
    assert torch.allclose(vectors[1, 0], weight[3])
    assert torch.allclose(vectors[1, 1], (weight[2] + weight[3] + weight[7]) / 3)
    assert not vectors[1, 2].any()
    assert not weight.requires_grad


@every_student
def test_frozen_words_stay_as_they_are(student_class):
    student = student_class(6, 3, 2, freeze_words=True)
    trained = {name for name, parameter in student.named_parameters() if parameter.requires_grad}
    assert "word_embedding.weight" not in trained
    assert len(trained) == len(list(student.parameters())) - 1


@every_student
def test_word_dropout_trains_the_unknown_word(student_class):
    torch.manual_seed(0)
    batch = collate(
        [_sentence([2, 3, 4, 5] * 10, [[1]] * 40, [0] * 40), _sentence([2], [[1]], [1])]
    )

    def gradient(word_dropout):
        student = student_class(6, 3, 2, word_dropout=word_dropout).train()
        cross_entropy(student(batch), batch.labels, batch.mask).backward()
        return student.word_embedding.weight.grad

    assert gradient(0.5)[UNKNOWN].any()
    assert not gradient(0.0)[UNKNOWN].any()
    assert not gradient(0.5)[0].any()  # padding is never trained


def test_word_embeddings_are_small_and_padding_is_zero():
    weight = WordEmbedding(1000, 100).weight
    assert not weight[0].any()
    assert 0.9 * 0.03**0.5 < weight.abs().max() <= 0.03**0.5


@every_student
def test_vectors_copied_into_word_embedding_are_used(student_class):
    student = student_class(5, 3, 2)
    sentence = _sentence([2, 3], [[1], [2]])
    before = _emissions(student, [sentence])
    with torch.no_grad():
        student.word_embedding.weight[3] = torch.ones(100)
    assert not torch.allclose(before, _emissions(student, [sentence]))


def test_build_gives_the_student_of_this_name_and_arguments():
    student = build("cnn-lstm", 10, 9, 8, {"word_width": 7})
    assert isinstance(student, CnnLstm)
    assert student.word_embedding.weight.shape == (10, 7)
    assert student.character_cnn.embedding.weight.shape[0] == 9
    assert student.output.out_features == 8


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("cnn-lstn", {}, r"one of: .*cnn-lstm.*id-cnn"),
        (
            "cnn-lstm",
            {"word_widht": 5},
            "no argument named 'word_widht'; expected some of: word_width, character_w",
        ),
        ("cnn-lstm", {"word_count": 5}, "no argument named 'word_count'"),
        ("cnn-lstm", {"dropout": 1.5}, "refused"),
        ("cnn-lstm", {"dropout": "a lot"}, "refused"),
        ("cnn-lstm", {"word_dropout": 1.0}, "word dropout 1.0; expected at least 0 and below 1"),
        ("cnn-lstm", {"lstm_layers": 0}, "0 LSTM layers"),
        ("cnn-lstm", {"lstm_width": -3}, "refused"),
        ("id-cnn", {"blocks": 0}, "0 blocks"),
        ("id-cnn", {"blocks": 1.5}, "refused"),
        ("id-cnn", {"dilations": [1, 0]}, "expected 1 to 100 blocks"),
        ("id-cnn", {"dilations": 3}, "refused"),
        ("chain", {"width": 40}, "width 40; expected a multiple of 16 from 32 to 256"),
        ("chain", {"width": 512}, "width 512; expected a multiple of 16"),
        (
            "chain",
            {"operations": ["conv3", "conv4"]},
            "operations \\['conv4'\\]; expected a list of",
        ),
        ("chain", {"operations": "lstm"}, "operations lstm; expected a list of lstm, conv3"),
    ],
)
def test_build_refuses_what_does_not_exist_in_one_line(name, arguments, message):
    with pytest.raises(UserError, match=message) as error:
        build(name, 10, 9, 8, arguments)
    assert "\n" not in str(error.value)
