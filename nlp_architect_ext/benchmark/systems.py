"""The systems compared: the student in its forms, transformers, spaCy."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nlp_architect_ext.benchmark.onnx_bert import OnnxBert
from nlp_architect_ext.benchmark.random_bert import ARCHITECTURES, random_bert
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.folder import export_of, size_of
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.settings.inference import TransformerInferenceSettings
from nlp_architect_ext.taggers.folder import NEEDED, holds_model
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.transformer import TransformerTagger, load_transformer_tagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

SPACY = "spacy"
INT8 = ":int8"  # behind the name of an architecture: in ONNX Runtime with 8-bit integers


@dataclass(frozen=True)
class System:
    """One thing to measure.

    Args:
        name: what it's called in tables.
        tag: finds entities, with scores if it has any, in sentences of words; all of them are one
            batch.
        network: of such a batch, what the network alone computes, each time it's called.
        parameters: numbers that it has learnt, or 0 if that isn't known.
        bytes: on disk, or 0 for one that has no file.
    """

    name: str
    tag: Callable[[Sequence[Sentence]], Any]
    network: Callable[[Sequence[Sentence]], Callable[[], Any]]
    parameters: int = 0
    bytes: int = 0


def student_systems(model_dir: Path, scratch: Path, threads: int) -> list[System]:
    """The export of the model, made in `scratch` if there is none, and the model in torch, if any.

    Raises:
        UserError: no tagger.
    """
    export = export_of(model_dir)
    if export == model_dir:
        return [_exported(model_dir, threads)]
    tagger = NeuralTagger.load(model_dir)
    if export is None:
        export = scratch / "export"
        tagger.export(export)
    parameters = sum(parameter.numel() for parameter in tagger.model.parameters())
    size = sum((model_dir / name).stat().st_size for name in NEEDED)
    return [
        _exported(export, threads),
        _in_torch("student, torch", tagger, tagger.model["student"], parameters, size),
    ]


def _another_student(folder: Path, threads: int) -> System:
    """The export of a model to compare with, by the name of its folder."""
    with tempfile.TemporaryDirectory() as scratch:
        export, *_ = student_systems(folder, Path(scratch), threads)
    return replace(export, name=f"{folder.name}, export")


def _exported(folder: Path, threads: int) -> System:
    tagger = Tagger.load(folder, threads)
    return System(
        "student, export",
        lambda batch: tagger.predict(batch, len(batch)),
        lambda batch: tagger.network(batch, len(batch)),
        bytes=size_of(folder),
    )


def _in_torch(
    name: str, tagger: TextTagger, network: nn.Module, parameters: int, size: int
) -> System:
    """A tagger whose network is a module, and the inputs that it had while it tagged a batch."""

    def tag(batch: Sequence[Sentence]) -> Any:
        return tagger.predict(batch, len(batch))

    def replay(batch: Sequence[Sentence]) -> Callable[[], Any]:
        calls: list[tuple[Any, Any]] = []
        handle = network.register_forward_pre_hook(
            lambda _, *given: calls.append(given), with_kwargs=True
        )
        tag(batch)
        handle.remove()
        return torch.inference_mode()(
            lambda: [network(*arguments, **named) for arguments, named in calls]
        )

    return System(name, tag, replay, parameters, size)


def rival(name: str, labels: LabelSet, vocabulary: Vocabulary, threads: int) -> System:
    """A system by name.

    `bert-base`, `bert-large`, `bert-base:int8`, `spacy`, or the folder of a student or a token
    classifier.

    Args:
        name: its name; of a student the folder, of a token classifier the folder or hub name.
        labels: for architectures with random weights, which are as fast as trained ones.
        vocabulary: the same; their tokenizer is made of it.
        threads: of ONNX Runtime; torch has been told its own.

    Raises:
        UserError: it can't be loaded.
    """
    if name == SPACY:
        return _spacy(labels)
    architecture = name.removesuffix(INT8)
    if architecture in ARCHITECTURES:
        return _architecture(name, architecture, labels, vocabulary, threads)
    if holds_model(Path(name)):
        return _another_student(Path(name), threads)
    settings = TransformerInferenceSettings(
        model_path=name, data_file="-", output_dir="-", tokenizer="whitespace", precision="fp32"
    )
    tagger = load_transformer_tagger(settings, torch.device("cpu"))
    count = tagger.transformer.parameters
    return _in_torch(
        f"{Path(name).name}, torch", tagger, tagger.transformer.model, count, 4 * count
    )


def _architecture(
    name: str, architecture: str, labels: LabelSet, vocabulary: Vocabulary, threads: int
) -> System:
    model, tokenizer = random_bert(architecture, len(labels), vocabulary)
    count = sum(parameter.numel() for parameter in model.parameters())
    rounded = OnnxBert(model, threads) if name.endswith(INT8) else None
    network: Any = rounded or model
    classifier = TransformerTokenClassifier(network, tokenizer, labels.names, labels, name=name)
    tagger = TransformerTagger(classifier, "whitespace", "en")
    where = "ONNX Runtime int8" if rounded else "torch"
    size = rounded.bytes if rounded else 4 * count
    return _in_torch(f"{architecture}, {where}", tagger, network, count, size)


def _spacy(labels: LabelSet) -> System:
    """The entity recogniser of spaCy's small pipelines with random weights."""
    import spacy
    from spacy.tokens import Doc

    pipeline = spacy.blank("en")
    recogniser: Any = pipeline.add_pipe("ner")
    for type_ in sorted({name[2:] for name in labels.names if "-" in name}) or ["X"]:
        recogniser.add_label(type_)
    pipeline.initialize()

    def documents(batch: Sequence[Sentence]) -> list[Doc]:
        return [Doc(pipeline.vocab, words=list(sentence.words)) for sentence in batch]

    def tag(batch: Sequence[Sentence]) -> list[Any]:
        return [doc.ents for doc in recogniser.pipe(documents(batch), batch_size=len(batch))]

    def network(batch: Sequence[Sentence]) -> Callable[[], Any]:
        docs = documents(batch)
        return lambda: recogniser.predict(docs)

    return System("spaCy's NER component", tag, network)


def check_names(names: Sequence[str]) -> None:
    """Whether every system has a name of its own.

    Raises:
        UserError: one is there twice.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(
            where="--against",
            wrong=f"{twice[0]!r} is there twice",
            expected="systems of different names",
            remedy="leave one out, or rename its folder",
        )
