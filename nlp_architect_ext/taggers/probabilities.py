"""What a tagger finds, with the probabilities of all labels beside those of the chosen ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.runtime.batching import in_order
from nlp_architect_ext.runtime.text_tagger import Prediction
from nlp_architect_ext.taggers.emitted import Emitted
from nlp_architect_ext.taggers.neural import NeuralTagger, Numbers


def with_probabilities(
    tagger: NeuralTagger, sentences: Sequence[Sentence]
) -> tuple[list[Prediction], list[Numbers]]:
    """The tagger's predictions, and its probabilities (words, labels) of each sentence.

    The network runs once. The bias of O is in both.
    """
    emitted = list(tagger.emitted(sentences))
    biased = (_biased(tagger, one).log_probabilities(tagger.decoder) for one in emitted)
    rows = ((one.indices, [np.exp(row) for row in one.rows()]) for one in biased)
    none = np.zeros((0, len(tagger.labels)), np.float32)
    return tagger.decoded(emitted, len(sentences)), in_order(len(sentences), rows, none)


def _biased(tagger: NeuralTagger, one: Emitted) -> Emitted:
    """The scores as the decoder takes them at prediction."""
    outside, bias = tagger.labels.outside, tagger.decoder.outside_bias
    if outside is None or not bias:
        return one
    emissions = one.emissions.clone()
    emissions[:, :, outside] += bias
    return replace(one, emissions=emissions)
