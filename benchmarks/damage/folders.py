"""Small folders of every kind that users load, with random weights; and how each is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.runtime.folder import ORIGIN, export_of, read_origin
from nlp_architect_ext.runtime.native.availability import native_obstacle
from nlp_architect_ext.runtime.native.tagger import NativeTagger
from nlp_architect_ext.runtime.origin import Origin
from nlp_architect_ext.runtime.published import publish
from nlp_architect_ext.runtime.tagger import Tagger
from nlp_architect_ext.runtime.text_tagger import TextTagger
from nlp_architect_ext.taggers.export import write_export
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

TEXTS = ["Anna met Bo in Oslo today.", "it's (unseen) Éa \ud800 \U0001f600 10km", "", "x" * 80]
WORDS = (*["Anna", "met", "Bo", "in", "Oslo", "today", ".", "Éa"], "x" * 40)
LABELS = LabelSet.for_types(["PER", "LOC"])
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
STUDENTS = {
    "cnn-lstm": {"word_width": 8, "character_filters": 8, "lstm_width": 6},
    "id-cnn": {"word_width": 8, "filters": 16},
    "chain": {"word_width": 8, "width": 32, "operations": ["conv3", "lstm"]},
}
# Kinds of folders: student, decoder, tokenizer, and the precision of the export or None.
KINDS = {
    "model": ("cnn-lstm", "softmax", "spacy", None),
    "model with CRF": ("cnn-lstm", "crf", "whitespace", None),
    "model of id-cnn": ("id-cnn", "softmax", "whitespace", None),
    "export": ("cnn-lstm", "crf", "spacy", "int8"),
    "export of id-cnn": ("id-cnn", "softmax", "spacy", "fp32"),
    "export of chain": ("chain", "softmax", "whitespace", "fp32"),
}
TEACHER = "teacher"

Use = Callable[[Path], None]


def write_all(folder: Path) -> dict[str, dict[str, bytes]]:
    """The files of a folder of each kind, by kind and name."""
    for name, (student, decoder, tokenizer, precision) in KINDS.items():
        tagger = new_tagger(student, decoder, tokenizer)
        if precision is None:
            tagger.save(folder / name)
        else:
            network = tagger.model["student"]
            place = folder / name
            parts = network, tagger.decoder, tagger.config, tagger.vocabulary
            write_export(place, *parts, precision=precision)
            origin = Origin(precision=precision, model={"config.json": "0" * 64}, parity=None)
            (place / ORIGIN).write_text(json.dumps(origin.to_json()))
            write_manifest(place)
    _write_teacher(folder / TEACHER)
    return {
        kind.name: {path.name: path.read_bytes() for path in kind.iterdir()}
        for kind in folder.iterdir()
    }


def use(kind: str, folder: Path) -> None:
    """Load a folder in all that can run it, let that tag some texts, and publish it.

    Raises:
        UserError: it's refused; the others are tried all the same.
    """
    uses: list[Use] = [_of_model, _published]
    if kind == TEACHER:
        uses = [_of_teacher]
    elif kind.startswith("export"):
        uses = [_in_onnx_runtime, _in_native_kernel, _published]
    refusals = []
    for one in uses:
        try:
            one(folder)
        except UserError as error:
            refusals.append(error)
    if refusals:
        raise refusals[0]


def _of_teacher(folder: Path) -> None:
    TransformerTokenClassifier.load(folder, LABELS).logits([Sentence(WORDS)])


def _of_model(folder: Path) -> None:
    export_of(folder)
    _tag(NeuralTagger.load(folder))


def _in_onnx_runtime(folder: Path) -> None:
    read_origin(folder)
    _tag(Tagger.load(folder))


def _in_native_kernel(folder: Path) -> None:
    if not native_obstacle(folder):
        _tag(NativeTagger.load(folder))


def _published(folder: Path) -> None:
    with TemporaryDirectory() as place:
        publish(folder, Path(place))


def _tag(tagger: TextTagger) -> None:
    for form in ("json", "columns"):
        tagger.tagged_text(TEXTS, form).text.encode("utf-8", "surrogatepass")
    tagger.predict_labels([Sentence(WORDS), Sentence(())])


def new_tagger(student: str, decoder: str, tokenizer: str) -> NeuralTagger:
    """A small tagger with random weights, the same every time."""
    torch.manual_seed(0)
    config = TaggerConfig(
        student=student,
        arguments=STUDENTS[student],
        labels=LABELS.to_json(),
        decoder=decoder,
        scheme="IOB2",
        tokenizer=tokenizer,
        language="en",
        max_words=20,
    )
    return NeuralTagger(config, Vocabulary.build([Sentence(WORDS)] * 3, pieces=["a", "nna"]))


def _write_teacher(folder: Path) -> None:
    torch.manual_seed(0)
    pieces = dict.fromkeys([*SPECIAL, *WORDS])
    ids = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))  # noqa: S106  # no password
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()  # type: ignore[assignment]
    config = transformers.BertConfig(
        vocab_size=len(ids),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=64,
        id2label=dict(enumerate(LABELS.names)),
        label2id=LABELS.ids,
    )
    transformers.BertForTokenClassification(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 64}))
