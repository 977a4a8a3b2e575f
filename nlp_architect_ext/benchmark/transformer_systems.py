"""Transformers to compare with: random architectures, and trained token classifiers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers import BertForTokenClassification

from nlp_architect_ext.benchmark.onnx_bert import OnnxBert
from nlp_architect_ext.benchmark.random_bert import ARCHITECTURES, random_bert
from nlp_architect_ext.benchmark.system import System, in_torch
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.settings.inference import TransformerInferenceSettings
from nlp_architect_ext.taggers.transformer import TransformerTagger, load_transformer_tagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

INT8 = ":int8"  # behind a name: in ONNX Runtime with 8-bit integers


def transformer_system(name: str, labels: LabelSet, vocabulary: Vocabulary, threads: int) -> System:
    """A transformer by name, in torch, or behind `:int8` in ONNX Runtime.

    Args:
        name: `bert-base`, `bert-large`, or the folder or hub name of a token classifier.
        labels: for architectures with random weights, which are as fast as trained ones.
        vocabulary: the same; their tokenizer is made of it.
        threads: of ONNX Runtime; torch has been told its own.

    Raises:
        UserError: it can't be loaded, or not in this form.
    """
    plain = name.removesuffix(INT8)
    is_rounded = name.endswith(INT8)
    is_random = plain in ARCHITECTURES
    tagger = _random(plain, labels, vocabulary) if is_random else _trained(plain)
    classifier = tagger.transformer
    count = classifier.parameters
    size, where = 4 * count, "torch"
    if is_rounded:
        rounded = _rounded(name, classifier.model, threads)
        network: Any = rounded
        classifier.model = network
        classifier.has_types = False  # all pieces are of the first segment
        size, where = rounded.bytes, "ONNX Runtime int8"
    network = classifier.model
    system = in_torch(f"{Path(plain).name}, {where}", tagger, network, count, size)
    return replace(system, label=None) if is_random else system


def _random(name: str, labels: LabelSet, vocabulary: Vocabulary) -> TransformerTagger:
    model, tokenizer = random_bert(name, len(labels), vocabulary)
    classifier = TransformerTokenClassifier(model, tokenizer, labels.names, labels, name=name)
    return TransformerTagger(classifier, "whitespace", "en")


def _trained(name: str) -> TransformerTagger:
    settings = TransformerInferenceSettings(
        model_path=name, data_file="-", output_dir="-", tokenizer="whitespace", precision="fp32"
    )
    return load_transformer_tagger(settings, torch.device("cpu"))


def _rounded(name: str, model: Any, threads: int) -> OnnxBert:
    if not isinstance(model, BertForTokenClassification):
        raise UserError(
            where=f"--against {name}",
            wrong=f"is a {type(model).__name__}",
            expected="a BERT, which alone is written for ONNX Runtime",
            remedy="leave out :int8",
        )
    return OnnxBert(model, threads)
