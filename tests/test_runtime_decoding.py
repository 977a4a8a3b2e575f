"""Decoding in numpy against decoding in torch, where Viterbi is needed and where it isn't."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.runtime import decoding
from nlp_architect_ext.runtime.decoding import Decoding, PairScores, marginals

LABELS = LabelSet.for_types(["LOC", "PER"])


def both(use_crf, bias, seed, strength):
    """The same decoder twice, its pair scores as strong as emissions."""
    torch.manual_seed(seed)
    decoder = Decoder(LABELS, use_crf, bias)
    if decoder.crf is None:
        return decoder, Decoding(LABELS, None, bias)
    crf = decoder.crf
    with torch.no_grad():
        scores = [tensor.normal_(std=strength) for tensor in (crf.transitions, crf.start, crf.end)]
    pairs = PairScores(*(tensor.detach().numpy().copy() for tensor in scores))
    return decoder, Decoding(LABELS, pairs, bias)


@settings(max_examples=150, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    use_crf=st.booleans(),
    bias=st.sampled_from([0.0, -1.5, 1.0]),
    strength=st.sampled_from([0.3, 2.0, 8.0, 40.0]),
    seed=st.integers(0, 10_000),
)
def test_labels_and_probabilities_are_torchs(lengths, use_crf, bias, strength, seed):
    decoder, own = both(use_crf, bias, seed, strength / 4)
    emissions = strength * torch.randn(len(lengths), max(lengths), len(LABELS))
    expected, chances = decoder.decode(emissions, torch.tensor(lengths))
    labels, found = own.decode(emissions.numpy().copy(), np.array(lengths))
    for row, length in enumerate(lengths):
        assert labels[row, :length].tolist() == expected[row, :length].tolist()
        assert found[row, :length] == pytest.approx(chances[row, :length].numpy(), abs=1e-4)


def test_viterbi_is_asked_only_where_there_is_a_doubt(monkeypatch):
    asked = []
    whole = decoding.viterbi
    monkeypatch.setattr(
        decoding, "viterbi", lambda *given: asked.append(len(given[0])) or whole(*given)
    )
    _, own = both(True, 0.0, seed=1, strength=0.5)
    emissions = np.zeros((2, 6, len(LABELS)), np.float32)
    emissions[0, :, 0] = 20  # certain
    own.decode(emissions.copy(), np.array([6, 6]))
    assert asked == [1]
    own.decode(emissions[:1].copy(), np.array([6]))
    assert asked == [1]


@pytest.mark.parametrize("steep", [5.0, 70.0, 340.0])
def test_a_path_of_unlikely_steps_is_still_a_number(steep):
    """Emissions insist on a change of labels at each word, against the transitions."""
    zeros = np.zeros(2, np.float32)
    pairs = PairScores(np.float32([[0, -steep], [-steep, 0]]), zeros, zeros)
    wanted = np.arange(40) % 2
    emissions = np.float32(2000 * np.eye(2)[wanted])
    found = marginals(emissions[None], np.array([40]), pairs)[0]
    assert found == pytest.approx(np.eye(2)[wanted])
