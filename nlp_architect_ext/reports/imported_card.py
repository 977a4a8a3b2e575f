"""The model card of a tagger that NLP Architect trained: what it is, what isn't known of it."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_architect_ext import __version__
from nlp_architect_ext.core.shown_names import shown_command
from nlp_architect_ext.runtime.config import TaggerConfig


def imported_card(
    config: TaggerConfig, network: str, word_count: int, size: int, command: Sequence[str]
) -> str:
    """The model card; nothing in it tells where the user's files lie.

    Args:
        config: what the tagger is made of.
        network: NLP Architect's name of it.
        word_count: words it knows.
        size: bytes of its weights.
        command: the program that made it, and its arguments.
    """
    crf = " with a conditional random field" if config.decoder == "crf" else ""
    return f"""---
language: {config.language}
library_name: nlp-architect-ext
pipeline_tag: token-classification
tags:
- token-classification
- sequence-tagging
- nlp-architect
---

# A tagger that NLP Architect trained

Its network `{network}`{crf}, imported as the student `{config.student}`: {size:,} bytes of weights,
{word_count:,} words.
Labels: {", ".join(f"`{name}`" for name in config.labels["names"])}.

The scores of all labels are those of NLP Architect 0.5 on a sentence without padding.
Only sequences of labels that the scheme {config.scheme} allows come out.

## Measured

Nothing: no score came with the model. Training saw what NLP Architect showed it, words of its dev
and test files among them. Measure it on a labelled file:

```
nlp-inference tagger --model_dir path/to/this/folder --data_file test.txt --output_dir - --evaluate
```

The `score` of an entity isn't calibrated: there were no dev sentences to fit it on.

## Made by

```
{shown_command(command)}
```

nlp-architect-ext {__version__}.
"""
