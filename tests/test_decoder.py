import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import all_scores, is_legal, label_probabilities, softmax

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.layers.crf import word_mask
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.training.losses import cross_entropy, task_loss

LABELS = LabelSet.for_types(["PER", "LOC"])  # O, B-LOC, I-LOC, B-PER, I-PER
with_and_without_crf = pytest.mark.parametrize("use_crf", [False, True], ids=["softmax", "crf"])


def _decoder(use_crf, labels=LABELS, seed=0):
    torch.manual_seed(seed)
    decoder = Decoder(labels, use_crf)
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter.normal_(0, 2)
    return decoder


def _pair_scores(decoder):
    if decoder.crf is None:
        count = len(decoder.legal_start)
        return np.zeros((count, count)), np.zeros(count), np.zeros(count)
    return tuple(
        score.detach().numpy()
        for score in (decoder.crf.transitions, decoder.crf.start, decoder.crf.end)
    )


@with_and_without_crf
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), lengths=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_decodes_the_best_of_the_legal_sequences_and_its_probabilities(use_crf, seed, lengths):
    decoder = _decoder(use_crf, seed=seed)
    emissions = torch.randn(len(lengths), max(lengths), len(LABELS)) * 2
    best, probabilities = decoder.decode(emissions, torch.tensor(lengths))
    for row, chances, sentence, length in zip(
        best.tolist(), probabilities, emissions.numpy(), lengths, strict=True
    ):
        sentence = sentence[:length].astype(np.float64)
        scores = {
            y: s
            for y, s in all_scores(sentence, *_pair_scores(decoder)).items()
            if is_legal(y, LABELS)
        }
        chosen = tuple(row[:length])
        assert is_legal(chosen, LABELS)
        assert scores[chosen] == pytest.approx(max(scores.values()), abs=1e-4)
        table = label_probabilities(sentence, *_pair_scores(decoder))
        assert np.allclose(
            chances[:length], [table[word, label] for word, label in enumerate(chosen)], atol=1e-4
        )
        assert not any(row[length:])
        assert not chances[length:].any()


def test_defect_2_the_crf_decides_at_inference():
    """Emissions slightly prefer B-PER B-PER; the CRF has learnt that I-PER follows B-PER."""
    decoder = _decoder(use_crf=True)
    ids = LABELS.ids
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter.zero_()
        decoder.crf.transitions[ids["B-PER"], ids["I-PER"]] = 5.0
    emissions = torch.zeros(1, 2, len(LABELS))
    emissions[0, :, ids["B-PER"]] = 1.0
    best, _ = decoder.decode(emissions, torch.tensor([2]))
    assert emissions.argmax(2).tolist() == [[ids["B-PER"]] * 2]
    assert best.tolist() == [[ids["B-PER"], ids["I-PER"]]]


@with_and_without_crf
@pytest.mark.parametrize("scale", [1e4, 1e6])
def test_no_emissions_are_strong_enough_for_an_illegal_sequence(use_crf, scale):
    emissions = torch.zeros(1, 3, len(LABELS))
    emissions[0, 0, LABELS.ids["I-PER"]] = emissions[0, 1, LABELS.ids["I-LOC"]] = scale
    best, _ = _decoder(use_crf).decode(emissions, torch.tensor([3]))
    assert is_legal(best[0].tolist(), LABELS)


def test_softmax_keeps_the_most_probable_labels_where_they_are_legal():
    torch.manual_seed(0)
    emissions, lengths = torch.randn(200, 3, len(LABELS)), torch.tensor([1, 2, 3, 3] * 50)
    best, probabilities = _decoder(use_crf=False).decode(emissions, lengths)
    is_legal_already = [
        is_legal(row[:n], LABELS)
        for row, n in zip(emissions.argmax(2).tolist(), lengths, strict=True)
    ]
    assert 0 < sum(is_legal_already) < 200
    for index, length in enumerate(lengths.tolist()):
        if is_legal_already[index]:
            assert torch.equal(best[index, :length], emissions[index, :length].argmax(1))
            expected = softmax(emissions[index, 0].numpy()).max()
            assert probabilities[index, 0].item() == pytest.approx(expected, abs=1e-5)


def test_plain_labels_follow_each_other_freely():
    torch.manual_seed(0)
    labels = LabelSet.plain(["NOUN", "VERB", "ADJ"])
    emissions = torch.randn(5, 4, 3)
    best, _ = _decoder(False, labels).decode(emissions, torch.full((5,), 4))
    assert torch.equal(best, emissions.argmax(2))


@with_and_without_crf
def test_one_sentence_decodes_as_it_does_among_others(use_crf):
    torch.manual_seed(0)
    emissions, lengths = torch.randn(20, 6, len(LABELS)) * 2, torch.arange(20) % 6 + 1
    decoder = _decoder(use_crf)
    best, probabilities = decoder.decode(emissions, lengths)
    for index, length in enumerate(lengths.tolist()):
        alone, chances = decoder.decode(
            emissions[index : index + 1, :length], torch.tensor([length])
        )
        assert torch.equal(alone[0], best[index, :length])
        assert torch.allclose(chances[0], probabilities[index, :length], atol=1e-6)


def test_softmax_task_loss_is_the_cross_entropy_of_labelled_words():
    emissions, labels = torch.randn(2, 3, len(LABELS)), torch.tensor([[1, 2, 0], [3, 4, 4]])
    mask = torch.tensor([[True, True, False], [True, False, True]])
    loss = task_loss(_decoder(False), emissions, labels, torch.tensor([2, 3]), mask)
    assert torch.equal(loss, cross_entropy(emissions, labels, mask))


def test_crf_task_loss_leaves_words_without_a_label_out():
    """As if the sentence didn't have them; a sentence without any label doesn't count."""
    torch.manual_seed(0)
    decoder = _decoder(True)
    emissions = torch.randn(3, 4, len(LABELS), requires_grad=True)
    labels = torch.tensor([[1, 0, 2, 4], [0, 0, 0, 0], [3, 4, 0, 0]])
    mask = torch.tensor([[True, False, True, True], [False] * 4, [True, True, False, False]])
    lengths = torch.tensor([4, 3, 2])
    loss = task_loss(decoder, emissions, labels, lengths, mask)
    shorter = torch.stack([emissions[0, [0, 2, 3]], emissions[2, :3]])
    expected = task_loss(
        decoder,
        shorter,
        torch.tensor([[1, 2, 4], [3, 4, 0]]),
        torch.tensor([3, 2]),
        word_mask(shorter, torch.tensor([3, 2])),
    )
    assert loss.item() == pytest.approx(expected.item())
    (gradient,) = torch.autograd.grad(loss, emissions)
    assert gradient[mask].any(dim=1).all()
    assert not gradient[~mask].any()


@with_and_without_crf
def test_task_loss_without_any_label_is_zero_with_a_graph(use_crf):
    emissions = torch.randn(2, 3, len(LABELS), requires_grad=True)
    nothing = torch.zeros(2, 3, dtype=torch.long)
    loss = task_loss(_decoder(use_crf), emissions, nothing, torch.tensor([2, 3]), nothing.bool())
    loss.backward()
    assert loss.item() == 0
    assert not emissions.grad.any()


def test_only_a_crf_has_weights_to_save():
    assert not _decoder(False).state_dict()
    saved = _decoder(True, seed=1).state_dict()
    loaded = _decoder(True, seed=2)
    loaded.load_state_dict(saved)
    emissions, lengths = torch.randn(3, 4, len(LABELS)), torch.tensor([4, 2, 1])
    assert torch.equal(
        loaded.decode(emissions, lengths)[1], _decoder(True, seed=1).decode(emissions, lengths)[1]
    )
