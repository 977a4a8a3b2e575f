"""The model card of a finished run: what the tagger is, what was measured, how to use it."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_architect_ext import __version__
from nlp_architect_ext.core.costs import ASSUMED
from nlp_architect_ext.core.shown_names import shown_command
from nlp_architect_ext.core.yaml_text import Value, to_yaml
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.tables import costs, last_split, markdown, notes, overall, per_type
from nlp_architect_ext.runtime.card import PLACE, USE, metadata, teacher_name
from nlp_architect_ext.runtime.config import TaggerConfig


def model_card(config: TaggerConfig, metrics: Metrics, command: Sequence[str]) -> str:
    """The model card: Hugging Face metadata, what it is, what was measured, how to use it.

    Nothing in it tells where the user's files lie: of absolute paths the last part is shown.

    Args:
        config: what the tagger is made of.
        metrics: what was measured.
        command: the program that made it, and its arguments.
    """
    return f"""---
{to_yaml({**metadata(config), **_results(metrics)})}---

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

{USE}
```
nlp-inference tagger --model_dir {PLACE} --data_file notes.txt --output_dir tagged/
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
    teachers = ", ".join(teacher_name(teacher) for teacher in config.teachers)
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


def _results(metrics: Metrics) -> dict[str, Value]:
    """The scores as the hub's metadata."""
    split = last_split(metrics)
    if split is None:
        return {}
    scores = metrics.splits[split]
    rates = {"f1": scores.f1, "precision": scores.precision, "recall": scores.recall}
    measured: list[Value] = [
        {"type": name, "value": round(rate, 4)} for name, rate in rates.items()
    ]
    result: dict[str, Value] = {
        "task": {"type": "token-classification"},
        "dataset": {"name": f"{split} set of the run", "type": "other", "split": split},
        "metrics": measured,
    }
    return {"metrics": [*rates], "model-index": [{"name": "tagger", "results": [result]}]}
