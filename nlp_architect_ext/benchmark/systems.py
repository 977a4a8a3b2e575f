"""What is compared: the student in its forms, transformers, spaCy; each finds the entities of sentences of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from nlp_architect_ext.errors import UserError
from nlp_architect_ext.exporting import write_export
from nlp_architect_ext.labels import LabelSet
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.folder import export_of
from nlp_architect_ext.sentence import Sentence
from nlp_architect_ext.settings import TransformerInferenceSettings
from nlp_architect_ext.tagger import NeuralTagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier
from nlp_architect_ext.transformer_run import TransformerTagger, load_transformer_tagger
from nlp_architect_ext.vocabulary import Vocabulary

ARCHITECTURES: dict[str, dict[str, Any]] = {  # Devlin et al. (2019), "BERT", section 3
    "bert-base": {},
    "bert-large": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096},
}
SPACY = "spacy"


@dataclass(frozen=True)
class System:
    """One thing to measure.

    Args:
        name: what it's called in tables.
        tag: finds entities, with scores if it has any, in sentences of words; all of them are one batch.
        parameters: numbers that it has learnt, or 0 if that isn't known.
        bytes: on disk, or 0 for one that has no file.
    """

    name: str
    tag: Callable[[Sequence[Sentence]], Any]
    parameters: int = 0
    bytes: int = 0


def student_systems(model_dir: Path, scratch: Path, threads: int) -> list[System]:
    """The export of the model, made in `scratch` if there is none, and the model in torch, if it's there too.

    Raises:
        UserError: no tagger.
    """
    export = export_of(model_dir)
    if export == model_dir:
        return [_exported(model_dir, threads)]
    tagger = NeuralTagger.load(model_dir, use_export=False)
    if export is None:
        export = scratch / "export"
        student = tagger.model["student"]
        write_export(export, student, tagger.decoder, tagger.config, tagger.vocabulary, "int8")
    parameters = sum(parameter.numel() for parameter in tagger.model.parameters())
    size = sum((model_dir / name).stat().st_size for name in ("model.safetensors", "vocabulary.json", "config.json"))
    in_torch = System("student, torch", lambda batch: tagger.predict(batch, len(batch)), parameters, size)
    return [_exported(export, threads), in_torch]


def _exported(folder: Path, threads: int) -> System:
    tagger = Tagger.load(folder, threads)
    size = sum(path.stat().st_size for path in folder.iterdir())
    return System("student, export", lambda batch: tagger.predict(batch, len(batch)), 0, size)


def rival(name: str, labels: LabelSet, vocabulary: Vocabulary) -> System:
    """A system to compare with: `bert-base`, `bert-large`, `spacy`, or a token classifier, folder or hub name.

    Args:
        name: its name.
        labels: for architectures with random weights, which are as fast as trained ones.
        vocabulary: the same; their tokenizer is made of it.

    Raises:
        UserError: it can't be loaded.
    """
    if name == SPACY:
        return _spacy(labels)
    if name in ARCHITECTURES:
        tagger = TransformerTagger(_random_bert(name, labels, vocabulary), "whitespace", "en")
    else:
        settings = TransformerInferenceSettings(model_path=name, data_file="-", output_dir="-", tokenizer="whitespace")
        tagger = load_transformer_tagger(settings, torch.device("cpu"))
    count = tagger.transformer.parameters
    return System(f"{Path(name).name}, torch", lambda batch: tagger.predict(batch, len(batch)), count, 4 * count)


def _random_bert(name: str, labels: LabelSet, vocabulary: Vocabulary) -> TransformerTokenClassifier:
    from tokenizers import Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import WordPiece
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertForTokenClassification

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = [*special, *vocabulary.words, *(f"##{piece}" for piece in vocabulary.pieces)]
    alphabet = [*vocabulary.characters, *(f"##{character}" for character in vocabulary.characters)]
    ids = {piece: number for number, piece in enumerate(dict.fromkeys([*pieces, *alphabet]))}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))  # noqa: S106 (a word piece)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(token, ids[token]) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    sizes: dict[str, Any] = {"vocab_size": len(ids), "num_labels": len(labels), **ARCHITECTURES[name]}
    config = BertConfig(pad_token_id=0, **sizes)
    with torch.random.fork_rng():
        model = BertForTokenClassification(config).eval().requires_grad_(False)
    return TransformerTokenClassifier(model, tokenizer, labels.names, labels, name=name)


def _spacy(labels: LabelSet) -> System:
    """The entity recogniser of spaCy's small pipelines with random weights: tok2vec and transition-based parser."""
    import spacy
    from spacy.tokens import Doc

    pipeline = spacy.blank("en")
    recogniser: Any = pipeline.add_pipe("ner")
    for type_ in sorted({name[2:] for name in labels.names if "-" in name}) or ["X"]:
        recogniser.add_label(type_)
    pipeline.initialize()

    def tag(batch: Sequence[Sentence]) -> list[Any]:
        docs = [Doc(pipeline.vocab, words=list(sentence.words)) for sentence in batch]
        return [doc.ents for doc in recogniser.pipe(docs, batch_size=len(docs))]

    return System("spaCy's NER component", tag)


def check_names(names: Sequence[str]) -> None:
    """Whether names can be systems at all.

    Raises:
        UserError: one is given twice.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError("--against", f"{twice[0]!r} is given twice", "each system once", "leave one out")
