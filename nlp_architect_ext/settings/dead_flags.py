"""NLP Architect's flags that decide nothing any more: accepted in one place, which says so."""

from __future__ import annotations

from typing import Any

# By name: why a flag has no effect. A command that has a flag of this name keeps it.
DEAD_FLAGS = {
    "parallel_batching": "every batch holds labelled and unlabelled sentences in any case",
    "max_word_length": "words are never cut",
    "teacher_model_type": "the checkpoint says what it is",
    "model_type": "the checkpoint says what it is",
    "do_lower_case": "the tokenizer knows its case",
    "save_steps": "the best epoch is kept",
    "evaluate_during_training": "every epoch is scored on dev where there is one",
    "eval_all_checkpoints": "every epoch is scored on dev where there is one",
    "cache_dir": "the hub's own settings say where it keeps its files (HF_HOME)",
    "config_name": "the checkpoint's own configuration is read",
    "tokenizer_name": "the checkpoint's own tokenizer is used",
    "overwrite_cache": "there is no cache of features",
}


def used(arguments: dict[str, Any]) -> list[str]:
    """A line for each flag without effect among parsed arguments."""
    names = [name.removeprefix("dead.") for name in arguments if name.startswith("dead.")]
    return [f"--{name} has no effect: {DEAD_FLAGS[name]}" for name in names]
