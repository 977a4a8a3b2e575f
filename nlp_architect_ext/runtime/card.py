"""What every model card has: metadata as the Hugging Face hub reads it, and how to load it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlp_architect_ext.core.shown_names import model_name
from nlp_architect_ext.core.yaml_text import Value, to_yaml
from nlp_architect_ext.runtime.config import TaggerConfig

CARD = "README.md"
PLACE = "path/to/this/folder"  # stands for wherever somebody puts it
_LOADED = f"""from nlp_architect_ext import load

tagger = load("{PLACE}")
"""
USE = f"""```python
{_LOADED}for entity in tagger("Your text here."):
    print(entity.entity_group, entity.word, entity.score)
```
"""
_TAGGED = f"nlp-inference tagger --model_dir {PLACE}"


def bare_card(config: TaggerConfig) -> str:
    """The card of a tagger of which nothing else is known."""
    labels = ", ".join(f"`{name}`" for name in config.labels["names"])
    return f"""---
{to_yaml(metadata(config))}---

# A compact tagger

Student `{config.student}`. Labels: {labels}.

## Use

{USE}"""


def metadata(config: TaggerConfig) -> dict[str, Value]:
    """What the hub reads of a card, as far as the tagger itself says it.

    A student is trained from scratch, and the hub has no word for how it relates to its teacher
    (it knows adapter, merge, quantized and finetune); the tag says it's distillation.
    """
    distilled = ["distillation"] if config.teachers else []
    bases = [teacher["name"] for teacher in config.teachers if is_of_hub(teacher)]
    return {
        "language": config.language,
        "library_name": "nlp-architect-ext",
        "pipeline_tag": "token-classification",
        "tags": ["token-classification", "sequence-tagging", *distilled],
        **({"base_model": bases} if bases else {}),
    }


def is_of_hub(teacher: Mapping[str, Any]) -> bool:
    """Whether a teacher was downloaded, so that others can find it by its name."""
    return teacher.get("revision") is not None


def teacher_name(teacher: Mapping[str, Any]) -> str:
    """The name of a teacher for others: of a folder on this machine its last part."""
    name: str = teacher["name"]
    return name if is_of_hub(teacher) else model_name(name)


def for_hub(card: str, name: str) -> str:
    """A card that loads the tagger from the hub, under this name."""
    loaded = _LOADED.replace("import load", "import from_pretrained")
    loaded = loaded.replace(f'load("{PLACE}")', f'from_pretrained("{name}")')
    pulled = f"nlp-train pull --repo_id {name} --output_dir {PLACE}\n{_TAGGED}"
    return card.replace(_LOADED, loaded).replace(_TAGGED, pulled)
