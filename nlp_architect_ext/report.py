"""What a finished run says for people: the model card and a page with table and curves."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from typing import Any

from nlp_architect_ext import __version__
from nlp_architect_ext.model_folder import TaggerConfig

Metrics = Mapping[str, Any]

_USE = """from nlp_architect_ext.tagger import NeuralTagger

tagger = NeuralTagger.load("path/to/this/folder")
for entity in tagger("Your text here."):
    print(entity.entity_group, entity.word, entity.score)
"""


def table(metrics: Metrics) -> str:
    """The scores of teacher and student as a Markdown table; scores in percent."""
    rows = ["| | F1 | precision | recall | parameters |", "|---|---|---|---|---|"]
    parameters = metrics["parameters"]
    for split in ("dev", "test"):
        for name, scores in (("teacher", metrics["teacher"].get(split)), ("student", metrics.get(split))):
            if scores:
                cells = " | ".join(f"{100 * scores[key]:.2f}" for key in ("f1", "precision", "recall"))
                rows.append(f"| {name}, {split} | {cells} | {parameters[name]:,} |")
    return "\n".join(rows) + "\n"


def per_type(metrics: Metrics) -> str:
    """F1 by type on the last split there is, as a Markdown table; scores in percent."""
    split = next((name for name in ("test", "dev") if metrics.get(name)), None)
    if split is None:
        return ""
    rows = [f"| type ({split}) | F1 | precision | recall | in the data |", "|---|---|---|---|---|"]
    for name, scores in metrics[split]["per_type"].items():
        cells = " | ".join(f"{100 * scores[key]:.2f}" for key in ("f1", "precision", "recall"))
        rows.append(f"| {name} | {cells} | {scores['support']} |")
    return "\n".join(rows) + "\n"


def model_card(config: TaggerConfig, metrics: Metrics, command: str) -> str:
    """The model card: Hugging Face metadata, what it is, what was measured, how to use it."""
    teachers = ", ".join(teacher["name"] for teacher in config.teachers)
    origin = f"distilled from {teachers}" if teachers else "trained on labelled sentences only"
    crf = " with a conditional random field" if config.decoder == "crf" else ""
    scores = metrics.get("test") or metrics.get("dev")
    results = ""
    if scores:
        split = "test" if metrics.get("test") else "dev"
        values = "".join(
            f"      - type: {key}\n        value: {scores[key]:.4f}\n" for key in ("f1", "precision", "recall")
        )
        results = (
            "model-index:\n- name: tagger\n  results:\n  - task:\n      type: token-classification\n"
            f"    dataset:\n      name: {split} set of the run\n      type: other\n    metrics:\n{values}"
        )
    return f"""---
language: {config.language}
library_name: nlp-architect-ext
pipeline_tag: token-classification
tags:
- token-classification
- sequence-tagging
- distillation
{results}---

# A compact tagger, {origin}

Student `{config.student}`{crf}, {metrics["parameters"]["student"]:,} parameters, {metrics["bytes"]:,} bytes of weights.
Labels: {", ".join(f"`{name}`" for name in config.labels["names"])}.

## Measured

{table(metrics)}
{per_type(metrics)}
Scores in percent; entities count when both their words and their type are right (seqeval, strict).

## Use

```python
{_USE}```

```
nlp-inference tagger --model_dir path/to/this/folder --data_file notes.txt --output_dir tagged/
```

## Made by

```
{command}
```

nlp-architect-ext {__version__}. Seconds by phase: {", ".join(f"{k} {v:.0f}" for k, v in metrics["seconds"].items())}.
"""


def page(config: TaggerConfig, metrics: Metrics, curve: bytes) -> str:
    """One HTML page with the tables and the learning curve inside; needs no other file."""
    picture = base64.b64encode(curve).decode("ascii")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tagger: report</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; margin: 1rem 0 }} td, th {{ border-bottom: 1px solid #ccc; padding: .2rem .8rem;
text-align: right }} td:first-child, th:first-child {{ text-align: left }} img {{ max-width: 100% }}</style></head>
<body>
<h1>Student {html.escape(config.student)}, {html.escape(config.decoder)}</h1>
{_html_table(table(metrics))}
<img alt="Training loss and dev F1 over steps" src="data:image/png;base64,{picture}">
{_html_table(per_type(metrics))}
<p>Errors on the last split: {html.escape(_errors(metrics))}.</p>
</body></html>
"""


def _errors(metrics: Metrics) -> str:
    scores = metrics.get("test") or metrics.get("dev")
    if not scores:
        return "no labelled sentences to compare with"
    return ", ".join(f"{name} {count}" for name, count in scores["errors"].items())


def _html_table(markdown: str) -> str:
    """A Markdown table of ours as HTML."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()]
    if not rows:
        return ""
    body = [rows[0], *rows[2:]]
    cells = [
        "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
        for tag, row in zip(["th"] + ["td"] * len(body), body, strict=False)
    ]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
