"""The model card of a distilled encoder: what it is, what was measured, how to use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp_architect_ext import __version__
from nlp_architect_ext.core.costs import ASSUMED, UNITS, formatted_costs, model_costs
from nlp_architect_ext.core.shown_names import model_name, shown_command
from nlp_architect_ext.core.yaml_text import Value, to_yaml
from nlp_architect_ext.evaluation.encoder_results import EncoderMetrics
from nlp_architect_ext.reports.tables import markdown

PLACE = "path/to/this/folder"
USE = f"""## Use

```
nlp-train transformer_token --model_name_or_path {PLACE} --data_dir data --output_dir tagger
nlp-train tagger_kd_pseudo --teacher {PLACE} --data_dir data --output_dir small
nlp-train tagger --word_encoder {PLACE} --data_dir data --output_dir words
```

Other tools read its folder `model/` as any encoder in Hugging Face's format.
"""


def encoder_card(
    teacher: str,
    is_of_hub: bool,
    made: Mapping[str, str],
    metrics: EncoderMetrics,
    command: Sequence[str],
) -> str:
    """The model card; nothing in it tells where the user's files lie.

    Args:
        teacher: its name or folder.
        is_of_hub: whether others can find it by that name.
        made: how the encoder was made, in a few words by heading.
        metrics: what was measured.
        command: the program that made it, and its arguments.
    """
    name = model_name(teacher)
    return f"""---
{_metadata(teacher, is_of_hub)}---

# A smaller encoder, distilled from {name}

{metrics.parameters["student"]:,} parameters ({name} has {metrics.parameters["teacher"]:,}),
{metrics.bytes:,} bytes of weights. It knows no task yet: fine-tune it, or give it to the commands
below. Its tokenizer is that of {name}.

{markdown([["", ""], *made.items()])}
## Measured

On {metrics.windows["held_out"]:,} windows of held-out text, the share of the variance of {name}'s
states that its last layer leaves unexplained: {metrics.unexplained:.3f} (0 is perfect, 1 as good as
the mean); {metrics.start:.3f} before training. It was trained on {metrics.windows["train"]:,}
windows. A lower share isn't a better tagger: measure that on the task.

{USE}
## Made by

```
{shown_command(command)}
```

nlp-architect-ext {__version__}.

## Cost

{markdown(_costs(metrics))}
{ASSUMED}
"""


def _metadata(teacher: str, is_of_hub: bool) -> str:
    """What the hub reads of a card."""
    found: dict[str, Value] = {
        "library_name": "transformers",
        "pipeline_tag": "feature-extraction",
        "tags": ["distillation", "nlp-architect-ext"],
    }
    return to_yaml({**found, "base_model": teacher} if is_of_hub else found)


def _costs(metrics: EncoderMetrics) -> list[list[str]]:
    rows = [["", *UNITS]]
    for phase in metrics.costs["seconds"]:
        alone = {kind: {phase: by_phase[phase]} for kind, by_phase in metrics.costs.items()}
        rows.append([phase, *formatted_costs(model_costs(alone, metrics.device))])
    return [*rows, ["all", *formatted_costs(model_costs(metrics.costs, metrics.device))]]
