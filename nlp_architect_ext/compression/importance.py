"""How much an encoder needs each of its dimensions, heads and neurons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import PreTrainedModel

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.layers.modes import mode

MASKED_SHARE = 0.15
MASKING_PIECES = ("[MASK]", "<mask>", "[UNK]", "<unk>")


@dataclass(frozen=True, slots=True)
class LayerImportance:
    """Scores of a layer's heads (heads,) and feed-forward neurons (neurons,)."""

    heads: Tensor
    neurons: Tensor


@dataclass(frozen=True, slots=True)
class Importance:
    """Scores, higher is more important.

    Args:
        hidden: (hidden,) dimensions of the states, over all layers.
        layers: what is a layer's own.
    """

    hidden: Tensor
    layers: tuple[LayerImportance, ...]


def masking_piece(tokenizer: Tokenizer, name: str) -> int:
    """The piece that stands for a hidden one; that for unknown words where there is none.

    Args:
        tokenizer: the teacher's.
        name: the teacher, for error messages.

    Raises:
        UserError: the vocabulary has neither.
    """
    for piece in MASKING_PIECES:
        found = tokenizer.token_to_id(piece)
        if found is not None:
            return int(found)
    raise UserError(
        where=name,
        wrong="its vocabulary has no piece that masks others",
        expected=f"one of: {', '.join(MASKING_PIECES)}",
        remedy="start with units drawn at random (etd-rand)",
    )


def importance(
    teacher: PreTrainedModel, batches: Iterable[Mapping[str, Tensor]], mask_id: int, seed: int
) -> Importance:
    """First-order estimates of what the loss would change by without each unit.

    `I(u) = Σ_x |Σ_t h_u,t · ∂L/∂h_u,t|` over sentences x and pieces t (hidden dimensions: over
    layers as well), where h is what the unit gives. L is the consistency under masking, the mean of
    `(f(x with 15 % of pieces masked) - f(x))²`: encoders without a masked-language head have no
    other loss of their own. Source of the estimate: "Extract then Distill" (2104.11928).

    Args:
        teacher: a bare encoder of BERT's layout.
        batches: `input_ids` and `attention_mask`, both (batch, pieces), padded on the right; the
            first and last pieces of a sentence are special ones and never masked.
        mask_id: the piece put in place of masked ones.
        seed: decides which are masked.
    """
    random = torch.Generator().manual_seed(seed)
    config = teacher.config
    hidden = torch.zeros(config.hidden_size, dtype=torch.float64)
    heads = torch.zeros(config.num_hidden_layers, config.num_attention_heads, dtype=torch.float64)
    neurons = torch.zeros(config.num_hidden_layers, config.intermediate_size, dtype=torch.float64)
    for batch in batches:
        with mode(teacher, training=False):
            effects = _effects(teacher, batch, mask_id, random)
        for effect in effects["hidden"]:
            hidden += _by_sentence(effect)
        for layer, effect in enumerate(effects["context"]):
            by_head = effect.unflatten(2, (config.num_attention_heads, -1)).sum(dim=3)
            heads[layer] += _by_sentence(by_head)
        for layer, effect in enumerate(effects["neurons"]):
            neurons[layer] += _by_sentence(effect)
    return Importance(hidden, tuple(map(LayerImportance, heads, neurons)))


def _by_sentence(effects: Tensor) -> Tensor:
    """(units,) of (batch, pieces, units): absolute a sentence, then over sentences."""
    return effects.sum(dim=1).abs().sum(dim=0).double().cpu()


def _effects(
    teacher: PreTrainedModel, batch: Mapping[str, Tensor], mask_id: int, random: torch.Generator
) -> dict[str, list[Tensor]]:
    """`h · ∂L/∂h` of each unit at each piece, (batch, pieces, units), by kind and layer."""
    mask = batch["attention_mask"].to(teacher.device)
    ids = batch["input_ids"]
    hidden_ids = masked(ids, batch["attention_mask"], mask_id, random).to(teacher.device)
    with torch.no_grad():
        wanted = teacher(input_ids=ids.to(teacher.device), attention_mask=mask).last_hidden_state
    with _captured(teacher) as units:
        found = teacher(input_ids=hidden_ids, attention_mask=mask).last_hidden_state
    # (batch, pieces): sentences don't touch each other, so a sum keeps their gradients apart.
    errors = (found - wanted).square().mean(dim=2) * mask
    loss = (errors.sum(dim=1) / mask.sum(dim=1)).sum()
    every = [unit for kind in units.values() for unit in kind]
    gradients = iter(torch.autograd.grad(loss, every))
    return {
        kind: [unit.detach() * next(gradients) for unit in captured]
        for kind, captured in units.items()
    }


def masked(ids: Tensor, mask: Tensor, mask_id: int, random: torch.Generator) -> Tensor:
    """The pieces (batch, pieces) with 15 % of each sentence's inner ones, at least one, masked."""
    places = torch.arange(ids.shape[1]).unsqueeze(0)
    lengths = mask.cpu().sum(dim=1, keepdim=True)
    inner = (places > 0) & (places < lengths - 1)
    order = torch.rand(ids.shape, generator=random).masked_fill(~inner, -1.0)
    ranks = order.argsort(dim=1, descending=True).argsort(dim=1)
    counts = (inner.sum(dim=1, keepdim=True) * MASKED_SHARE).ceil()
    return ids.cpu().masked_fill(inner & (ranks < counts), mask_id)


@contextmanager
def _captured(teacher: PreTrainedModel) -> Iterator[dict[str, list[Tensor]]]:
    """What the units give in a forward pass inside, layer by layer, with their graph.

    `hidden` are the states, from the embeddings on; `context` what the heads give, `neurons` what
    the feed-forward blocks' neurons give.
    """
    units: dict[str, list[Tensor]] = {"hidden": [], "context": [], "neurons": []}

    def state(_: nn.Module, __: Any, output: Tensor) -> Tensor:
        # Where the teacher's weights are frozen, the graph begins here.
        output = output if output.requires_grad else output.requires_grad_()
        units["hidden"].append(output)
        return output

    def context(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        units["context"].append(inputs[0])

    def neurons(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        units["neurons"].append(inputs[0])

    embeddings: Any = teacher.embeddings
    encoder: Any = teacher.encoder
    hooks = [embeddings.register_forward_hook(state)]
    for layer in encoder.layer:
        hooks.append(layer.output.register_forward_hook(state))
        hooks.append(layer.attention.output.dense.register_forward_pre_hook(context))
        hooks.append(layer.output.dense.register_forward_pre_hook(neurons))
    try:
        with torch.enable_grad():
            yield units
    finally:
        for hook in hooks:
            hook.remove()
