"""BERT with random weights, as fast as a trained one, and a tokenizer for the words at hand."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForTokenClassification

from nlp_architect_ext.data.vocabulary import Vocabulary

ARCHITECTURES: dict[str, dict[str, Any]] = {  # Devlin et al. (2019), "BERT", section 3
    "bert-base": {},
    "bert-large": {
        "hidden_size": 1024,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
    },
}


def random_bert(
    name: str, label_count: int, vocabulary: Vocabulary
) -> tuple[BertForTokenClassification, Tokenizer]:
    """The model, and a WordPiece tokenizer made of a student's words and pieces.

    Args:
        name: one of `ARCHITECTURES`.
        label_count: labels.
        vocabulary: the student's.
    """
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = [*special, *vocabulary.words, *(f"##{piece}" for piece in vocabulary.pieces)]
    alphabet = [*vocabulary.characters, *(f"##{character}" for character in vocabulary.characters)]
    ids = {piece: number for number, piece in enumerate(dict.fromkeys([*pieces, *alphabet]))}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))  # noqa: S106 (a word piece)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(token, ids[token]) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    sizes: dict[str, Any] = {
        "vocab_size": len(ids),
        "num_labels": label_count,
        **ARCHITECTURES[name],
    }
    with torch.random.fork_rng():
        model = BertForTokenClassification(BertConfig(pad_token_id=0, **sizes))
    return model.eval().requires_grad_(False), tokenizer
