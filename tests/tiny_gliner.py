"""A tiny GLiNER of the real library, trained for seconds: it finds the names of `corpora`.

The library isn't in the development environment; see `install/test_gliner.py`.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
from corpora import WORDS, sentence
from gliner import GLiNER
from tiny_teacher import tiny_encoder

PROMPTS = {"LOC": "a place", "PER": "somebody"}  # in the order that they are asked in
BATCH = 8


def tiny_gliner(folder: Path, steps: int = 300, **settings: Any) -> Path:
    """Train one and save it as safetensors; beside it lies the encoder that it began with.

    Args:
        folder: made if needed.
        steps: of training.
        settings: of the library's configuration; `labels_encoder` becomes the same encoder.
    """
    encoder = str(tiny_encoder(folder.parent / f"{folder.name}-encoder", WORDS))
    config = {
        "model_name": encoder,
        "hidden_size": 32,
        "max_width": 4,
        "dropout": 0.0,
        "embed_ent_token": False,
        **settings,
    }
    if config.get("labels_encoder"):
        config["labels_encoder"] = encoder
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = GLiNER.from_config(config)
        _train(model, steps)
    model.save_pretrained(folder, safe_serialization=True)
    return folder


def _train(model: Any, steps: int) -> None:
    collator = model.data_collator_class(
        model.config, data_processor=model.data_processor, prepare_labels=True
    )
    draw, types = random.Random(0), list(PROMPTS.values())
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    model.train()
    for _ in range(steps):
        draw.shuffle(types)  # else their order would be learnt
        examples = [_example(draw) for _ in range(BATCH)]
        batch = collator(examples, entity_types=[list(types) for _ in examples])
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
    model.eval()


def _example(draw: random.Random) -> dict[str, Any]:
    rows = sentence(draw)
    entities: list[list[Any]] = []
    for place, (_, tag) in enumerate(rows):
        if tag.startswith("B"):
            entities.append([place, place, PROMPTS[tag[2:]]])
        elif tag.startswith("I"):
            entities[-1][1] = place
    return {"tokenized_text": [word for word, _ in rows], "ner": [*map(tuple, entities)]}
