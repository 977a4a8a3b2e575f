"""States of words, against the encoder asked sentence by sentence."""

from __future__ import annotations

import numpy as np
import torch

from nlp_architect_ext.compression.word_states import word_states
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.bare import BareEncoder
from nlp_architect_ext.encoders.folder import find


def test_each_word_has_the_state_of_its_first_piece(encoder):
    bare = BareEncoder(find(encoder))
    sentences = [Sentence(tuple(text.split())) for text in ("Oslo", "Anna lives in New York .")]
    sentences.append(Sentence(("Anna", "\u200b", "lives")))  # no piece for the word in the middle
    found = word_states(bare.model, sentences, bare.aligner.windows(sentences))
    assert [rows.shape for rows in found] == [(1, 32), (6, 32), (3, 32)]
    assert not found[2][1].any()
    for sentence, rows in zip(sentences, found, strict=True):
        encoding = bare.tokenizer.encode(" ".join(sentence.words))
        with torch.inference_mode():
            states = bare.model(torch.tensor([encoding.ids])).last_hidden_state[0].numpy()
        for index, word in enumerate(sentence.words):
            if rows[index].any():
                start = " ".join(sentence.words[:index]) + (" " if index else "")
                piece = [begin for begin, _ in encoding.offsets].index(len(start), 1)
                assert word.startswith(encoding.tokens[piece])
                np.testing.assert_allclose(rows[index], states[piece], atol=1e-5)
