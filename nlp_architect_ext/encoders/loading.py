"""The border to transformers and tokenizers: model and tokenizer out of a folder, quietly, errors
in our words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer
from torch import nn
from transformers.utils import logging

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.encoders.folder import Pretrained, first_line

SAFE: dict[str, Any] = {
    "trust_remote_code": False,
    "local_files_only": True,
}  # no code of strangers, no network
DEFAULT_PIECES = (
    512  # longest window where a model allows more: attention's cost grows with the square
)


@contextmanager
def translated_errors(where: str, wrong: str, expected: str, remedy: str) -> Iterator[None]:
    """Turn whatever strangers' code raises into a UserError, panics of Rust code too."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            where=where, wrong=f"{wrong} ({first_line(error)})", expected=expected, remedy=remedy
        ) from error
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # pyo3 derives it from BaseException and doesn't export it
            raise
        raise UserError(
            where=where, wrong=f"{wrong} ({first_line(error)})", expected=expected, remedy=remedy
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' remarks and bars; what could be wrong with a checkpoint is checked by
    us.
    """
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def load_tokenizer(folder: Pretrained) -> Tokenizer:
    """The tokenizer as ``tokenizer.json`` defines it, or as transformers builds it from older
    files.

    It never cuts, never pads, and reads words like ``[SEP]`` as ordinary text.

    Raises:
        UserError: the files are damaged, or only slow Python code could tokenise (no offsets).
    """
    remedy = "give another model, or fetch this one again"
    with (
        translated_errors(
            folder.name, "has no tokenizer that loads", "a fast one (tokenizer.json)", remedy
        ),
        quiet(),
    ):
        file = folder.path / "tokenizer.json"
        if file.exists():
            tokenizer = Tokenizer.from_file(str(file))
        else:
            found = transformers.AutoTokenizer.from_pretrained(folder.path, **SAFE)
            if not found.is_fast:
                raise UserError(
                    where=folder.name,
                    wrong="has a slow tokenizer only",
                    expected="a fast one (tokenizer.json)",
                    remedy=remedy,
                )
            tokenizer = found.backend_tokenizer
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True
        return tokenizer


def load_model(
    folder: Pretrained, names: Sequence[str], *, new_head: bool
) -> transformers.PreTrainedModel:
    """The encoder with a layer that gives ``names`` in this order, in float32.

    Args:
        folder: the checkpoint.
        names: the labels by id.
        new_head: whether that layer is new (from torch's random state) or the checkpoint's.

    Raises:
        UserError: the checkpoint is damaged, lacks weights, or needs code of its own.
    """
    expected = "a model that transformers knows, with all of its weights"
    with (
        translated_errors(
            folder.name, "can't be loaded", expected, "give another model, or fetch this one again"
        ),
        quiet(),
    ):
        by_id, by_name = dict(enumerate(names)), {name: key for key, name in enumerate(names)}
        config = transformers.AutoConfig.from_pretrained(
            folder.path, num_labels=len(names), id2label=by_id, label2id=by_name, **SAFE
        )
        model: transformers.PreTrainedModel
        model, report = transformers.AutoModelForTokenClassification.from_pretrained(
            folder.path,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            ignore_mismatched_sizes=new_head,
            output_loading_info=True,
            **SAFE,
        )
    lacking = sorted({*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])})
    if new_head:
        lacking = [key for key in lacking if key.startswith(f"{model.base_model_prefix}.")]
        _reset_head(model)
    if lacking:
        wrong = f"lacks {len(lacking)} weights, such as {lacking[0]}"
        raise UserError(
            where=folder.name, wrong=wrong, expected=expected, remedy="give another model"
        )
    return model


def _reset_head(model: transformers.PreTrainedModel) -> None:
    """New random weights for the layer that gives the labels: another task's would start from wrong
    opinions.
    """
    for name, module in model.named_modules():
        inside = name.startswith(f"{model.base_model_prefix}.")
        if (
            isinstance(module, nn.Linear)
            and not inside
            and module.out_features == model.config.num_labels
        ):
            nn.init.normal_(module.weight, std=getattr(model.config, "initializer_range", 0.02))
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def reading_operations(model: transformers.PreTrainedModel, pieces: int) -> int:
    """The floating-point operations of reading so many word pieces: two for each weight that isn't
    an embedding.

    Source: Kaplan et al. (2020), "Scaling Laws for Neural Language Models", section 2.1; training
    takes three times as many, which is what transformers counts.
    """
    weights: int = model.num_parameters(exclude_embeddings=True)
    return 2 * weights * pieces


def piece_limit(model: transformers.PreTrainedModel, asked: int | None, name: str) -> int:
    """The most pieces of a window, special ones counted: what is asked, within what the model has
    positions for.

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


def _positions(model: transformers.PreTrainedModel) -> int | None:
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            # RoBERTa and its kin number positions from padding_idx + 1 on.
            return module.num_embeddings - (
                0 if module.padding_idx is None else module.padding_idx + 1
            )
    limit = getattr(model.config, "max_position_embeddings", None)
    return limit if isinstance(limit, int) and limit > 0 else None  # XLNet says -1: no limit
