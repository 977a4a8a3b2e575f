"""A pretrained encoder without a head: the states of its layers."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from torch import Tensor

from nlp_architect_ext.encoders.alignment import Aligner, PieceWindow, pad
from nlp_architect_ext.encoders.folder import Pretrained
from nlp_architect_ext.encoders.loading import load_outline, load_tokenizer, under_the_head
from nlp_architect_ext.encoders.size import check_pieces, piece_limit, reading_operations

BATCH = 32  # windows at once, of similar length


class BareEncoder:
    """An encoder in evaluation mode, its tokenizer, and what it makes of windows of pieces.

    Args:
        folder: the checkpoint.
        max_pieces: of a window; None for as many as the encoder reads, at most 512.

    Raises:
        UserError: it can't be loaded whole, or reads shorter windows.
    """

    def __init__(self, folder: Pretrained, max_pieces: int | None = None) -> None:
        self.folder = folder
        self.tokenizer = load_tokenizer(folder)
        # Refuses what won't load, before hours of other work; no network is kept.
        outline = self.outline()
        check_pieces(outline, self.tokenizer, folder.name)
        limit = piece_limit(outline, max_pieces, folder.name)
        self.aligner = Aligner(self.tokenizer, limit, folder.name)
        self.config: Any = outline.config  # transformers' own
        self.parameters: int = outline.num_parameters()
        self._a_piece = reading_operations(outline, 1)

    def outline(self) -> transformers.PreTrainedModel:
        """The network without its numbers, made anew: see `load_outline`."""
        outline: transformers.PreTrainedModel = under_the_head(self.folder, load_outline)
        return outline

    def load(self) -> transformers.PreTrainedModel:
        """The network with its weights, without gradients; whoever asks for it lets it go."""
        with torch.random.fork_rng():  # the head that isn't used is drawn
            model: transformers.PreTrainedModel = under_the_head(self.folder)
        model.requires_grad_(False).eval()
        return model

    @cached_property
    def model(self) -> transformers.PreTrainedModel:
        """The same, kept; loaded when it's first asked for."""
        return self.load()

    @cached_property
    def fingerprint(self) -> str:
        """Of what decides the states: the encoder's files, and how it's made to read."""
        return self.folder.fingerprint((), reads="windows, states by layer")

    def operations(self, pieces: int) -> int:
        """The floating-point operations of reading so many pieces: see `reading_operations`."""
        return self._a_piece * pieces

    @property
    def layers(self) -> int:
        """How many layers it has."""
        count: int = self.config.num_hidden_layers
        return count

    @property
    def width(self) -> int:
        """Of its states."""
        width: int = self.config.hidden_size
        return width

    def states(
        self, windows: Sequence[PieceWindow], layers: Sequence[int], device: torch.device
    ) -> dict[int, NDArray[np.float32]]:
        """The states of some layers: all pieces of all windows, window after window.

        Args:
            windows: any number.
            layers: 0 for the embeddings, n for what comes out of layer n.
            device: where it computes.

        Returns:
            Rows (pieces, width) by layer.
        """
        model = self.model.to(device)  # type: ignore[arg-type]  # hidden by a decorator
        order = sorted(range(len(windows)), key=lambda index: len(windows[index].ids))
        found: dict[int, list[NDArray[np.float32]]] = {
            layer: [np.empty((0, self.width), np.float32)] * len(windows) for layer in layers
        }
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            batch = pad([windows[index] for index in part], self.config.pad_token_id or 0)
            with torch.inference_mode():
                states = hidden_states(model, {k: v.to(device) for k, v in batch.items()})
            for layer in layers:
                rows = states[layer].float().cpu().numpy()
                for row, index in enumerate(part):
                    found[layer][index] = rows[row, : len(windows[index].ids)]
        return {layer: np.concatenate(rows) for layer, rows in found.items()}


def hidden_states(model: torch.nn.Module, inputs: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """The states of embeddings and layers, each (batch, pieces, width); arguments as of `read`."""
    states: tuple[Tensor, ...] = read(model, inputs, output_hidden_states=True).hidden_states
    return states


def read(model: torch.nn.Module, inputs: Mapping[str, Tensor], **wanted: bool) -> Any:
    """What transformers gives for a batch.

    Args:
        model: a bare encoder.
        inputs: `input_ids`, `attention_mask` and `token_type_ids` as `alignment.pad` makes them;
            some encoders do without the last.
        wanted: what it's asked for beside the last states.
    """
    given = dict(inputs)
    if "token_type_ids" not in inspect.signature(model.forward).parameters:
        del given["token_type_ids"]
    return model(**given, **wanted)
