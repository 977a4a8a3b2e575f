"""A Prodigy recipe: a tagger marks the texts, a person corrects, and the tagger learns from it.

prodigy ner.nlp-architect my_dataset out texts.jsonl --work work -F recipe.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import prodigy

from nlp_architect_ext import load, train
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.document import predicted
from nlp_architect_ext.data.formats.base import ReadOptions, format_named
from nlp_architect_ext.data.formats.json_records import write_json_lines
from nlp_architect_ext.data.formats.prodigy import task_of
from nlp_architect_ext.data.formats.text import WordSplitter

Task = dict[str, Any]


def tasks(tagger: Any, source: Path, language: str) -> Iterator[Task]:
    """The texts of a file of any format with tokens, and with what the tagger found in them."""
    splitter = WordSplitter(language)
    format_name = "prodigy" if source.suffix == ".jsonl" else "text"
    for document in format_named(format_name).read(source, ReadOptions()):
        words = splitter.split(document.text).offsets
        marked = predicted(document.text, tagger(document.text))
        yield task_of(replace(marked, words=words, id=document.id, meta=document.meta))


@prodigy.recipe(
    "ner.nlp-architect",
    dataset=("Dataset to save the answers to", "positional", None, str),
    model=("Result folder of nlp-train", "positional", None, str),
    source=("Texts: JSON Lines with text, or a text a line", "positional", None, str),
    work=("Folder for answers and new models", "option", "w", str),
    language=("Language of the tokens, as in training", "option", "l", str),
    settings=('Settings of training, such as {"epochs": 10}', "option", "s", str),
)
def ner_nlp_architect(
    dataset: str,
    model: str,
    source: str,
    work: str = "work",
    language: str = "en",
    settings: str = "{}",
) -> dict[str, Any]:
    """Correct a tagger's entities; at the end it's trained from all answers of this session."""
    tagger = load(model)
    answered: list[Task] = []

    def update(answers: Iterable[Task]) -> None:
        """Keep the answers of a batch."""
        answered.extend(answers)

    def on_exit(controller: object) -> None:
        """Train from what was accepted; the new model is a folder beside the answers."""
        if not any(answer.get("answer") == "accept" for answer in answered):
            return
        version = time.strftime("%Y%m%d-%H%M%S")
        folder = Path(work)
        folder.mkdir(parents=True, exist_ok=True)
        answers = folder / f"answers-{version}.jsonl"
        write_json_lines(answers, answered)
        try:
            train(answers, output_dir=folder / f"model-{version}", **json.loads(settings))
        except UserError as error:  # too few entities: the answers are kept all the same
            print(error)

    return {
        "dataset": dataset,
        "view_id": "ner_manual",
        "stream": tasks(tagger, Path(source), language),
        "update": update,
        "on_exit": on_exit,
        "config": {"labels": list(tagger.labels.types)},
    }
