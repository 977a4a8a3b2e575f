"""A GLiNER in memory, by the library of this name: asked for entities in words that are given."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from safetensors import safe_open

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.hub import first_line
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.core.tensor_header import header_of
from nlp_architect_ext.encoders.folder import WHOLE
from nlp_architect_ext.encoders.guard import quiet, translated_errors
from nlp_architect_ext.encoders.size import piece_limit
from nlp_architect_ext.layers.network_limit import limited
from nlp_architect_ext.teachers.gliner_folder import GlinerFolder
from nlp_architect_ext.teachers.gliner_windows import GlinerWindows, WordWindow

# The library's own figures: how sure it must be of an entity, and how many windows at once.
THRESHOLD = 0.5
BATCH_SIZE = 8

EXPECTED, REMEDY = "a model of the library gliner", "give another one, or fetch it again"


class GlinerModel:
    """Finds entities of the types that its prompts describe.

    Args:
        folder: checked.
        prompts: what it's asked for, each once.
        device: where it computes.
        max_pieces: the most word pieces of a window, prompts counted; see `piece_limit`.

    Raises:
        UserError: the library isn't there or can't load it, or the prompts leave no room for words.
    """

    def __init__(
        self, folder: GlinerFolder, prompts: Sequence[str], device: str, max_pieces: int | None
    ) -> None:
        self.model, self._where = _load(folder, device), f"gliner:{folder.name}"
        encoder = self.model.model.token_rep_layer.bert_layer.model
        with translated_errors(self._where, "has no tokenizer that works", EXPECTED, REMEDY):
            self._windows = GlinerWindows(
                self.model.data_processor,
                prompts,
                most_words=self.model.config.max_len,
                most_pieces=piece_limit(encoder, max_pieces, self._where),
                where=self._where,
            )
        self._asked = dict(zip(self._windows.prompts, prompts, strict=True))

    @property
    def parameters(self) -> int:
        """How many numbers the model has learnt."""
        return sum(parameter.numel() for parameter in self.model.parameters())

    def entities(self, sentences: Sequence[Sequence[str]]) -> list[list[Span] | None]:
        """The entities of each sentence, with the prompt as type, none over another.

        Long sentences are read in windows. None of a sentence with a word that is too long for one.

        Raises:
            UserError: the library fails.
        """
        with translated_errors(self._where, "can't compute", EXPECTED, REMEDY), quiet():
            cut = [self._windows.cut(index, words) for index, words in enumerate(sentences)]
            found: list[list[Span]] = [[] for _ in sentences]
            every = [window for one in cut for window in one or ()]
            every.sort(key=lambda window: len(window.words), reverse=True)
            for start in range(0, len(every), BATCH_SIZE):
                batch = every[start : start + BATCH_SIZE]
                for window, spans in zip(batch, self._read(batch), strict=True):
                    found[window.sentence] += spans
        pairs = zip(cut, found, strict=True)
        return [None if one is None else _apart(spans) for one, spans in pairs]

    def _read(self, batch: Sequence[WordWindow]) -> list[list[Span]]:
        """Of each window the entities that begin with one of its own words."""
        inputs = self.model.prepare_base_input([list(window.words) for window in batch])
        collated = self.model.collate_batch(inputs, self._windows.prompts)
        answer = self.model.run_batch(collated, threshold=THRESHOLD)
        decoded = self.model.decode_batch(answer, collated, threshold=THRESHOLD)
        return [self._kept(window, spans) for window, spans in zip(batch, decoded, strict=True)]

    def _kept(self, window: WordWindow, spans: Sequence[Any]) -> list[Span]:
        place, kept = window.place, []
        for one in spans:
            # The library's ends are inclusive.
            start, end = place.start + one.start, place.start + one.end + 1
            if place.keep_start <= start < place.keep_end:
                kept.append(Span(self._asked[one.entity_type], start, end))
        return kept


def gliner_library() -> Any:
    """The library's package.

    Raises:
        UserError: it isn't installed.
    """
    try:
        import gliner  # not at the top: it's an extra
    except ImportError as error:
        raise UserError(
            where="gliner",
            wrong=f"the library can't be imported ({first_line(error)})",
            expected="gliner, with a transformers that it works with",
            remedy="call pip install 'nlp-architect-ext[gliner]'",
        ) from error
    return gliner


def _load(folder: GlinerFolder, device: str) -> Any:
    """The library's model, with all of its weights."""
    library, where = gliner_library(), f"gliner:{folder.name}"
    with translated_errors(where, "can't be loaded", EXPECTED, REMEDY), quiet():
        header = header_of(folder.path / WHOLE)
        with warnings.catch_warnings(), limited(header):
            warnings.simplefilter("ignore")  # what could be wrong we check
            model = library.GLiNER.from_pretrained(
                str(folder.path), local_files_only=True, map_location=device
            )
        with safe_open(folder.path / WHOLE, framework="pt") as file:
            tied = file.metadata() or {}
        lacking = sorted(set(model.model.state_dict()) - set(header) - set(tied))
    if lacking:
        wrong = f"lacks {len(lacking)} weights, such as {lacking[0]}"
        raise UserError(where=where, wrong=wrong, expected=EXPECTED, remedy=REMEDY)
    model.requires_grad_(False)
    return model


def _apart(spans: list[Span]) -> list[Span]:
    """In order, without those that reach into an earlier one, as two windows may say it."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
