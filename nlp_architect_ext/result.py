"""What a finished run leaves: model, scores, model card, pictures, and the manifest that seals them."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp_architect_ext.corpus import Corpus
from nlp_architect_ext.formats.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.metrics import score
from nlp_architect_ext.model_folder import WEIGHTS, to_text, write_manifest, write_model
from nlp_architect_ext.plots import learning_curve
from nlp_architect_ext.progress import say
from nlp_architect_ext.report import model_card, page, table
from nlp_architect_ext.run_folder import METRICS, RunFolder
from nlp_architect_ext.sentence import Sentence
from nlp_architect_ext.settings import TaggerSettings
from nlp_architect_ext.tagger import NeuralTagger
from nlp_architect_ext.teaching import Lessons
from nlp_architect_ext.training import PHASE


def write_result(
    run: RunFolder, settings: TaggerSettings, corpus: Corpus, tagger: NeuralTagger, lessons: Lessons | None
) -> None:
    """Score the trained tagger on dev and, once, on test; write everything; the manifest comes last."""
    with run.phase("evaluation"):
        scores = {
            split: score_tagger(tagger, sentences)
            for split, sentences in (("dev", corpus.dev), ("test", corpus.test))
            if sentences
        }
    tagger.config = replace(tagger.config, teachers=lessons.teachers if lessons else ())
    write_model(run.path, tagger.config, tagger.vocabulary.to_json(), tagger.model.state_dict())
    metrics = _metrics(run, tagger, scores, lessons)
    journal = run.journal
    curve = learning_curve(journal.read(PHASE), journal.read("teacher"), metrics["teacher"].get("dev", {}).get("f1"))
    card = model_card(tagger.config, metrics, shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]))
    atomic_write_text(run.path / METRICS, to_text(metrics))
    atomic_write_text(run.path / settings.best_result_file, json.dumps(scores.get("dev", {}), indent=2) + "\n")
    atomic_write_bytes(run.path / "learning_curve.png", curve)
    atomic_write_text(run.path / "report.html", page(tagger.config, metrics, curve))
    atomic_write_text(run.path / "README.md", card)
    write_manifest(run.path)
    say(f"\n{table(metrics)}\nwritten to {run.path}: README.md, metrics.json, learning_curve.png, report.html")


def score_tagger(tagger: NeuralTagger, sentences: list[Sentence]) -> dict[str, Any]:
    """The scores of a tagger against gold labels."""
    predicted = [prediction.labels for prediction in tagger.predict_labels(sentences)]
    return score([sentence.labels or () for sentence in sentences], predicted, tagger.labels)


def _metrics(
    run: RunFolder, tagger: NeuralTagger, scores: dict[str, dict[str, Any]], lessons: Lessons | None
) -> dict[str, Any]:
    parameters = {"student": sum(parameter.numel() for parameter in tagger.model.parameters())}
    if lessons:
        parameters["teacher"] = lessons.parameters
    return {
        **scores,
        "teacher": lessons.scores if lessons else {},
        "parameters": parameters,
        "bytes": (run.path / WEIGHTS).stat().st_size,
        "seconds": run.seconds(),
    }
