"""Model and tokenizer out of a checkpoint's folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer
from torch import nn

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.encoders.folder import Pretrained
from nlp_architect_ext.encoders.guard import quiet, translated_errors
from nlp_architect_ext.layers.network_limit import limited

# No code of strangers, no network.
SAFE: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
WHOLE = "a model that transformers knows, with all of its weights"
# A bare encoder is loaded under a token classifier's head, which isn't used.
ANY_LABELS = ("O", "other")


def load_tokenizer(folder: Pretrained) -> Tokenizer:
    """The tokenizer as ``tokenizer.json`` defines it, or as transformers makes it of older files.

    It never cuts, never pads, and reads words like ``[SEP]`` as ordinary text.

    Raises:
        UserError: the files are damaged, or only slow Python code could tokenise (no offsets).
    """
    wrong, expected = "has no tokenizer that loads", "a fast one (tokenizer.json)"
    remedy = "give another model, or fetch this one again"
    with translated_errors(folder.name, wrong, expected, remedy), quiet():
        file = folder.path / "tokenizer.json"
        if file.exists():
            tokenizer = Tokenizer.from_file(str(file))
        else:
            found = transformers.AutoTokenizer.from_pretrained(folder.path, **SAFE)
            if not found.is_fast:
                wrong = "has a slow tokenizer only"
                raise UserError(where=folder.name, wrong=wrong, expected=expected, remedy=remedy)
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
    model = _model(folder, names, new_head=new_head)
    if new_head:
        _reset_head(model)
    with translated_errors(folder.name, "can't compute", WHOLE, "give another model"):
        _try(model)
    return model


def load_outline(
    folder: Pretrained, names: Sequence[str], *, new_head: bool
) -> transformers.PreTrainedModel:
    """The model without its numbers, on torch's meta device: what it's made of, in no memory.

    It says whether `load_model` would succeed: names and shapes of all weights are compared with
    those that the checkpoint has. No random number is drawn.

    Args:
        folder: see `load_model`.
        names: see `load_model`.
        new_head: see `load_model`.

    Raises:
        UserError: see `load_model`.
    """
    return _model(folder, names, new_head=new_head, device_map={"": "meta"})


def under_the_head(
    folder: Pretrained, load: Callable[..., transformers.PreTrainedModel] = load_model
) -> Any:
    """The bare encoder of a checkpoint, whatever else the checkpoint is.

    Args:
        folder: see `load_model`.
        load: `load_model`, or `load_outline`.

    Raises:
        UserError: see `load_model`.
    """
    names = folder.label_names
    model = load(folder, names or ANY_LABELS, new_head=names is None)
    return getattr(model, model.base_model_prefix)


def _model(
    folder: Pretrained, names: Sequence[str], *, new_head: bool, **placed: Any
) -> transformers.PreTrainedModel:
    """What transformers loads; a new head is as it draws it."""
    remedy = "give another model, or fetch this one again"
    with translated_errors(folder.name, "can't be loaded", WHOLE, remedy), quiet():
        by_id, by_name = dict(enumerate(names)), {name: key for key, name in enumerate(names)}
        config = transformers.AutoConfig.from_pretrained(
            folder.path, num_labels=len(names), id2label=by_id, label2id=by_name, **SAFE
        )
        model: transformers.PreTrainedModel
        with limited(folder.header()):
            model, report = transformers.AutoModelForTokenClassification.from_pretrained(
                folder.path,
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                ignore_mismatched_sizes=new_head,
                output_loading_info=True,
                **placed,
                **SAFE,
            )
    mismatched = {key for key, *_ in report["mismatched_keys"]}
    lacking = sorted({*report["missing_keys"], *mismatched})
    if new_head:
        lacking = [key for key in lacking if key.startswith(f"{model.base_model_prefix}.")]
    if lacking:
        wrong = f"lacks {len(lacking)} weights, such as {lacking[0]}"
        raise UserError(where=folder.name, wrong=wrong, expected=WHOLE, remedy="give another model")
    return model


def _try(model: transformers.PreTrainedModel) -> None:
    """One piece: some settings, such as a dropout of NaN, build a model that can't compute."""
    piece = torch.zeros(1, 1, dtype=torch.long)  # shape: (batch, pieces)
    with torch.inference_mode():
        model(input_ids=piece, attention_mask=piece + 1)


def _reset_head(model: transformers.PreTrainedModel) -> None:
    """New random weights for the layer that gives the labels.

    Those of another task would start from wrong opinions.
    """
    for name, module in model.named_modules():
        is_inside = name.startswith(f"{model.base_model_prefix}.")
        if not isinstance(module, nn.Linear) or is_inside:
            continue
        if module.out_features == model.config.num_labels:
            nn.init.normal_(module.weight, std=getattr(model.config, "initializer_range", 0.02))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
