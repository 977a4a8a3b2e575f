"""Tiny encoders with random weights, as Hugging Face folders: teachers without a download."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
import transformers
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

POSITIONS = 64  # the most pieces that these encoders read
ROBERTA_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tiny_encoder(
    folder: Path, words: Iterable[str], kind: str = "wordpiece", seed: int = 0
) -> Path:
    """Write a raw encoder (no token classifier) of two layers and 32 dimensions.

    Words of up to five characters are one piece, longer ones several.

    Args:
        folder: made if needed.
        words: the vocabulary; other words of the same characters can be read too.
        kind: "wordpiece" (BERT, cased), "bytes" (RoBERTa: byte-level BPE without prefix space) or
            "metaspace" (XLM-RoBERTa: Unigram, spaces as ▁).
        seed: decides the weights.
    """
    vocabulary = sorted(set(words))
    tokenizer = {"wordpiece": _wordpiece, "bytes": _bytes, "metaspace": _metaspace}[kind](
        vocabulary
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = _model(kind, tokenizer.get_vocab_size())
    model.save_pretrained(folder)
    # A length baked into the file, as published encoders have it: nobody may be cut by it.
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16)
    tokenizer.save(str(folder / "tokenizer.json"))
    classes = {
        "wordpiece": "BertTokenizer",
        "bytes": "RobertaTokenizer",
        "metaspace": "XLMRobertaTokenizer",
    }
    settings = {"tokenizer_class": classes[kind], "model_max_length": POSITIONS}
    if kind == "wordpiece":
        settings["do_lower_case"] = False
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def tiny_classifier(
    folder: Path, words: Iterable[str], names: Sequence[str], kind: str = "wordpiece", seed: int = 0
) -> Path:
    """A tiny encoder with a random last layer for these labels: a teacher ready to use."""
    tiny_encoder(folder, words, kind, seed)
    ids = dict(enumerate(names))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            folder, id2label=ids, label2id={name: key for key, name in ids.items()}
        )
    model.save_pretrained(folder)
    return folder


def _model(kind: str, pieces: int) -> transformers.PreTrainedModel:
    shape = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
    }
    shape |= {"vocab_size": pieces, "initializer_range": 0.15}
    if kind == "wordpiece":
        config = transformers.BertConfig(**shape, max_position_embeddings=POSITIONS)
        return transformers.BertModel(config, add_pooling_layer=False)
    special = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "type_vocab_size": 1}
    if kind == "bytes":
        config = transformers.RobertaConfig(
            **shape, **special, max_position_embeddings=POSITIONS + 2
        )
        return transformers.RobertaModel(config, add_pooling_layer=False)
    config = transformers.XLMRobertaConfig(
        **shape, **special, max_position_embeddings=POSITIONS + 2
    )
    return transformers.XLMRobertaModel(config, add_pooling_layer=False)


def _wordpiece(words: list[str]) -> Tokenizer:
    characters = sorted({character for word in words for character in word})
    pieces = [
        *BERT_SPECIAL,
        *characters,
        *(f"##{character}" for character in characters),
        *_short(words),
    ]
    ids = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token=BERT_SPECIAL[1]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return _finish(tokenizer, BERT_SPECIAL, "[CLS]", "[SEP]")


def _bytes(words: list[str]) -> Tokenizer:
    level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    vocabulary = dict.fromkeys([*ROBERTA_SPECIAL, *sorted(level.alphabet())])
    merges: dict[tuple[str, str], None] = {}
    for word in _short(words):
        symbols = level.pre_tokenize_str(f" {word}")[0][0]
        for end in range(2, len(symbols) + 1):
            merges[symbols[: end - 1], symbols[end - 1]] = None
            vocabulary[symbols[:end]] = None
    tokenizer = Tokenizer(
        models.BPE({piece: i for i, piece in enumerate(vocabulary)}, list(merges))
    )
    tokenizer.pre_tokenizer = level
    tokenizer.decoder = decoders.ByteLevel()
    return _finish(tokenizer, ROBERTA_SPECIAL, "<s>", "</s>")


def _metaspace(words: list[str]) -> Tokenizer:
    characters = sorted({character for word in words for character in word} - {"▁"})
    pieces = dict.fromkeys(ROBERTA_SPECIAL, 0.0) | {"▁": -6.0} | dict.fromkeys(characters, -5.0)
    pieces |= {f"▁{word}": -4.0 for word in _short(words)}
    tokenizer = Tokenizer(models.Unigram(list(pieces.items()), unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return _finish(tokenizer, ROBERTA_SPECIAL, "<s>", "</s>")


def _short(words: list[str]) -> list[str]:
    return [word for word in words if len(word) <= 5]


def _finish(tokenizer: Tokenizer, special: list[str], begin: str, end: str) -> Tokenizer:
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    ids = [(token, tokenizer.token_to_id(token)) for token in (begin, end)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=ids
    )
    return tokenizer
