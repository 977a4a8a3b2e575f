"""How much an encoder can read at once, and what reading takes."""

from __future__ import annotations

import transformers
from tokenizers import Tokenizer
from torch import nn

from nlp_architect_ext.core.errors import UserError

# The longest window where a model allows more: attention's cost grows with the square.
DEFAULT_PIECES = 512
# A training step in forward passes: one forward, two backward.
TRAINING_PASSES = 3


def reading_operations(model: transformers.PreTrainedModel, pieces: int) -> int:
    """The floating-point operations of reading so many word pieces: two for each weight and piece.

    Embeddings aren't counted. Source: Kaplan et al. (2020), "Scaling Laws for Neural Language
    Models", section 2.1; training takes three times as many, which is what transformers counts.
    """
    weights: int = model.num_parameters(exclude_embeddings=True)
    return 2 * weights * pieces


def piece_limit(model: transformers.PreTrainedModel, asked: int | None, name: str) -> int:
    """The most pieces of a window, special ones counted: what is asked, if the model can read it.

    Args:
        model: how many positions it has decides.
        asked: None for as many as the model can read, but at most `DEFAULT_PIECES`.
        name: of the model, for error messages.

    Raises:
        UserError: more is asked than the model can read.
    """
    limit = _positions(model)
    if asked is None:
        return min(limit or DEFAULT_PIECES, DEFAULT_PIECES)
    if limit is not None and asked > limit:
        raise UserError(
            where=name,
            wrong=f"windows of {asked} word pieces",
            expected=f"at most {limit}",
            remedy="ask for less",
        )
    return asked


def check_pieces(model: transformers.PreTrainedModel, tokenizer: Tokenizer, name: str) -> None:
    """Whether the model has a vector for every piece that the tokenizer can give.

    Args:
        model: any encoder.
        tokenizer: said to be the model's.
        name: of the model, for error messages.

    Raises:
        UserError: it's another model's tokenizer.
    """
    embeddings = model.get_input_embeddings()
    highest = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=0)
    if isinstance(embeddings, nn.Embedding) and highest >= embeddings.num_embeddings:
        raise UserError(
            where=name,
            wrong=f"its tokenizer gives numbers up to {highest}",
            expected=f"at most {embeddings.num_embeddings - 1}, as the model has vectors for",
            remedy="put the model's own tokenizer.json beside it",
        )


def _positions(model: transformers.PreTrainedModel) -> int | None:
    """How many positions the model has; None where it has no limit."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            # RoBERTa and its kin number positions from padding_idx + 1 on.
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            return module.num_embeddings - unused
    limit = getattr(model.config, "max_position_embeddings", None)
    return limit if isinstance(limit, int) and limit > 0 else None  # XLNet says -1: no limit
