"""A trained student for `nlp_architect_ext.runtime`: tables, an ONNX graph, splitting rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor, nn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import to_text, write_manifest
from nlp_architect_ext.core.rounding import rounded
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.layers.network_file import NetworkFile
from nlp_architect_ext.layers.onnx_graph import FEATURES, LENGTHS, OnnxGraph, quantized
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.folder import (
    CONFIG,
    GRAPH,
    NETWORK,
    PAIRS,
    RULES,
    VOCABULARY,
    WEIGHTS,
)
from nlp_architect_ext.students.base import Exportable, NativelyExportable
from nlp_architect_ext.taggers.spacy_rules import spacy_rules


def write_export(
    folder: Path,
    student: nn.Module,
    decoder: Decoder,
    config: TaggerConfig,
    vocabulary: Vocabulary,
    *,
    precision: str,
) -> None:
    """Write the files that `runtime.Tagger.load` reads, the manifest last.

    Args:
        folder: made if need be.
        student: trained.
        decoder: trained with it.
        config: of the tagger.
        vocabulary: of the tagger.
        precision: "int8" rounds word vectors, LSTMs and large products to 8 bits; "fp32" changes
            nothing.

    Raises:
        UserError: the student doesn't offer what an export needs.
    """
    if not isinstance(student, Exportable):
        offered = ("word_embedding", "character_cnn", "write_onnx")
        needs = [name for name in offered if not hasattr(student, name)]
        raise UserError(
            where=f"student {config.student!r}",
            wrong=f"has no {', '.join(needs)}",
            expected="what students.base.Exportable describes",
            remedy="add it to the student",
        )
    weights = _weights(student, decoder, precision)
    graph = _graph(student, weights, len(config.labels["names"]), precision)
    rules = spacy_rules(config.language) if config.tokenizer == "spacy" else None
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write_text(folder / CONFIG, to_text(config.to_json()))
    atomic_write_text(folder / VOCABULARY, _one_line(vocabulary.to_json()))
    atomic_write_text(folder / RULES, _one_line(None if rules is None else rules.to_json()))
    atomic_write_bytes(folder / WEIGHTS, save(weights))
    atomic_write_bytes(folder / GRAPH, graph)
    if isinstance(student, NativelyExportable):
        network = NetworkFile(precision)
        student.write_network(network)
        atomic_write_bytes(folder / NETWORK, network.content())
    write_manifest(folder)


def _one_line(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"


def _weights(student: Exportable, decoder: Decoder, precision: str) -> dict[str, NDArray[Any]]:
    """The arrays that `runtime.word_features` and `runtime.decoding` compute with."""
    convolution = student.character_cnn.convolution
    assert convolution.bias is not None
    tensors: dict[str, Tensor] = {
        "word_vectors": student.word_embedding.weight,
        "character_vectors": student.character_cnn.embedding.weight,
        "character_filters": convolution.weight,
        "character_bias": convolution.bias,
    }
    if decoder.crf is not None:
        tensors |= {name: getattr(decoder.crf, name) for name in PAIRS}
    weights = {
        name: np.ascontiguousarray(tensor.detach().cpu().float().numpy())
        for name, tensor in tensors.items()
    }
    if precision == "int8":
        integers, scales = rounded(weights["word_vectors"])
        weights |= {"word_vectors": integers, "word_scale": scales[:, None]}
    return weights


def _graph(
    student: Exportable, weights: dict[str, NDArray[Any]], label_count: int, precision: str
) -> bytes:
    graph = OnnxGraph()
    emissions = student.write_onnx(graph, FEATURES, LENGTHS)
    width = weights["word_vectors"].shape[1] + len(weights["character_bias"])
    model = graph.finish(emissions, width, label_count)
    content = bytes(model.SerializeToString())
    # Other operators are small, and faster as they are.
    return quantized(content, graph.large) if precision == "int8" and graph.large else content
