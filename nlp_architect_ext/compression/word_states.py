"""An encoder's states of words, as probes ask for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.alignment import PieceWindow, pad
from nlp_architect_ext.encoders.bare import hidden_states
from nlp_architect_ext.layers.modes import mode

BATCH = 32  # windows at once, of similar length


@torch.inference_mode()
def word_states(
    encoder: transformers.PreTrainedModel,
    sentences: Sequence[Sentence],
    windows: Sequence[PieceWindow],
) -> list[NDArray[np.float32]]:
    """The last layer's state of each word's first piece, (words, width) a sentence.

    Args:
        encoder: a bare encoder.
        sentences: any.
        windows: of these sentences; words in none of them have zeros.
    """
    width: int = encoder.config.hidden_size
    found = [np.zeros((len(one.words), width), np.float32) for one in sentences]
    device = next(encoder.parameters()).device
    shortest_first = sorted(windows, key=lambda window: len(window.ids))
    with mode(encoder, training=False):
        for start in range(0, len(shortest_first), BATCH):
            part = shortest_first[start : start + BATCH]
            batch = pad(part, encoder.config.pad_token_id or 0)
            inputs = {name: tensor.to(device) for name, tensor in batch.items()}
            states = hidden_states(encoder, inputs)[-1].float().cpu().numpy()
            for rows, window in zip(states, part, strict=True):
                found[window.sentence][window.words] = rows[window.positions]
    return found
