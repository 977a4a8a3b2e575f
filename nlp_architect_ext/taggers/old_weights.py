"""The weights of NLP Architect's networks as those of our students, number for number.

Label 0 is left out: it's padding's, and no word that a network learnt from has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from nlp_architect_ext.data.old_vocabulary import SHAPES, OldVocabulary
from nlp_architect_ext.data.vocabulary import PADDING
from nlp_architect_ext.layers.bilstm import BIASES

Weights = dict[str, Tensor]

LSTM = ("weight_ih_l0", "weight_hh_l0", *BIASES)  # names of torch's
KERNEL = 3  # neighbours that our convolutions read, the word or character itself among them
SILENT = -1e6  # what no feature of a network outweighs


@dataclass(frozen=True)
class Imported:
    """A student of ours with the weights of an old network.

    Args:
        student: its registered name.
        arguments: of its constructor.
        weights: its state.
    """

    student: str
    arguments: dict[str, Any]
    weights: Weights


def cnn_lstm(
    old: Mapping[str, Tensor],
    arguments: Mapping[str, Any],
    vocabulary: OldVocabulary,
    labels: Sequence[int],
) -> Imported:
    """The network CNNLSTM as the student `cnn-lstm`, which computes the same.

    Args:
        old: the network's state.
        arguments: those that its state doesn't tell.
        vocabulary: words and characters, as ids.
        labels: ids of the labels that are kept, in their new order.

    Raises:
        KeyError: a weight is missing.
        ValueError: something that the student can't compute.
    """
    layer_count = sum(name.startswith("lstm.weight_ih") for name in old) // 2
    if "lstm.weight_ih_l0_reverse" not in old:
        raise ValueError("its LSTM reads in one direction; expected two")
    weights = {
        "word_embedding.weight": _words(old, vocabulary.word_count),
        "character_cnn.embedding.weight": _letters(old),
        "character_cnn.convolution.weight": _convolution(old["conv1.weight"]),
        "character_cnn.convolution.bias": old["conv1.bias"],
        "output.weight": old["dense.weight"][labels],
        "output.bias": old["dense.bias"][labels],
    }
    for layer in range(layer_count):
        for name in LSTM:
            before = f"lstm.{name.removesuffix('0')}{layer}"
            weights[f"layers.{layer}.rightward.{name}"] = old[before]
            weights[f"layers.{layer}.leftward.{name}"] = old[f"{before}_reverse"]
    own = {
        **_widths(weights),
        "lstm_width": weights["layers.0.rightward.weight_hh_l0"].shape[1],
        "lstm_layers": layer_count,
        "dropout": arguments["dropout"],
        "word_dropout": 0.0,
        "input_skip": False,
    }
    return Imported("cnn-lstm", own, weights)


def id_cnn(
    old: Mapping[str, Tensor],
    arguments: Mapping[str, Any],
    vocabulary: OldVocabulary,
    labels: Sequence[int],
) -> Imported:
    """The network IDCNN as the student `id-cnn`, which computes the same; see `cnn_lstm`.

    The student has no word shapes, so they are characters here: each switches on a feature of the
    character CNN, and the first convolution gives it the weights that it gave to the shape's
    vector.
    """
    if arguments["blocks"] != 1:
        raise ValueError(f"{arguments['blocks']} blocks; expected 1: with more it never ran")
    layer_count = sum(name.startswith("cnv_layers.") for name in old) // 2
    if len(arguments["dilations"]) != layer_count:
        raise ValueError(f"{layer_count} convolutions and dilations {arguments['dilations']}")
    first = _convolution(old["conv0.weight"])
    shape_vectors = old["shape_embeddings.weight"][1 : SHAPES + 1]
    word_width = old["word_embeddings.weight"].shape[1]
    words, others = first[:, :word_width], first[:, word_width:]
    shapes, characters = others.split_with_sizes(
        [shape_vectors.shape[1], others.shape[1] - shape_vectors.shape[1]], dim=1
    )
    # shape: (filters, shapes, 3)
    of_shapes = torch.einsum("fwk,sw->fsk", shapes.double(), shape_vectors.double()).float()
    weights = {
        "word_embedding.weight": _words(old, vocabulary.word_count),
        **_characters_and_shapes(old, 1 + vocabulary.other_letter),
        "first.weight": torch.cat([words, characters, of_shapes], dim=1),
        "first.bias": old["conv0.bias"],
        "output.weight": old["dense.weight"][labels],
        "output.bias": old["dense.bias"][labels],
    }
    for layer in range(layer_count):
        weights[f"block.{layer}.weight"] = _convolution(old[f"cnv_layers.{layer}.weight"])
        weights[f"block.{layer}.bias"] = old[f"cnv_layers.{layer}.bias"]
    own = {
        **_widths(weights),
        "filters": first.shape[0],
        "dilations": arguments["dilations"],
        "input_dropout": arguments["input_dropout"],
        "block_dropout": arguments["middle_dropout"],
        "output_dropout": arguments["hidden_dropout"],
        "word_dropout": 0.0,
    }
    return Imported("id-cnn", own, weights)


def crf(old: Mapping[str, Tensor], labels: Sequence[int]) -> Weights:
    """The scores of label pairs of the labels that are kept.

    Raises:
        KeyError: a weight is missing.
    """
    return {
        "transitions": old["transitions"][labels][:, labels],
        "start_transitions": old["start_transitions"][labels],
        "end_transitions": old["end_transitions"][labels],
    }


def _words(old: Mapping[str, Tensor], word_count: int) -> Tensor:
    """Vectors of the word ids (words, width); the old table has rows that no word has."""
    vectors = old["word_embeddings.weight"][:word_count].clone()
    vectors[PADDING] = 0
    return vectors


def _letters(old: Mapping[str, Tensor]) -> Tensor:
    """Vectors of the character ids (characters, width): padding's, and one later than before."""
    return pad(old["char_embeddings.weight"], (0, 0, 1, 0))


def _characters_and_shapes(old: Mapping[str, Tensor], letter_count: int) -> Weights:
    """A character CNN whose last features each tell one shape, the others nothing of it."""
    if "char_conv.weight" in old:
        letters, filters = _letters(old), _convolution(old["char_conv.weight"])
        bias = old["char_conv.bias"]
    else:
        letters, filters = torch.zeros(letter_count, 0), torch.zeros(0, 0, KERNEL)
        bias = torch.zeros(0)
    one_each = torch.eye(SHAPES)
    # shape: (letters + shapes, width + shapes)
    vectors = pad(letters, (0, SHAPES, 0, SHAPES))
    vectors[-SHAPES:, -SHAPES:] = one_each
    # shape: (filters + shapes, width + shapes, 3)
    weight = pad(filters, (0, 0, 0, SHAPES, 0, SHAPES))
    weight[:-SHAPES, -SHAPES:, KERNEL // 2] = SILENT
    weight[-SHAPES:, -SHAPES:, KERNEL // 2] = one_each
    return {
        "character_cnn.embedding.weight": vectors,
        "character_cnn.convolution.weight": weight,
        "character_cnn.convolution.bias": pad(bias, (0, SHAPES)),
    }


def _convolution(weight: Tensor) -> Tensor:
    if weight.shape[2] != KERNEL:
        raise ValueError(f"a convolution over {weight.shape[2]}; expected {KERNEL}")
    return weight


def _widths(weights: Weights) -> dict[str, int]:
    """What both students call the widths of their features."""
    return {
        "word_width": weights["word_embedding.weight"].shape[1],
        "character_width": weights["character_cnn.embedding.weight"].shape[1],
        "character_filters": weights["character_cnn.convolution.weight"].shape[0],
    }
