"""The model card of a finished run: what the tagger is, what was measured, how to use it."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_architect_ext import __version__
from nlp_architect_ext.core.costs import ASSUMED
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.paths import model_name, shown_command
from nlp_architect_ext.reports.tables import costs, last_split, markdown, notes, overall, per_type
from nlp_architect_ext.runtime.config import TaggerConfig

_USE = """from nlp_architect_ext import load

tagger = load("path/to/this/folder")
for entity in tagger("Your text here."):
    print(entity.entity_group, entity.word, entity.score)
"""


def model_card(config: TaggerConfig, metrics: Metrics, command: Sequence[str]) -> str:
    """The model card: Hugging Face metadata, what it is, what was measured, how to use it.

    Nothing in it tells where the user's files lie: of absolute paths the last part is shown.

    Args:
        config: what the tagger is made of.
        metrics: what was measured.
        command: the program that made it, and its arguments.
    """
    return f"""---
language: {config.language}
library_name: nlp-architect-ext
pipeline_tag: token-classification
tags:
- token-classification
- sequence-tagging
{"- distillation" + chr(10) if config.teachers else ""}{_results(metrics)}---

# {heading(config, metrics)}

{described(config, "`")}, {metrics.parameters["student"]:,} parameters,
{metrics.bytes:,} bytes of weights.
Labels: {", ".join(f"`{name}`" for name in config.labels["names"])}.

## Measured

{markdown(overall(metrics))}
{markdown(per_type(metrics))}
Scores in percent; entities count when both their words and their type are right (seqeval, strict).
{" ".join(notes(metrics))}
{calibration(config, metrics)}

## Use

```python
{_USE}```

```
nlp-inference tagger --model_dir path/to/this/folder --data_file notes.txt --output_dir tagged/
```

## Made by

```
{shown_command(command)}
```

nlp-architect-ext {__version__}.

## Cost

{markdown(costs(metrics))}
{ASSUMED}
"""


def heading(config: TaggerConfig, metrics: Metrics) -> str:
    """What the tagger is, and what it learnt from."""
    teachers = ", ".join(model_name(teacher["name"]) for teacher in config.teachers)
    origin = f"distilled from {teachers}" if teachers else "trained"
    return f"A compact tagger, {origin} on {_texts(metrics)} sentences"


def described(config: TaggerConfig, quote: str = "") -> str:
    """What the tagger is made of."""
    crf = " with a conditional random field" if config.decoder == "crf" else ""
    return f"Student {quote}{config.student}{quote}{crf}"


def calibration(config: TaggerConfig, metrics: Metrics) -> str:
    """What the `score` of an entity is worth, in a sentence or two."""
    if config.calibration is None:
        return (
            "The `score` of an entity isn't calibrated: there were no dev sentences to fit it on."
        )
    fitted = (
        "The `score` of an entity is the probability that it's right, fitted on the dev sentences."
    )
    split = last_split(metrics)
    if split is None:
        return fitted
    measured = metrics.splits[split].calibration
    assert measured is not None, "a student's scores are measured"
    after, before = (f"{100 * error:.1f} %" for error in (measured.ece, measured.ece_before))
    return f"{fitted} Expected calibration error on {split}: {after} ({before} before)."


def _texts(metrics: Metrics) -> str:
    """How many sentences it learnt from."""
    count = metrics.sentences
    assert count is not None, "only a transformer by itself has no count"
    labelled = f"{count.labelled:,} labelled"
    return f"{labelled} and {count.unlabelled:,} raw" if count.unlabelled else labelled


def _results(metrics: Metrics) -> str:
    """The scores as metadata."""
    split = last_split(metrics)
    if split is None:
        return ""
    scores = metrics.splits[split]
    rates = {"f1": scores.f1, "precision": scores.precision, "recall": scores.recall}
    values = "".join(
        f"      - type: {key}\n        value: {value:.4f}\n" for key, value in rates.items()
    )
    return (
        "model-index:\n- name: tagger\n  results:\n  - task:\n      type: token-classification\n"
        f"    dataset:\n      name: {split} set of the run\n      type: other\n"
        f"    metrics:\n{values}"
    )
